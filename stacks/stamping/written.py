"""A stack's part of the Inventory, written out as text without what is its own.

Its names and role are replaced where they are a whole field, its account's ID wherever the digits stand. So two stacks
with one text differ in nothing but these values, and putting a stack's values back gives its text again.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any

from baseline.features.feature import Site
from baseline.iam.document import Document
from baseline.iam.renaming import RenamedDocument
from baseline.inventory import Key, Provider, Stack
from baseline.organization import KeySettings
from baseline.policies import SETTINGS_THAT_COUNT

WHOLE: Mapping[type, Mapping[str, str]] = {
    Stack: {"name": "name"},
    Key: {"stack": "name", "account": "account"},
    Provider: {"role": "role"},
    Site: {"account": "account", "role": "role"},
}
"""The fields that are replaced as a whole, and by which value."""
ONLY: Mapping[type, tuple[str, ...]] = {KeySettings: SETTINGS_THAT_COUNT}
"""Of these classes only some fields can reach the output: not the lines of the configuration."""
MARKS = {"name": "\x01", "account": "\x02", "role": "\x03", "id": "\x04"}  # `repr` never writes them


class Unlike(Exception):
    """A stack that is no copy of others: it is built by itself."""


class Writer:
    """Writes stacks out. A policy that many of them share is written once."""

    def __init__(self) -> None:
        self._policies: dict[int, tuple[Document, str]] = {}
        # By identity: equality of policies is slower than what it would save.

    def written(self, stack: Stack, values: Mapping[str, str]) -> str:
        """The stack without these values: `id`, and names and role that are whole fields. Raises Unlike."""
        return _without(repr(_Plain(values, self._policies).plain(stack)), values["id"])


class _Mark(str):
    """A symbol in the text, unlike any text of a configuration."""

    def __repr__(self) -> str:
        return str(self)


_WHOLE_MARKS = {kind: _Mark(mark) for kind, mark in MARKS.items()}


class _Plain:
    """Values as nested tuples of texts, numbers and nothing, whose `repr` is the same for equal values only."""

    def __init__(self, values: Mapping[str, str], policies: dict[int, tuple[Document, str]]) -> None:
        self._values = values
        self._id = values["id"]
        self._policies = policies
        self._settings: dict[int, str] = {}

    def plain(self, value: Any) -> Any:
        kind: Any = type(value)
        if kind is str or value is None or kind is bool:
            return value
        if kind is tuple or kind is list:
            return (kind.__name__, *map(self.plain, value), *self._order(value))
        if kind is int:
            if abs(value) >= 10**11:  # it might hold the digits of an ID
                raise Unlike
            return value
        if kind is KeySettings:
            return self._of_settings(value)
        if isinstance(value, Document):
            return self._of_policy(value)
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
        if (
            len(items) < 2
            or not all(type(item) is str for item in items)
            or not any(self._id in item for item in items)
        ):
            return ()
        return tuple(sorted(range(len(items)), key=items.__getitem__))

    def _of_fields(self, value: Any) -> tuple[Any, ...]:
        kind: Any = type(value)
        written: list[Any] = [kind.__qualname__]
        for name, own in _fields_written(kind):
            item = getattr(value, name)
            if own and item is not None and item == self._values.get(own):
                item = _WHOLE_MARKS[own]
            elif type(item) is not str:
                item = self.plain(item)
            written.append(item)
        return tuple(written)

    def _of_settings(self, settings: KeySettings) -> str:
        """What stands for settings; many keys share one."""
        if id(settings) not in self._settings:
            self._settings[id(settings)] = _digest(repr(self._of_fields(settings)), self._id)
        return self._settings[id(settings)]

    def _of_policy(self, policy: Document) -> str:
        """What stands for a policy."""
        if not isinstance(policy, RenamedDocument) or policy.renaming[2] != self._id:
            return _digest(policy.render(), self._id)
        like, old, _ = policy.renaming
        if id(like) not in self._policies:
            self._policies[id(like)] = like, _digest(like.render(), old)
        return self._policies[id(like)][1]


def _without(text: str, account_id: str) -> str:
    return text.replace(account_id, MARKS["id"])


def _digest(text: str, account_id: str) -> str:
    """What stands for a long text; the same for texts that differ in the account alone."""
    return hashlib.sha256(_without(text, account_id).encode()).hexdigest()


@cache
def field_names(kind: Any) -> tuple[str, ...]:
    """All fields of a class."""
    return tuple(field.name for field in fields(kind))


@cache
def _fields_written(kind: Any) -> tuple[tuple[str, str], ...]:
    """The fields of a class that reach the output, and by which value they are replaced as a whole, if by any."""
    whole = WHOLE.get(kind, {})
    return tuple((name, whole.get(name, "")) for name in ONLY.get(kind, field_names(kind)))
