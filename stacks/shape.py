"""What stacks have in common: equal up to account ID, names and role, they are one shape, and are built once.

A stack's part of the Inventory is written out as text. Its own names and role are replaced where they are a whole
field, its account's ID wherever the digits stand; what is left is the shape. So two stacks of one shape are the same
text but for these values, and putting a stack's values back gives its text again.

Symbols stand for the values while the shape is built. The one for the ID begins with the ID that it stands for, so
that whatever is sorted on the way is sorted as with the real one.
"""

import hashlib
import pickle
import re
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any, NamedTuple, TypeVar

from baseline.features.feature import Site
from baseline.iam.document import Document
from baseline.iam.renaming import RenamedDocument
from baseline.inventory import Key, Provider, Stack
from baseline.organization import KeySettings
from baseline.policies import SETTINGS_THAT_COUNT

T = TypeVar("T")
Policies = dict[int, tuple[Document, str]]
"""By identity: a policy and what stands for it. (Equality of policies is slower than what it would save.)"""

WHOLE: Mapping[type, Mapping[str, str]] = {
    Stack: {"name": "name"},
    Key: {"stack": "name", "account": "account"},
    Provider: {"role": "role"},
    Site: {"account": "account", "role": "role"},
}
"""The fields that are replaced as a whole, and by which value."""
ONLY: Mapping[type, tuple[str, ...]] = {KeySettings: SETTINGS_THAT_COUNT}
"""Of these classes only some fields can reach the output: not the lines of the configuration."""

_PLAIN = re.compile(r"[A-Za-z0-9_+=,.@:/-]+")
"""Values that no text around them changes: JSON and Terraform take them as they are."""
_ACCOUNT_ID = re.compile(r"[0-9]{12}")
_MARKS = {"name": "\x01", "account": "\x02", "role": "\x03", "id": "\x04"}  # `repr` never writes them


class Unlike(Exception):
    """A stack that is no copy of others: it is built by itself."""


class Shape(NamedTuple):
    """The shape of one stack, and the values that make this stack of it."""

    digest: str
    values: Mapping[str, str]
    """`name`, `account`, `role`, `id`; empty for a stack that is built by itself."""


class Shapes:
    """Tells the shapes of stacks, as built by the same versions."""

    def __init__(self, versions: str) -> None:
        self._versions = versions
        self._policies: Policies = {}

    def of(self, stack: Stack) -> Shape:
        """The shape of a stack."""
        try:
            values = _values(stack)
            text = _written(stack, values, self._policies).replace(values["id"], _MARKS["id"])
        except Unlike:
            return self.of_itself(stack)
        return Shape(hashlib.sha256(f"{self._versions}\n{text}".encode()).hexdigest(), values)

    def of_itself(self, stack: Stack) -> Shape:
        """A shape that no other stack has."""
        return Shape(hashlib.sha256(self._versions.encode() + pickle.dumps(stack)).hexdigest(), {})


def _values(stack: Stack) -> dict[str, str]:
    """What is the stack's own. Raises Unlike where a value could be changed on its way into the output."""
    accounts = {key.account for key in stack.keys} | {part.site.account for part in stack.parts}
    ids = {provider.account_id for provider in stack.providers}
    roles = {provider.role for provider in stack.providers}
    if len(ids) != 1 or len(roles) != 1 or len(accounts) > 1:
        raise Unlike
    found = {"name": stack.name, "id": ids.pop()}
    if accounts:
        found["account"] = accounts.pop()
    if role := roles.pop():
        found["role"] = role
    if not _ACCOUNT_ID.fullmatch(found["id"]) or not all(map(_PLAIN.fullmatch, found.values())):
        raise Unlike
    return found


class _Mark(str):
    """A symbol in the text of a shape, unlike any text of a configuration."""

    def __repr__(self) -> str:
        return str(self)


