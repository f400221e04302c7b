"""One condition of a statement: an operator, a condition key, and the values it is compared with.

Operators: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
Keys of KMS: https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from baseline.iam.actions import ACTIONS, CONDITION_KEYS, GLOBAL_KEYS, IAM_ONLY_KEYS, did_you_mean
from baseline.iam.arns import Arn, has_wildcard
from baseline.iam.policy_error import PolicyError

ENCRYPTION_CONTEXT = "kms:EncryptionContext:"
"""The keys of this family end in the name of one pair of the encryption context."""

_SETS = ("ForAllValues:", "ForAnyValue:")
_IF_EXISTS = "IfExists"
_STRING = ("StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase")
_LIKE = ("StringLike", "StringNotLike")
_ARN = ("ArnEquals", "ArnNotEquals", "ArnLike", "ArnNotLike")
_NUMERIC = (
    "NumericEquals",
    "NumericNotEquals",
    "NumericLessThan",
    "NumericLessThanEquals",
    "NumericGreaterThan",
    "NumericGreaterThanEquals",
)
_OPERATORS = (*_STRING, *_LIKE, *_ARN, *_NUMERIC, "Bool", "Null")
_UNSUPPORTED = re.compile(r"Date|IpAddress|NotIpAddress|Binary")
_OF_TYPE: Mapping[str, tuple[str, ...]] = {
    "String": (*_STRING, *_LIKE, *_ARN, "Null"),
    "ARN": (*_STRING, *_LIKE, *_ARN, "Null"),
    "ArrayOfString": (*_STRING, *_LIKE, "Null"),
    "Numeric": (*_NUMERIC, "Null"),
    "Bool": ("Bool", "Null"),
    "Date": ("Null",),
}
_NUMBER = re.compile(r"-?[0-9]{1,18}")


def _families() -> Mapping[str, str]:
    """The beginning of each open family of keys, such as `aws:ResourceTag/`, and its name in the reference."""
    families = {name[: name.index("${")]: name for name in CONDITION_KEYS if "${" in name}
    return {**families, "aws:PrincipalTag/": "aws:PrincipalTag/${TagKey}"}


_FAMILIES = _families()
_KEYS = {name.lower(): name for name in CONDITION_KEYS if "${" not in name}
_PREFIXES = {prefix.lower(): prefix for prefix in _FAMILIES}


class Operator(NamedTuple):
    """A condition operator in its parts: `ForAnyValue:`, `StringLike`, whether it ends in `IfExists`."""

    qualifier: str
    base: str
    is_if_exists: bool


@dataclass(frozen=True, slots=True)
class Condition:
    """One operator, one key, and values of which one must match (of a negated operator: none).

    The key is kept as AWS spells it, the values sorted and without repeats. Raises PolicyError.
    """

    operator: str
    key: str
    values: tuple[str, ...]

    def __post_init__(self) -> None:
        key, problem_with = _use(self.operator, self.key)
        object.__setattr__(self, "key", key)
        if len(self.values) != 1:
            object.__setattr__(self, "values", sorted_values(self.values))
        if not self.values:
            raise _refused(f"`{self.operator}` on `{key}` has no value")
        for value in self.values:
            if problem := _problem_with_any(value) or problem_with(value):
                raise _refused(f"`{self.operator}` on `{key}` {problem}")

    @property
    def place(self) -> tuple[str, str]:
        """Operator and key: where the condition stands in the JSON."""
        return self.operator, self.key


def sorted_values(values: Iterable[str]) -> tuple[str, ...]:
    """The canonical order of a list in a policy: sorted, without repeats."""
    return tuple(sorted(set(values)))


def sorted_conditions(conditions: Iterable[Condition]) -> tuple[Condition, ...]:
    """The canonical order of conditions: by operator, then by key."""
    return tuple(sorted(conditions, key=lambda condition: condition.place))


@cache
def is_carried(key: str, action: str) -> bool:
    """Whether a request for the action carries the key at all. `aws:` keys of the caller are always carried."""
    name = _reference_name(key)
    return name in GLOBAL_KEYS or name.startswith("aws:PrincipalTag/") or name in ACTIONS[action].condition_keys


def spelled(key: str) -> str:
    """The condition key as AWS spells it. Raises PolicyError for an unknown one."""
    lower = key.lower()
    if lower in _KEYS:
        return _KEYS[lower]
    for prefix, spelling in _PREFIXES.items():
        if lower.startswith(prefix) and len(key) > len(prefix):
            return spelling + key[len(prefix) :]
    if lower in _PREFIXES:
        raise _refused(f"condition key `{key}` needs a name behind it")
    raise _refused(f"unknown condition key `{key}`" + did_you_mean(key, (*_KEYS.values(), *_FAMILIES)))


def _reference_name(key: str) -> str:
    """The name of the key, or of its family, in the reference; the key is spelled as AWS spells it."""
    return key if key in CONDITION_KEYS else next(name for prefix, name in _FAMILIES.items() if key.startswith(prefix))


@cache
def operator_parts(operator: str) -> Operator:
    """Read `ForAnyValue:StringLikeIfExists`. Raises PolicyError for an operator that is unknown or not supported."""
    qualifier = next((prefix for prefix in _SETS if operator.startswith(prefix)), "")
    rest = operator.removeprefix(qualifier)
    if rest == "Null" and not qualifier:
        return Operator("", "Null", False)
    base = rest.removesuffix(_IF_EXISTS)
    if base in _OPERATORS and base != "Null":
        return Operator(qualifier, base, base != rest)
    if _UNSUPPORTED.match(base):
        raise _refused(f"condition operator `{operator}` is not supported")
    raise _refused(f"unknown condition operator `{operator}`" + did_you_mean(operator, _OPERATORS))


@cache
def _use(operator: str, key: str) -> tuple[str, Callable[[str], str]]:
    """The key as AWS spells it, and what could be wrong with a value. Raises PolicyError where they do not fit."""
    qualifier, base, _ = operator_parts(operator)
    key = spelled(key)
    if key in IAM_ONLY_KEYS:
        raise _refused(f"condition key `{key}` works in IAM policies only, not in a key policy")
    kind = CONDITION_KEYS.get(_reference_name(key), "String")
    if base not in _OF_TYPE[kind]:
        raise _refused(f"`{operator}` does not fit `{key}`, which is of type {kind}")
    if base != "Null" and (kind == "ArrayOfString") != bool(qualifier):
        raise _refused(_wrong_set(operator, key, qualifier))
    return key, _value_problem(base, key)


def _wrong_set(operator: str, key: str, qualifier: str) -> str:
    if qualifier:
        return (
            f"`{operator}` is for keys with several values; `{key}` has one, write `{operator.removeprefix(qualifier)}`"
        )
    return f"`{key}` has several values; write `ForAnyValue:{operator}` or `ForAllValues:{operator}`"


def _problem_with_any(value: str) -> str:
    if not value:
        return "has an empty value"
    return f"has the policy variable `{value}`; variables are not supported" if "${" in value else ""


def _value_problem(base: str, key: str) -> Callable[[str], str]:
    if base in _ARN:
        return _no_arn
    if base in _NUMERIC:
        return _no_number
    if base in ("Bool", "Null"):
        return _no_boolean
    if base in _LIKE:
        return _wildcards_across_parts if key == "aws:PrincipalArn" else _nothing_wrong
    return _wildcard_taken_literally if key in CONDITION_KEYS else _nothing_wrong


def _nothing_wrong(value: str) -> str:
    return ""


def _no_arn(value: str) -> str:
    try:
        Arn.parse(value)
    except PolicyError as error:
        return f"compares ARNs, and {error}"
    return ""


def _no_number(value: str) -> str:
    return "" if _NUMBER.fullmatch(value) else f"needs a whole number, got `{value}`"


def _no_boolean(value: str) -> str:
    return "" if value in ("true", "false") else f"needs `true` or `false`, got `{value}`"


def _wildcards_across_parts(value: str) -> str:
    """`*` of StringLike runs across the colons of an ARN, into another account."""
    return f"has a wildcard in an ARN, `{value}`; write `ArnLike`" if has_wildcard(value) else ""


def _wildcard_taken_literally(value: str) -> str:
    """No key that AWS defines ever holds `*` or `?`. Names of an encryption context and tags may."""
    return f"takes the wildcard of `{value}` literally; write `StringLike` or `ArnLike`" if has_wildcard(value) else ""


def _refused(problem: str) -> PolicyError:
    return PolicyError(problem, "Condition")
