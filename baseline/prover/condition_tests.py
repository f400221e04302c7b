"""What a condition demands of the value of its key, once the tests of that value are decided."""

from collections.abc import Callable, Iterable
from functools import cache

from baseline.iam.actions import CONDITION_KEYS, IAM_ONLY_KEYS
from baseline.iam.conditions import operator_parts, spelled
from baseline.iam.policy_error import PolicyError
from baseline.iam.reading import PlainCondition
from baseline.prover.globs import Comparison, TextTest
from baseline.prover.unanswered import Unsupported

_COMPARISONS: dict[str, Comparison] = {
    "StringEquals": "equal",
    "StringEqualsIgnoreCase": "equal ignoring case",
    "StringLike": "like",
    "ArnEquals": "arn",
    "ArnLike": "arn",
    "Bool": "equal ignoring case",
}


def condition(operator: str, key: str, *values: str) -> PlainCondition:
    """A condition, as a property writes it."""
    return PlainCondition(operator, operator_parts(operator), key, values)


@cache
def kind_of(key: str) -> str:
    """The type of a condition key, in lower case. Raises Unsupported for one that no key policy can use."""
    try:
        name = spelled(key)
    except PolicyError as error:
        raise Unsupported(str(error)) from None
    if name in IAM_ONLY_KEYS:
        raise Unsupported(f"condition key `{name}` works in IAM policies only")
    return CONDITION_KEYS.get(name, "String")


def check_fits(test: PlainCondition) -> None:
    """Refuse an operator of another type than its key. Raises Unsupported."""
    kind, base = kind_of(test.key), test.operator.base
    fits = {
        "Bool": base == "Bool",
        "Numeric": base.startswith("Numeric"),
        "Date": False,
    }.get(kind, base != "Bool" and not base.startswith("Numeric"))
    if base != "Null" and not fits:
        raise Unsupported(f"`{test.written}` does not fit `{test.key}`, which is of type {kind}")


@cache
def is_negated(base: str) -> bool:
    return "Not" in base


def tests_of(test: PlainCondition) -> Iterable[TextTest]:
    """The tests of one text value that the condition consists of; none for Null and numbers."""
    comparison = _COMPARISONS.get(test.operator.base.replace("Not", ""))
    return [TextTest(comparison, value) for value in test.values] if comparison else []


def holds_without(test: PlainCondition) -> bool:
    """Whether it holds when the request lacks the key."""
    qualifier, base, is_if_exists = test.operator
    if base == "Null":
        return "true" in [value.lower() for value in test.values]
    return is_if_exists or qualifier == "ForAllValues:" or (not qualifier and is_negated(base))


def holds_whatever_is_there(test: PlainCondition) -> bool | None:
    """Of a Null: whether it holds when the request has the key. None for other operators."""
    if test.operator.base != "Null":
        return None
    return "false" in [value.lower() for value in test.values]


def number_test(base: str, wanted: str) -> Callable[[int], bool]:
    """The comparison of a whole number, without its negation."""
    bound = int(wanted)
    return {
        "NumericEquals": lambda value: value == bound,
        "NumericLessThan": lambda value: value < bound,
        "NumericLessThanEquals": lambda value: value <= bound,
        "NumericGreaterThan": lambda value: value > bound,
        "NumericGreaterThanEquals": lambda value: value >= bound,
    }[base.replace("Not", "")]
