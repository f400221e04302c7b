"""Any key policy as AWS has it, in one plain form: what the evaluator and the prover read.

Nothing is judged here. What could not be decided exactly is refused by name, so that it never counts as allowed.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from baseline.iam.arns import Arn, has_wildcard, is_account_id, is_unique_id
from baseline.iam.condition_keys import KEYS
from baseline.iam.conditions import Operator, operator_parts
from baseline.iam.elements import check_elements, effect, items, texts
from baseline.iam.policy_error import PolicyError
from baseline.iam.values import moment_of, network_of, number_of

_SEVERAL_VALUES = frozenset(name.lower() for name, key in KEYS.items() if key.has_several_values)


@dataclass(frozen=True, slots=True)
class PlainCondition:
    """One key under one operator."""

    written: str
    """The operator as the policy has it."""
    operator: Operator
    key: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PlainStatement:
    """One statement, every element as a tuple."""

    name: str
    """Its Sid; `statement 2` (counted from 1) if it has none."""
    is_allow: bool
    principals: tuple[str, ...]
    """`*`, ARNs, account IDs."""
    services: tuple[str, ...]
    actions: tuple[str, ...]
    conditions: tuple[PlainCondition, ...]
    missing: str
    """`Action` or `Resource` if it has none: KMS stores such a statement, and it does nothing.
    https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-overview.html"""


PlainPolicy = tuple[PlainStatement, ...]


def read_policy(policy: Mapping[str, object]) -> PlainPolicy:
    """The statements of a policy, in their order. Raises PolicyError."""
    if policy.get("Version") != "2012-10-17":
        raise PolicyError(f"`Version` is `{policy.get('Version')}`; only `2012-10-17` is decided", "Version")
    for element in policy:
        if element not in ("Version", "Id", "Statement"):
            raise PolicyError(f"unknown element `{element}`", element)
    statements = items(policy.get("Statement", []))
    return tuple(_read_statement(number, statement) for number, statement in enumerate(statements, start=1))


def _read_statement(number: int, statement: object) -> PlainStatement:
    if not isinstance(statement, Mapping):
        raise PolicyError(f"statement {number} is no JSON object", "Statement")
    sid = statement.get("Sid")
    name = sid if isinstance(sid, str) and sid else f"statement {number}"
    try:
        return _plain(name, statement)
    except PolicyError as error:
        raise PolicyError(f"{name}: {error}", error.element) from None


def _plain(name: str, statement: Mapping[str, object]) -> PlainStatement:
    check_elements(statement)
    kinds = _principal_kinds(statement.get("Principal"))
    return PlainStatement(
        name=name,
        is_allow=effect(statement.get("Effect")) == "Allow",
        principals=tuple(_checked_principal(principal) for principal in kinds.get("AWS", ())),
        services=kinds.get("Service", ()),
        actions=texts(statement.get("Action", []), "Action"),
        conditions=tuple(_conditions(statement.get("Condition", {}))),
        missing=_missing(statement),
    )


def _missing(statement: Mapping[str, object]) -> str:
    resources = items(statement.get("Resource", []))
    if resources and resources != ["*"]:
        raise PolicyError("a `Resource` other than `*`, the key itself, is not decided", "Resource")
    return "" if resources and items(statement.get("Action", [])) else "Action" if resources else "Resource"


def _principal_kinds(principal: object) -> Mapping[str, tuple[str, ...]]:
    if principal == "*":
        return {"AWS": ("*",)}
    if not isinstance(principal, Mapping):
        raise PolicyError("`Principal` is missing, or neither `*` nor a mapping", "Principal")
    for kind in principal:
        if kind not in ("AWS", "Service"):
            raise PolicyError(f"principals of kind `{kind}` are not decided", "Principal")
    kinds = {kind: texts(names, "Principal") for kind, names in principal.items()}
    if not any(kinds.values()):
        raise PolicyError("`Principal` names nobody", "Principal")
    return kinds


def _checked_principal(principal: str) -> str:
    if principal == "*" or is_account_id(principal):
        return principal
    if is_unique_id(principal):
        raise PolicyError(f"`{principal}` is the ID of a deleted principal; it no longer says who it is", "Principal")
    if has_wildcard(principal):
        raise PolicyError(f"principal `{principal}` has a wildcard; a principal is exact or `*`", "Principal")
    return str(Arn.parse(principal))


def _conditions(written: object) -> Iterator[PlainCondition]:
    for operator, keys in _mapping(written).items():
        for key, values in _mapping(keys).items():
            yield _condition(operator, key, tuple(map(_value, items(values))))


def _condition(written: str, key: str, values: tuple[str, ...]) -> PlainCondition:
    operator = operator_parts(written)
    if not values:
        raise PolicyError(f"`{written}` on `{key}` has no value", "Condition")
    if variable := next((value for value in values if "${" in value), ""):
        raise PolicyError(f"the policy variable in `{variable}` is not decided", "Condition")
    if key.lower() in _SEVERAL_VALUES and not operator.qualifier and operator.base != "Null":
        raise PolicyError(f"`{written}` on `{key}`, which has several values, is not decided", "Condition")
    if unread := next((value for value in values if not _is_read(operator.base, value)), ""):
        raise PolicyError(f"`{written}` on `{key}` with `{unread}` is not decided", "Condition")
    return PlainCondition(written, operator, key, values)


def _is_read(base: str, value: str) -> bool:
    """Whether a number, a time or a range of addresses can be compared."""
    if base.startswith("Numeric"):
        return number_of(value) is not None
    if base.startswith("Date"):
        return moment_of(value) is not None
    # What is no range of IPv6 addresses matches nothing, so it is decided.
    return not base.endswith("IpAddress") or ":" in value or network_of(value) is not None


def _mapping(written: object) -> Mapping[str, object]:
    if not isinstance(written, Mapping):
        raise PolicyError("`Condition` is not a mapping of operators to keys to values", "Condition")
    return written


def _value(value: object) -> str:
    """JSON's booleans and numbers are the same as their text to AWS."""
    if isinstance(value, bool):
        return str(value).lower()
    if not isinstance(value, str | int | float):
        raise PolicyError(f"a condition value is text, a number or a boolean, got `{value}`", "Condition")
    return str(value)
