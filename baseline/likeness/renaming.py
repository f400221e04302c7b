"""Results about the policies of others, said of another account: whether they may be, and the renaming itself."""

import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from operator import is_ as _is
from typing import Any, TypeVar

from baseline.likeness.writing import Unlike

T = TypeVar("T")
_DIGIT_BESIDE_WILDCARD = re.compile(r"[0-9][*?]|[*?][0-9]|\\u", re.IGNORECASE)
"""Or an escape, behind which either may hide."""
_TWELVE_DIGITS = re.compile(r"(?<![0-9])[0-9]{12}(?![0-9])")
_ORDERED = r'"[^"]*(?:Numeric|Date|IpAddress)[^"]*"\s*:\s*\{[^{}]*'
"""A condition that compares by order, up to one of its values."""


def is_renamable(text: str, account_id: str) -> bool:
    """Whether what follows from the JSON text of a policy, found or proven, is the same for any other ID not in it.

    Exchange two IDs wherever one is all digits of its place, in every policy and every request: no test of a value
    answers otherwise, if no pattern can end within a number, no key of a condition has an ID in it, and none is
    compared by its order. So for each request of the one account there is one of the other with the same answer.
    """
    return not (
        _DIGIT_BESIDE_WILDCARD.search(text)
        or len(re.findall(rf"(?<![0-9]){account_id}(?![0-9])", text)) != text.count(account_id)
        or re.search(rf'{account_id}[^"]*"\s*:', text)
        or re.search(_ORDERED + account_id, text)
    )


def ids_in(value: object) -> frozenset[str]:
    """All that may be account IDs in the text of a value."""
    return frozenset(_TWELVE_DIGITS.findall(repr(value)))


def renamed(value: T, old: str, new: str) -> T:
    """The value with another ID in all its texts; the same object where the old one is in none.

    Raises Unlike where the other ID is there already, so that the two could not be told apart.
    """
    found: T = _renamed(value, old, new)
    return found


def _renamed(value: Any, old: str, new: str) -> Any:
    kind: Any = type(value)
    if kind is str:
        if new in value:
            raise Unlike
        return value.replace(old, new) if old in value else value
    if kind is tuple or kind is list:
        items = [_renamed(item, old, new) for item in value]
        return value if all(map(_is, items, value)) else kind(items)
    if isinstance(value, Mapping):
        return {_renamed(key, old, new): _renamed(item, old, new) for key, item in value.items()}
    before = [getattr(value, name) for name in _names(kind)]
    after = [_renamed(item, old, new) for item in before]
    return value if all(map(_is, before, after)) else kind(**dict(zip(_names(kind), after, strict=True)))


@cache
def _names(kind: Any) -> tuple[str, ...]:
    """The fields of a class; none of what is no dataclass."""
    return tuple(field.name for field in fields(kind)) if is_dataclass(kind) else ()
