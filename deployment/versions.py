"""Versions as Terraform writes them, and the constraints on them."""

import operator
import re
from collections.abc import Callable

Version = tuple[int, ...]
"""Major, minor, patch. A pre-release counts as what it comes before: `1.12.0-beta1` is (1, 12, 0)."""

_COMPARISONS: dict[str, Callable[[Version, Version], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
    "=": operator.eq,
}
_TERM = re.compile(r"\s*(>=|<=|>|<|=)?\s*(\d+(?:\.\d+){0,2})\s*")


def parse_version(text: str) -> Version | None:
    """The version that `text` is, or None when it is no version."""
    found = re.fullmatch(r"v?(\d+(?:\.\d+){0,2})(?:[-+].*)?", text)
    return _padded(found[1]) if found else None


def meets(version: Version, constraint: str) -> bool:
    """Whether a version meets a constraint such as `>= 5.79, < 6`.

    Raises ValueError for a constraint that is written otherwise (`~>` is not used here).
    """
    return all(_meets_term(version, term) for term in constraint.split(","))


def _meets_term(version: Version, term: str) -> bool:
    found = _TERM.fullmatch(term)
    if not found:
        raise ValueError(f"version constraint `{term.strip()}` is not of the form `>= 1.2`")
    return _COMPARISONS[found[1] or "="](version, _padded(found[2]))


def _padded(text: str) -> Version:
    numbers = tuple(int(number) for number in text.split("."))
    return numbers + (0,) * (3 - len(numbers))