def _written(stack: Stack, values: Mapping[str, str], policies: Policies) -> str:
    marks = {kind: _Mark(mark) for kind, mark in _MARKS.items()}
    own_id = values.get("id", _MARKS["id"])
    settings: dict[int, str] = {}

    def plain(value: Any) -> Any:
        """As nested tuples of texts, numbers and nothing, whose `repr` is the same for equal values only."""
        kind: Any = type(value)
        if kind is str or value is None or kind is bool:
            return value
        if kind is tuple or kind is list:
            return (kind.__name__, *map(plain, value), *order(value))
        if kind is int:
            if abs(value) >= 10**11:  # it might hold the digits of an ID
                raise Unlike
            return value
        if kind is KeySettings:  # many keys share one
            if id(value) not in settings:
                settings[id(value)] = _digest(repr(of_fields(value)), own_id)
            return settings[id(value)]
        if isinstance(value, Document):
            return _digest_of_policy(value, own_id, policies)
        if is_dataclass(value):
            return of_fields(value)
        if isinstance(value, Mapping):
            return ("mapping", *((plain(key), plain(item)) for key, item in value.items()))
        if isinstance(value, tuple) and hasattr(value, "_fields"):
            return (kind.__qualname__, *map(plain, value))
        if isinstance(value, frozenset):
            return ("set", *sorted(map(plain, value)))
        raise Unlike

    def order(items: Sequence[Any]) -> tuple[int, ...]:
        """The order in which a list would be sorted, where that could be another one for another ID."""
        if len(items) < 2 or not all(type(item) is str for item in items) or not any(own_id in item for item in items):
            return ()
        return tuple(sorted(range(len(items)), key=items.__getitem__))

    def of_fields(value: Any) -> tuple[Any, ...]:
        kind: Any = type(value)
        written: list[Any] = [kind.__qualname__]
        for name, own in _fields_written(kind):
            item = getattr(value, name)
            if own and item is not None and item == values.get(own):
                item = marks[own]
            elif type(item) is not str:
                item = plain(item)
            written.append(item)
        return tuple(written)

    return repr(plain(stack))


def _digest(text: str, account_id: str) -> str:
    """What stands for a long text; the same for texts that differ in the account alone."""
    return hashlib.sha256(text.replace(account_id, _MARKS["id"]).encode()).hexdigest()


def _digest_of_policy(policy: Document, account_id: str, known: Policies) -> str:
    if not isinstance(policy, RenamedDocument):
        return _digest(policy.render(), account_id)
    like, old, new = policy.renaming
    if new != account_id:
        return _digest(policy.render(), account_id)
    if id(like) not in known:
        known[id(like)] = like, _digest(like.render(), old)
    return known[id(like)][1]


@cache
def _field_names(kind: Any) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


@cache
def _fields_written(kind: Any) -> tuple[tuple[str, str], ...]:
    """The fields of a class that reach the output, and by which value they are replaced as a whole, if by any."""
    whole = WHOLE.get(kind, {})
    return tuple((name, whole.get(name, "")) for name in ONLY.get(kind, _field_names(kind)))


def symbols(stack: Stack, values: Mapping[str, str]) -> dict[str, str]:
    """For each value a text that is nowhere in the stack."""
    text = _written(stack, {}, {})
    for counter in range(100):
        names = {kind: _symbol(kind, value, counter) for kind, value in values.items()}
        if not any(name in text for name in names.values()):
            return names
    raise Unlike


def _symbol(kind: str, value: str, counter: int) -> str:
    digest = hashlib.sha256(f"{kind} {value} {counter}".encode()).hexdigest()[:24]
    return f"{value if kind == 'id' else ''}q{kind}{digest}z"


def with_symbols(stack: Stack, shape: Shape) -> tuple[Stack, dict[str, str]]:
    """The stack with symbols for its values, and the symbols. Raises Unlike when they cannot be put back exactly."""
    names = symbols(stack, shape.values)
    replaced = _replaced(stack, shape.values, names)
    before, after = (
        _written(what, values, {}).replace(values["id"], _MARKS["id"])
        for what, values in ((stack, shape.values), (replaced, names))
    )
    if before != after:
        raise Unlike
    return replaced, names


def _replaced(value: T, values: Mapping[str, str], names: Mapping[str, str]) -> T:
    """A copy with symbols. Nothing is checked again: what a text must be, it is with the real value."""

    def text(written: str) -> str:
        return written.replace(values["id"], names["id"])

    def copy(value: Any) -> Any:
        kind: Any = type(value)
        if kind is str:
            return text(value)
        if value is None or kind in (bool, int):
            return value
        if isinstance(value, Document):
            return _fields_copied(Document, {"statements": copy(value.statements), "_text": text(value.render())})
        if is_dataclass(value):
            return _fields_copied(
                kind, {name: of_field(kind, name, getattr(value, name)) for name in _field_names(kind)}
            )
        if isinstance(value, Mapping):
            return {copy(key): copy(item) for key, item in value.items()}
        if isinstance(value, tuple) and hasattr(value, "_fields"):
            return kind(*map(copy, value))
        if isinstance(value, tuple | list | frozenset):
            return kind(map(copy, value))
        raise Unlike

    def of_field(kind: type, name: str, item: Any) -> Any:
        own = WHOLE.get(kind, {}).get(name)
        return names[own] if own and item is not None and item == values.get(own) else copy(item)

    copied: T = copy(value)
    return copied


def _fields_copied(kind: Any, items: Mapping[str, Any]) -> Any:
    made = object.__new__(kind)
    for name, item in items.items():
        object.__setattr__(made, name, item)
    return made
