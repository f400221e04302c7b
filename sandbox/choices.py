"""The choices of `aws:branch`: which of them holds.

A variable that has no value makes no comparison true: AWS's own example compares the platform of an instance, which
AWS leaves out for Linux, and goes on with the default.
https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-branch-condition.html
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sandbox.references import Unresolved, references, resolve

Choice = Mapping[str, Any]


def holds(choice: Choice, values: Mapping[str, Any]) -> bool:
    """Whether a choice is true, with everything that it combines."""
    if "Not" in choice:
        return not holds(choice["Not"], values)
    if "And" in choice:
        return all(holds(part, values) for part in choice["And"])
    if "Or" in choice:
        return any(holds(part, values) for part in choice["Or"])
    try:
        value = resolve(choice["Variable"], values)
    except Unresolved:
        return False
    (operation,) = _operations(choice)
    return _COMPARISONS[operation](value, choice[operation])


def mistake(choice: Choice) -> str:
    """What AWS would not take of a choice; empty if it takes it.

    Whether the value to compare with may be a reference is not documented, so it may not.
    """
    for leaf in _leaves(choice):
        found = _operations(leaf)
        if len(found) != 1 or found[0] not in _COMPARISONS:
            return f"a choice has one operation of aws:branch, got {', '.join(found) or 'none'}"
        if not list(references(leaf["Variable"])):
            return "the variable of a choice is a parameter or an output"
        if list(references(leaf[found[0]])):
            return "the value that a choice compares with is a constant"
    return ""


def _operations(leaf: Choice) -> list[str]:
    return [key for key in leaf if key not in ("Variable", "NextStep")]


def _leaves(choice: Choice) -> Iterator[Choice]:
    parts = [choice["Not"]] if "Not" in choice else choice.get("And") or choice.get("Or")
    if parts is None:
        yield choice
    for part in parts or ():
        yield from _leaves(part)


def _of_texts(compare: Callable[[str, str], bool]) -> Callable[[Any, Any], bool]:
    return lambda value, wanted: isinstance(value, str) and compare(value, str(wanted))


def _of_numbers(compare: Callable[[float, float], bool]) -> Callable[[Any, Any], bool]:
    return lambda value, wanted: compare(float(value), float(wanted))


_COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "StringEquals": _of_texts(lambda value, wanted: value == wanted),
    "EqualsIgnoreCase": _of_texts(lambda value, wanted: value.lower() == wanted.lower()),
    "StartsWith": _of_texts(str.startswith),
    "EndsWith": _of_texts(str.endswith),
    "Contains": _of_texts(lambda value, wanted: wanted in value),
    "NumericEquals": _of_numbers(lambda value, wanted: value == wanted),
    "NumericGreater": _of_numbers(lambda value, wanted: value > wanted),
    "NumericLesser": _of_numbers(lambda value, wanted: value < wanted),
    "NumericGreaterOrEquals": _of_numbers(lambda value, wanted: value >= wanted),
    "NumericLesserOrEquals": _of_numbers(lambda value, wanted: value <= wanted),
    "BooleanEquals": lambda value, wanted: str(value).lower() == str(wanted).lower(),
}
