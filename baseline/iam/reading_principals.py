"""The principals of any key policy's statement, in one plain form."""

from collections.abc import Mapping

from baseline.iam.arns import Arn, has_wildcard, is_account_id, is_unique_id
from baseline.iam.elements import texts
from baseline.iam.policy_error import PolicyError

Principals = tuple[tuple[str, ...], tuple[str, ...]]
"""IAM principals, and services."""
EVERYBODY: tuple[str, ...] = ("*",)


def principals_of(statement: Mapping[str, object], element: str) -> Principals:
    """The IAM principals and the services; none where the other element says who is meant. Raises PolicyError."""
    other = "Principal" if element == "NotPrincipal" else "NotPrincipal"
    if other in statement or (element == "NotPrincipal" and element not in statement):
        return (), ()
    kinds = _kinds(statement.get(element), element)
    named = kinds.get("AWS", ())
    # The ID of a deleted principal stays in a policy, and nobody has it any more.
    people = tuple(_checked_principal(name) for name in named if not is_unique_id(name))
    return people, kinds.get("Service", ())


def _kinds(principal: object, element: str) -> Mapping[str, tuple[str, ...]]:
    if principal == "*":
        return {"AWS": EVERYBODY}
    if not isinstance(principal, Mapping):
        raise PolicyError(f"`{element}` is missing, or neither `*` nor a mapping", element)
    for kind in principal:
        if kind not in ("AWS", "Service"):
            raise PolicyError(f"principals of kind `{kind}` are not decided", element)
    kinds = {kind: texts(names, element) for kind, names in principal.items()}
    if not any(kinds.values()):
        raise PolicyError(f"`{element}` names nobody", element)
    return kinds


def _checked_principal(principal: str) -> str:
    if principal == "*" or is_account_id(principal):
        return principal
    if has_wildcard(principal):
        raise PolicyError(f"principal `{principal}` has a wildcard; a principal is exact or `*`", "Principal")
    return str(Arn.parse(principal))
