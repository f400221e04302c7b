"""What a condition demands of the value of its key, once the tests of that value are decided."""

from collections.abc import Iterable
from functools import cache

from baseline.iam.condition_keys import condition_key
from baseline.iam.conditions import fits, operator_parts
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
        known = condition_key(key)
    except PolicyError as error:
        raise Unsupported(str(error)) from None
    if known.is_refused:
        raise Unsupported(f"condition key `{known.name}` works in IAM policies only")
    return known.type


def check_fits(test: PlainCondition) -> None:
    """Refuse an operator of another type than its key. Raises Unsupported."""
    kind = kind_of(test.key)
    if not fits(test.operator.base, test.key):
        raise Unsupported(f"`{test.written}` does not fit `{test.key}`, which is of type {kind}")


@cache
def is_negated(base: str) -> bool:
    return "Not" in base


def tests_of(test: PlainCondition) -> Iterable[TextTest]:
    """The tests of one text value that the condition consists of; none for Null, numbers, times and addresses."""
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
