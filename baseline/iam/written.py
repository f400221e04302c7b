"""A statement in IAM's JSON as an owner writes it: one string or a list, a short account ID, no Resource.

What it says is read into our values; what it must not say is refused by the name of its element.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

from collections.abc import Iterator, Mapping

from baseline.iam.arns import Arn, is_account_id
from baseline.iam.conditions import Condition
from baseline.iam.elements import items, texts
from baseline.iam.policy_error import PolicyError
from baseline.iam.principals import PRINCIPAL_ARN, VIA_SERVICE, Principal, is_bound

_BELONGS_TO_EVERYONE = (VIA_SERVICE, PRINCIPAL_ARN)


def check_resource(written: object) -> None:
    """A key policy speaks of its own key. Raises PolicyError."""
    if written not in ("*", ["*"]):
        raise PolicyError("the resource of a key policy is `*`, the key itself", "Resource")


def read_actions(written: object) -> tuple[str, ...]:
    """The actions and patterns. Raises PolicyError."""
    return texts(written, "Action")


def read_conditions(written: object) -> tuple[Condition, ...]:
    """The conditions in the order of the text. Raises PolicyError."""
    tests = tuple(
        Condition(operator, key, _values(operator, key, values))
        for operator, keys in _mapping(written, "Condition")
        for key, values in _mapping(keys, "Condition")
    )
    if not tests:
        raise PolicyError("`Condition` is empty; leave it out", "Condition")
    return tests


def read_principal(written: object, partition: str) -> Principal:
    """Who is meant. An account ID becomes the account's root ARN in the partition. Raises PolicyError."""
    kinds = [("AWS", written)] if written == "*" else list(_mapping(written, "Principal"))
    if len(kinds) != 1:
        raise PolicyError("`Principal` names one kind; write a statement for each", "Principal")
    kind, names = kinds[0]
    if kind == "Service":
        return Principal.service(*texts(names, "Principal"))
    if kind != "AWS":
        raise PolicyError(
            f"principals of kind `{kind}` are not taken; they do not call KMS by a key policy", "Principal"
        )
    return Principal("AWS", tuple(_in_partition(name, partition) for name in texts(names, "Principal")))


def with_its_conditions(
    principal: Principal, conditions: tuple[Condition, ...]
) -> tuple[Principal, tuple[Condition, ...]]:
    """Give the principal those conditions that belong to it, so that a written statement is like a built one."""
    belonging = tuple(condition for condition in conditions if _belongs(principal, condition, conditions))
    rest = tuple(condition for condition in conditions if condition not in belonging)
    return Principal(principal.kind, principal.ids, belonging), rest


def _belongs(principal: Principal, condition: Condition, conditions: tuple[Condition, ...]) -> bool:
    if principal.is_everyone and any(map(is_bound, conditions)):
        return is_bound(condition) or (condition.operator == "StringEquals" and condition.key in _BELONGS_TO_EVERYONE)
    return principal.is_account and condition.operator == "ArnLike" and condition.key == PRINCIPAL_ARN


def _in_partition(name: str, partition: str) -> str:
    if is_account_id(name):
        return f"arn:{partition}:iam::{name}:root"
    if name.startswith("arn:") and Arn.parse(name).partition != partition:
        raise PolicyError(f"principal `{name}` is not of the partition `{partition}`", "Principal")
    return name


def _mapping(written: object, element: str) -> Iterator[tuple[str, object]]:
    if not isinstance(written, Mapping):
        raise PolicyError(f"`{element}` needs a mapping, got `{written}`", element)
    for key, value in written.items():
        if not isinstance(key, str):
            raise PolicyError(f"`{element}` has the key `{key}`; write it in quotes", element)
        yield key, value


def _values(operator: str, key: str, written: object) -> tuple[str, ...]:
    """Values as text. JSON's own booleans and numbers are taken only where they cannot be misread."""
    return tuple(_value(operator, key, item) for item in items(written))


def _value(operator: str, key: str, item: object) -> str:
    if isinstance(item, bool) and ("Bool" in operator or operator == "Null"):
        return str(item).lower()
    if isinstance(item, int) and not isinstance(item, bool) and "Numeric" in operator:
        return str(item)
    if not isinstance(item, str):
        raise PolicyError(f"`{operator}` on `{key}` takes text, got `{item}`; write it in quotes", "Condition")
    return item
