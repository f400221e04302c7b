"""A stack's JSON with symbols, built once, and stamped with the values of every stack of its shape."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

_OUTPUTS = ("//", "outputs")
"""Where CDKTF writes the stack's name as the only key of an object."""


@dataclass(frozen=True)
class Template:
    """The texts that were built, and the symbols in them by what they stand for."""

    stack: str
    """`cdk.tf.json`."""
    manifest: str
    """`manifest.json`, with this stack alone."""
    symbols: Mapping[str, str]

    @cached_property
    def _pieces(self) -> "_Pieces":
        return _Pieces(self.stack, self.symbols)

    def stamped(self, values: Mapping[str, str]) -> str:
        """The stack's text with these values."""
        return self._pieces.joined(values)

    def manifest_entry(self, values: Mapping[str, str]) -> tuple[str, str]:
        """The stack's part of the manifest, and what comes after all parts."""
        text = _Pieces(self.manifest, self.symbols).joined(values)
        start, end = text.index(_MANIFEST_START) + len(_MANIFEST_START), text.rindex(_MANIFEST_END)
        return text[start:end], text[end:]

    def rewritten(self, form: Callable[[str], str]) -> "Template":
        """The template in another form."""
        return Template(form(self.stack), self.manifest, self.symbols)

    def is_exact(self) -> bool:
        """Whether no order depends on the symbols: CDKTF sorts the keys of objects."""
        names = tuple(self.symbols.values())
        return not any(
            path != _OUTPUTS or len(keys) > 1
            for path, keys in _objects(json.loads(self.stack), ())
            if any(name in key for name in names for key in keys)
        )


class _Pieces:
    """A text cut at its symbols."""

    def __init__(self, text: str, symbols: Mapping[str, str]) -> None:
        kinds = {symbol: kind for kind, symbol in symbols.items()}
        # Longer ones first, should one begin with another.
        pattern = "|".join(map(re.escape, sorted(kinds, key=len, reverse=True)))
        self._parts = re.split(f"({pattern})", text) if pattern else [text]
        self._holes = [(i, kinds[self._parts[i]]) for i in range(1, len(self._parts), 2)]

    def joined(self, values: Mapping[str, str]) -> str:
        parts = self._parts
        for i, kind in self._holes:
            parts[i] = values[kind]
        return "".join(parts)


_MANIFEST_START = '{\n  "stacks": {\n'
_MANIFEST_END = '\n  },\n  "version": '


def manifest(entries: list[tuple[str, str]]) -> str:
    """The manifest of many stacks, sorted by name, as CDKTF writes it."""
    return _MANIFEST_START + ",\n".join(entry for entry, _ in entries) + (entries[0][1] if entries else "")


def _objects(value: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], list[str]]]:
    """Every object with its path and its keys."""
    if isinstance(value, dict):
        yield path, list(value)
        for key, item in value.items():
            yield from _objects(item, (*path, key))
    elif isinstance(value, list):
        for item in value:
            yield from _objects(item, (*path, "[]"))
