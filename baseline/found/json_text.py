"""JSON text with the line of everything in it, and with the keys that stand twice in one object.

Python's own reader keeps the last of two equal keys and forgets where things were.
"""

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from json import JSONDecodeError, JSONDecoder
from json.decoder import scanstring  # type: ignore[attr-defined]
from typing import Any

from baseline.errors import FieldPath

MAXIMUM_DEPTH = 40
"""A policy needs seven."""
_DIGITS = 300
"""Of a whole number; one with more is read as about so much."""

_SPACE = re.compile(r"[ \t\n\r]*")
_WORD = re.compile(r"true|false|null|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_HALF = re.compile("[\ud800-\udfff]")
_CONSTANTS = {"true": True, "false": False, "null": None}


class NotJson(ValueError):
    """The text is not JSON, or is nested too deeply. `line` and `column` count from 1."""

    def __init__(self, problem: str, line: int, column: int) -> None:
        super().__init__(problem)
        self.line = line
        self.column = column


@dataclass
class JsonText:
    """What a text says, and where."""

    value: Any
    text: str
    repeated: list[tuple[FieldPath, int]]
    """The members whose key stood before in the same object, with their lines. The first one is kept."""
    above: FieldPath = ()
    """Where in the text the value stands."""

    @cached_property
    def lines(self) -> dict[FieldPath, int]:
        """The line of every value, by the keys and positions that lead to it; of an object's member, that of its key.

        Read once somebody asks for one.
        """
        reader = _Reader(self.text)
        reader.read()
        return {path[len(self.above) :]: line for path, line in reader.lines.items() if self._is_inside(path)}

    def line(self, path: FieldPath) -> int:
        """The line of what is at the path, or of the nearest thing around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def member(self, name: str) -> "JsonText":
        """What stands under a key."""
        inner = JsonText(self.value[name], self.text, [], (*self.above, name))
        inner.repeated = [(path[1:], line) for path, line in self.repeated if path[0] == name]
        return inner

    def _is_inside(self, path: FieldPath) -> bool:
        return path[: len(self.above)] == self.above


def read(text: str) -> JsonText:
    """Read JSON. Raises NotJson."""
    try:
        return JsonText(_quickly(text), text, [])
    except _Slowly:
        reader = _Reader(text)
        return JsonText(reader.read(), text, reader.repeated)


class _Slowly(Exception):
    """Python's own reader does not do."""


def _quickly(text: str) -> Any:
    """The value alone, where there is nothing to be said of its text. Raises _Slowly."""
    if "\\u" in text:
        raise _Slowly  # half a character may be among them
    try:
        value = _PYTHONS.decode(text)
    except (ValueError, RecursionError):
        raise _Slowly from None
    if _depth(value) > MAXIMUM_DEPTH:
        raise _Slowly
    return value


def _once(members: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(members)
    if len(found) < len(members):
        raise _Slowly
    return found


def _number(written: str) -> int | float:
    return int(written) if len(written) <= _DIGITS else float(written)


def _no_constant(name: str) -> Any:
    raise _Slowly


_PYTHONS = JSONDecoder(object_pairs_hook=_once, parse_int=_number, parse_constant=_no_constant)


def _depth(value: Any) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return 0 if inner is None else 1 + max(map(_depth, inner), default=0)


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.starts = [0, *(match.end() for match in re.finditer("\n", text))]
        self.lines: dict[FieldPath, int] = {}
        self.repeated: list[tuple[FieldPath, int]] = []

    def read(self) -> Any:
        """The value. Raises NotJson."""
        self.skip()
        if self.at == len(self.text):
            raise self.error("the text is empty")
        value = self.value(())
        self.skip()
        if self.at < len(self.text):
            raise self.error("something follows the end of the JSON value")
        return value

    def line(self) -> int:
        return bisect_right(self.starts, self.at)

    def error(self, problem: str) -> NotJson:
        line = self.line()
        return NotJson(problem, line, self.at - self.starts[line - 1] + 1)

    def skip(self) -> None:
        match = _SPACE.match(self.text, self.at)
        assert match is not None
        self.at = match.end()

    def next(self) -> str:
        """The next character that is no space; empty at the end."""
        self.skip()
        return self.text[self.at : self.at + 1]

    def value(self, path: FieldPath) -> Any:
        start = self.next()
        self.lines.setdefault(path, self.line())
        if len(path) > MAXIMUM_DEPTH:
            raise self.error(f"nested more than {MAXIMUM_DEPTH} deep")
        if start == "{":
            return self.object(path)
        if start == "[":
            return self.array(path)
        if start == '"':
            return self.string()
        return self.word()

    def object(self, path: FieldPath) -> dict[str, Any]:
        found: dict[str, Any] = {}
        self.at += 1
        if self.next() == "}":
            self.at += 1
            return found
        while True:
            if self.next() != '"':
                raise self.error("a key in double quotes is expected")
            line = self.line()
            key = self.string()
            self.expect(":", "after a key")
            inside = (*path, key)
            if key in found:
                self.repeated.append((inside, line))
                self.value((*path, key, "(again)"))
            else:
                self.lines[inside] = line
                found[key] = self.value(inside)
            if self.ends("}"):
                return found

    def array(self, path: FieldPath) -> list[Any]:
        found: list[Any] = []
        self.at += 1
        if self.next() == "]":
            self.at += 1
            return found
        while True:
            found.append(self.value((*path, len(found))))
            if self.ends("]"):
                return found

    def expect(self, character: str, where: str) -> None:
        if self.next() != character:
            raise self.error(f"`{character}` is expected {where}")
        self.at += 1

    def ends(self, bracket: str) -> bool:
        character = self.next()
        if character not in (",", bracket) or not character:
            raise self.error(f"`,` or `{bracket}` is expected")
        self.at += 1
        if character == "," and self.next() == bracket:
            raise self.error(f"a comma stands before `{bracket}`")
        return character == bracket

    def string(self) -> str:
        try:
            text, self.at = scanstring(self.text, self.at + 1, True)
        except JSONDecodeError as error:
            self.at = error.pos
            raise self.error(error.msg.lower().removesuffix(" starting at").removesuffix(" at")) from None
        if _HALF.search(text):
            raise self.error("half of a character in UTF-16 stands alone")
        return str(text)

    def word(self) -> Any:
        match = _WORD.match(self.text, self.at)
        if match is None:
            found = self.text[self.at : self.at + 1]
            raise self.error(f"a value is expected, got `{found}`" if found else "the text ends too early")
        self.at = match.end()
        word = match[0]
        if word in _CONSTANTS:
            return _CONSTANTS[word]
        return int(word) if len(word) <= _DIGITS and re.fullmatch("-?[0-9]+", word) else float(word)
