"""Values as text without the account's ID: values that are equal up to it have the same text, and no others have it."""

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

from baseline.iam.document import Document
from baseline.likeness.documents import RenamedDocument

ACCOUNT_ID, REGION = "\ue000", "\ue001"
"""The marks. KMS takes these characters in no policy, and `repr` never writes them."""
_TWELVE_DIGITS = 10**11

Policies = dict[tuple[int, str], tuple[Document, str]]
"""By identity and account: a policy, and what stands for it. (Equality of policies is slower than what it would save.)"""
Whole = Mapping[type, Mapping[str, str]]
"""Fields of classes that are replaced as a whole where they have a value of this name."""


class Unlike(Exception):
    """A value that cannot be written so that only equal ones have its text."""


def unnamed(text: str, account_id: str, region: str = "") -> str:
    """The text with marks in place of the account and, if it is given, the region."""
    text = text.replace(account_id, ACCOUNT_ID)
    return text.replace(region, REGION) if region else text


@cache
def compared(kind: Any) -> tuple[str, ...]:
    """The fields of a class that make two values differ."""
    return tuple(field.name for field in fields(kind) if field.compare)


class Writer:
    """Writes values. What many of them share is written once: their policies, and values of the shared classes."""

    def __init__(self, whole: Whole = MappingProxyType({}), shared: Collection[type] = ()) -> None:
        self._whole = whole
        self._shared = shared
        self._policies: Policies = {}

    def written(self, value: Any, account_id: str, own: Mapping[str, str] = MappingProxyType({})) -> str:
        """The value without the account's ID, and without its own names where they are whole fields. Raises Unlike."""
        plain = _Plain(self._whole, self._shared, self._policies, account_id, own).plain(value)
        return unnamed(repr(plain), account_id)


class _Mark(str):
    """The place of a name, unlike any text: in the text of a value all others are in quotation marks."""

    def __repr__(self) -> str:
        return str(self)


class _Plain:
    """Values as nested tuples of texts, numbers and nothing, whose `repr` is the same for equal values only."""

    def __init__(
        self, whole: Whole, shared: Collection[type], policies: Policies, account_id: str, own: Mapping[str, str]
    ) -> None:
        self._whole = whole
        self._policies = policies
        self._account_id = account_id
        self._own = own
        self._digests: Mapping[type, dict[int, str]] = {kind: {} for kind in shared}

    def plain(self, value: Any) -> Any:
        kind: Any = type(value)
        if kind is str or value is None or kind is bool:
            return value
        if kind is tuple or kind is list:
            return (kind.__name__, *map(self.plain, value), *self._order(value))
        if kind is int:
            if abs(value) >= _TWELVE_DIGITS:  # it might hold the digits of an ID
                raise Unlike
            return value
        if isinstance(value, Document):
            return self._of_policy(value)
        if kind in self._digests:
            return self._of_shared(value, self._digests[kind])
        if is_dataclass(value):
            return self._of_fields(value)
        if isinstance(value, Mapping):
            return ("mapping", *((self.plain(key), self.plain(item)) for key, item in value.items()))
        if isinstance(value, tuple) and hasattr(value, "_fields"):
            return (kind.__qualname__, *map(self.plain, value))
        if isinstance(value, frozenset):
            return ("set", *sorted(map(self.plain, value)))
        raise Unlike

    def _order(self, items: Sequence[Any]) -> tuple[int, ...]:
        """The order in which a list would be sorted, where that could be another one for another ID."""
        if len(items) < 2 or not all(type(item) is str for item in items):
            return ()
        if not any(self._account_id in item for item in items):
            return ()
        return tuple(sorted(range(len(items)), key=items.__getitem__))

    def _of_fields(self, value: Any) -> tuple[Any, ...]:
        kind: Any = type(value)
        written: list[Any] = [kind.__qualname__]
        whole = self._whole.get(kind)
        for name in compared(kind):
            item = getattr(value, name)
            if whole and item is not None and name in whole and item == self._own.get(whole[name]):
                item = _Mark(f"<{whole[name]}>")
            elif type(item) is not str:
                item = self.plain(item)
            written.append(item)
        return tuple(written)

    def _of_policy(self, policy: Document) -> str:
        """What stands for a policy."""
        like, account_id = policy, self._account_id
        if isinstance(policy, RenamedDocument) and policy.renaming[2] == account_id:
            like, account_id, _ = policy.renaming
        known = (id(like), account_id)
        if known not in self._policies:
            self._policies[known] = like, _digest(like.render(), account_id)
        return self._policies[known][1]

    def _of_shared(self, value: Any, digests: dict[int, str]) -> str:
        """What stands for a value that many share."""
        if id(value) not in digests:
            digests[id(value)] = _digest(repr(self._of_fields(value)), self._account_id)
        return digests[id(value)]


def _digest(text: str, account_id: str) -> str:
    """What stands for a long text: the same for texts that differ in the account alone."""
    return hashlib.sha256(unnamed(text, account_id).encode()).hexdigest()


def texts(value: Any) -> Iterator[str]:
    """Every text in a value of dataclasses and tuples."""
    if isinstance(value, str):
        yield value
    elif is_dataclass(value):
        kind: Any = type(value)
        for name in compared(kind):
            yield from texts(getattr(value, name))
    elif isinstance(value, tuple):
        for item in value:
            yield from texts(item)
