"""JSON text with the line of everything in it, and with the keys that stand twice in one object.

Python's own reader keeps the last of two equal keys and forgets where things were.
"""

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from json import JSONDecodeError
from json.decoder import scanstring  # type: ignore[attr-defined]
from typing import Any

from baseline.errors import FieldPath

MAXIMUM_DEPTH = 40
"""A policy needs seven."""

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


@dataclass(slots=True)
class JsonText:
    """What a text says, and where."""

    value: Any = None
    lines: dict[FieldPath, int] = field(default_factory=dict)
    """The line of every value, by the keys and positions that lead to it; of an object's member, that of its key."""
    repeated: list[tuple[FieldPath, int]] = field(default_factory=list)
    """The members whose key stood before in the same object, with their lines. The first one is kept."""

    def line(self, path: FieldPath) -> int:
        """The line of what is at the path, or of the nearest thing around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def read(text: str) -> JsonText:
    """Read JSON. Raises NotJson."""
    return _Reader(text).read()


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.starts = [0, *(match.end() for match in re.finditer("\n", text))]
        self.result = JsonText()

    def read(self) -> JsonText:
        self.skip()
        if self.at == len(self.text):
            raise self.error("the text is empty")
        self.result.value = self.value(())
        self.skip()
        if self.at < len(self.text):
            raise self.error("something follows the end of the JSON value")
        return self.result

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
        self.result.lines.setdefault(path, self.line())
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
                self.result.repeated.append((inside, line))
                self.value((*path, key, "(again)"))
            else:
                self.result.lines[inside] = line
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
        return int(word) if re.fullmatch("-?[0-9]{1,300}", word) else float(word)
