"""Symbols that stand for a stack's own values while its shape is built.

The one for the ID begins with the ID that it stands for, so that whatever is sorted on the way is sorted as with the
real one.
"""

import hashlib
import pickle
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any

from baseline.iam.document import Document
from baseline.inventory import Stack
from baseline.likeness.writing import Unlike, Writer
from stacks.stamping.shape import WHOLE, Shape

ATTEMPTS = 100


def with_symbols(stack: Stack, shape: Shape) -> tuple[Stack, dict[str, str]]:
    """The stack with symbols for its values, and the symbols. Raises Unlike when they cannot be put back exactly."""
    symbols = _symbols(stack, shape.values)
    replaced: Stack = _Copier(shape.values, symbols).copy(stack)
    before, after = (
        Writer(WHOLE).written(what, values["id"], values)
        for what, values in ((stack, shape.values), (replaced, symbols))
    )
    if before != after:
        raise Unlike
    return replaced, symbols


def _symbols(stack: Stack, values: Mapping[str, str]) -> dict[str, str]:
    """For each value a text that is nowhere in the stack."""
    held = pickle.dumps(stack)
    for counter in range(ATTEMPTS):
        symbols = {kind: _symbol(kind, value, counter) for kind, value in values.items()}
        if not any(symbol.encode() in held for symbol in symbols.values()):
            return symbols | {"id": values["id"] + symbols["id"]}
    raise Unlike


def _symbol(kind: str, value: str, counter: int) -> str:
    return f"q{kind}{hashlib.sha256(f'{kind} {value} {counter}'.encode()).hexdigest()[:24]}z"


class _Copier:
    """Copies with symbols. Nothing is checked again: what a text must be, it is with the real value."""

    def __init__(self, values: Mapping[str, str], symbols: Mapping[str, str]) -> None:
        self._values = values
        self._symbols = symbols

    def copy(self, value: Any) -> Any:
        kind: Any = type(value)
        if kind is str:
            return self._text(value)
        if value is None or kind in (bool, int):
            return value
        if isinstance(value, Document):
            return _made(Document, {"statements": self.copy(value.statements), "_text": self._text(value.render())})
        if is_dataclass(value):
            return _made(kind, {name: self._field(kind, name, getattr(value, name)) for name in _field_names(kind)})
        if isinstance(value, Mapping):
            return {self.copy(key): self.copy(item) for key, item in value.items()}
        if isinstance(value, tuple) and hasattr(value, "_fields"):
            return kind(*map(self.copy, value))
        if isinstance(value, tuple | list | frozenset):
            return kind(map(self.copy, value))
        raise Unlike

    def _text(self, written: str) -> str:
        return written.replace(self._values["id"], self._symbols["id"])

    def _field(self, kind: type, name: str, item: Any) -> Any:
        own = WHOLE.get(kind, {}).get(name)
        return self._symbols[own] if own and item is not None and item == self._values.get(own) else self.copy(item)


@cache
def _field_names(kind: Any) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


def _made(kind: Any, values: Mapping[str, Any]) -> Any:
    made = object.__new__(kind)
    for name, item in values.items():
        object.__setattr__(made, name, item)
    return made
