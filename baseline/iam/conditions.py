"""One condition of a statement: an operator, a condition key, and the values it is compared with.

Operators: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
Keys of KMS: https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from baseline.iam.actions import did_you_mean
from baseline.iam.arns import Arn, has_wildcard
from baseline.iam.condition_keys import KeyType, condition_key, is_open, spelled
from baseline.iam.policy_error import PolicyError
from baseline.iam.values import moment_of, network_of, number_of

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
_DATE = tuple(name.replace("Numeric", "Date") for name in _NUMERIC)
_ADDRESS = ("IpAddress", "NotIpAddress")
OPERATORS = (*_STRING, *_LIKE, *_ARN, *_NUMERIC, *_DATE, *_ADDRESS, "Bool", "Null")
_TEXT = (*_STRING, *_LIKE, *_ARN)
_OF_TYPE: Mapping[KeyType, tuple[str, ...]] = {
    "String": _TEXT,
    "ARN": _TEXT,
    "ArrayOfString": _TEXT,
    "Numeric": _NUMERIC,
    "Bool": ("Bool",),
    "Date": _DATE,
    "IPAddress": _ADDRESS,
}


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
def operator_parts(operator: str) -> Operator:
    """Read `ForAnyValue:StringLikeIfExists`. Raises PolicyError for an operator that is unknown or not supported."""
    qualifier = next((prefix for prefix in _SETS if operator.startswith(prefix)), "")
    rest = operator.removeprefix(qualifier)
    if rest == "Null" and not qualifier:
        return Operator("", "Null", False)
    base = rest.removesuffix(_IF_EXISTS)
    if base in OPERATORS and base != "Null":
        return Operator(qualifier, base, base != rest)
    if base.startswith("Binary"):
        raise _refused(f"condition operator `{operator}` is not supported")
    raise _refused(f"unknown condition operator `{operator}`" + did_you_mean(operator, OPERATORS))


@cache
def _use(operator: str, key: str) -> tuple[str, Callable[[str], str]]:
    """The key as AWS spells it, and what could be wrong with a value. Raises PolicyError where they do not fit."""
    qualifier, base, _ = operator_parts(operator)
    key = spelled(key)
    known = condition_key(key)
    if known.is_refused:
        raise _refused(f"KMS takes no key policy with the condition key `{key}`; it works in IAM policies")
    if not fits(base, key):
        raise _refused(f"`{operator}` does not fit `{key}`, which is of type {known.type}")
    if base != "Null" and known.has_several_values != bool(qualifier):
        raise _refused(_wrong_set(operator, key, qualifier))
    return key, _value_problem(base, key)


def fits(base: str, key: str) -> bool:
    """Whether an operator, such as `StringLike`, is for values of the key's type. Raises PolicyError for an unknown key."""
    known = condition_key(key)
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html says both of this one.
    also = _NUMERIC if known.name == "aws:EpochTime" else ()
    return base == "Null" or base in (*_OF_TYPE[known.type], *also)


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
    if base in _DATE:
        return _no_moment
    if base in _ADDRESS:
        return _no_network
    if base in ("Bool", "Null"):
        return _no_boolean
    if base in _LIKE:
        return _wildcards_across_parts if key == "aws:PrincipalArn" else _nothing_wrong
    return _nothing_wrong if is_open(key) else _wildcard_taken_literally


def _nothing_wrong(value: str) -> str:
    return ""


def _no_arn(value: str) -> str:
    try:
        Arn.parse(value)
    except PolicyError as error:
        return f"compares ARNs, and {error}"
    return ""


def _no_number(value: str) -> str:
    return f"needs a number, got `{value}`" if number_of(value) is None else ""


def _no_moment(value: str) -> str:
    return f"needs a date such as `2027-01-31T00:00:00Z`, got `{value}`" if moment_of(value) is None else ""


def _no_network(value: str) -> str:
    return f"needs an address or a range such as `192.0.2.0/24`, got `{value}`" if network_of(value) is None else ""


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
