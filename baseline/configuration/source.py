"""YAML 1.2 text to plain data that remembers where everything stood.

PyYAML composes the nodes (with libyaml where it is there); the scalars are resolved here by
YAML 1.2's core schema (https://yaml.org/spec/1.2.2/#103-core-schema), so `yes` is a text and
`012` is no octal number.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from baseline.errors import FieldPath, FieldPlace, Mistake, Mistakes
from baseline.words import visible

_VALUES, _VALUES_A_CHARACTER = 100_000, 10
"""How many values a file may have: aliases of aliases can blow a small one up without end."""
_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_NULL = re.compile(r"~|null|Null|NULL|")
_BOOL = re.compile(r"true|True|TRUE|false|False|FALSE")
_INT = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")


@dataclass(slots=True)
class Source:
    """A composed file: its data, and for each value its line and how it was written."""

    file: str
    data: Any = None
    lines: dict[FieldPath, int] = field(default_factory=dict)
    """From 1; of the key for a mapping's value, of the item for a list's."""
    texts: dict[FieldPath, str] = field(default_factory=dict)
    """Values without quotes that are not text (numbers, booleans, nothing), as they stand in the file."""
    mistakes: list[Mistake] = field(default_factory=list)

    stand_ins: dict[FieldPath, FieldPath] = field(default_factory=dict)
    """What is in the data by another entry: that entry, as `select[0]` of an account that it selected."""

    def written_as(self, path: FieldPath) -> FieldPath:
        """The path under which something is in the file."""
        entry = self.stand_ins.get(path[:2])
        return path if entry is None else (*entry, *path[2:])

    def line(self, path: FieldPath) -> int:
        """The line of a path, or of the nearest thing around it that is in the file."""
        path = self.written_as(path)
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def place(self, path: FieldPath) -> FieldPlace:
        """Where a path is written, or where it would be."""
        return FieldPlace(self.file, self.line(path), spell(self.written_as(path)))

    def mistake(self, path: FieldPath, problem: str, help: str = "") -> Mistake:
        """A mistake at a path; its problem stays on one line, whatever it quotes, and hides no character."""
        return self.place(path).mistake(visible(problem.replace("\n", "\\n")), help)

    def as_written(self, path: FieldPath, value: Any) -> Any:
        """The value at a path with every scalar as text, just as it was written (IAM's JSON knows only text)."""
        if isinstance(value, dict):
            return {key: self.as_written((*path, key), item) for key, item in value.items()}
        if isinstance(value, list):
            return [self.as_written((*path, i), item) for i, item in enumerate(value)]
        return self.texts.get(self.written_as(path), value)

    def nothings(self) -> Iterator[FieldPath]:
        """The paths whose value is null or was left empty."""
        return (path for path, text in self.texts.items() if _NULL.fullmatch(text))


def spell(path: FieldPath) -> str:
    """A path as people read it: `accounts[1].keys.rotation`."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).removeprefix(".")


def decode(content: bytes, file: str) -> str:
    """The text of a file's bytes; a UTF-8 byte order mark is dropped. Raises Mistakes for other encodings."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in content[:64]:
        raise Mistakes([Mistake(file, 0, "", "is UTF-16 or binary, not UTF-8 text", "save it with the encoding UTF-8")])
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        problem = f"byte 0x{content[error.start]:02x} is not UTF-8 text"
        raise Mistakes([Mistake(file, line, "", problem, "save the file with the encoding UTF-8")]) from None


def compose(text: str, file: str) -> Source:
    """Read YAML text. Raises Mistakes when it is not YAML; duplicate keys are listed in the result."""
    source = Source(file)
    try:
        root = yaml.compose(text, Loader=_LOADER)
    except yaml.YAMLError as error:
        raise Mistakes([_syntax(error, text, file)]) from None
    except RecursionError:
        raise Mistakes([Mistake(file, 1, "", "is nested too deeply")]) from None
    if root is not None:
        source.data = _Composer(source, text).value(root, (), ())
    return source


class _Composer:
    def __init__(self, source: Source, text: str) -> None:
        self.source = source
        self.text = text
        self.left = _VALUES + _VALUES_A_CHARACTER * len(text)

    def value(self, node: yaml.Node, path: FieldPath, around: tuple[yaml.Node, ...]) -> Any:
        self.spend(path)
        if node in around or len(path) > 60:
            raise Mistakes([self.source.mistake(path, "aliases or nesting without end", "write the values out")])
        self.source.lines.setdefault(path, node.start_mark.line + 1)
        if not node.tag.startswith("tag:yaml.org,2002:"):
            self.source.mistakes.append(self.source.mistake(path, f"tag `{node.tag}` means nothing here", "remove it"))
        around = (*around, node)
        if isinstance(node, yaml.MappingNode):
            return self.mapping(node, path, around)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*path, i), around) for i, item in enumerate(node.value)]
        assert isinstance(node, yaml.ScalarNode)
        return self.scalar(node, path)

    def mapping(self, node: yaml.MappingNode, path: FieldPath, around: tuple[yaml.Node, ...]) -> dict[str, Any]:
        data: dict[str, Any] = {}
        for key_node, value_node, is_merged in self.members(node, path, around):
            key, line = str(key_node.value), key_node.start_mark.line + 1
            if key not in data:
                self.source.lines[(*path, key)] = line
                data[key] = self.value(value_node, (*path, key), around)
            elif not is_merged:
                self.duplicate((*path, key), line)
        return data

    def members(
        self, node: yaml.MappingNode, path: FieldPath, around: tuple[yaml.Node, ...], is_merged: bool = False
    ) -> Iterator[tuple[yaml.ScalarNode, yaml.Node, bool]]:
        """The fields of a mapping, and behind them those that `<<` merges in: https://yaml.org/type/merge.html"""
        merged: list[yaml.Node] = []
        for key_node, value_node in node.value:
            self.spend(path)
            if not isinstance(key_node, yaml.ScalarNode):
                raise Mistakes([self.source.mistake(path, "a field's name must be plain text")])
            if key_node.value == "<<" and not key_node.style:
                merged += value_node.value if isinstance(value_node, yaml.SequenceNode) else [value_node]
            else:
                yield key_node, value_node, is_merged
        for other in merged:
            if not isinstance(other, yaml.MappingNode) or other in around:
                raise Mistakes(
                    [self.source.mistake(path, "`<<` merges mappings: a `*name` of one, or a list of those")]
                )
            yield from self.members(other, path, (*around, other), is_merged=True)

    def spend(self, path: FieldPath) -> None:
        self.left -= 1
        if self.left < 0:
            raise Mistakes([self.source.mistake(path, "aliases or nesting without end", "write the values out")])

    def duplicate(self, path: FieldPath, line: int) -> None:
        first = self.source.lines[path]
        problem = f"`{path[-1]}` is written twice, first in line {first}"
        self.source.mistakes.append(Mistake(self.source.file, line, spell(path), problem, "keep one of the two"))

    def scalar(self, node: yaml.ScalarNode, path: FieldPath) -> str | int | float | bool | None:
        text = str(node.value)
        # Quoted, or a block (libyaml says "" for plain ones and PyYAML None), or `!!str`, which stands before the value.
        if node.style or self.text.startswith(("!!str ", "! "), node.start_mark.index):
            return text
        value = resolve(text)
        if not isinstance(value, str):
            self.source.texts[path] = text
        return value


def resolve(text: str) -> str | int | float | bool | None:
    """The value of a plain (unquoted) scalar by YAML 1.2's core schema."""
    if _NULL.fullmatch(text):
        return None
    if _BOOL.fullmatch(text):
        return text.lower() == "true"
    if _INT.fullmatch(text):
        return int(text, {"0o": 8, "0x": 16}.get(text[:2], 10)) if len(text) < 400 else text
    if _FLOAT.fullmatch(text):
        return float(text.lower().replace(".inf", "inf").replace(".nan", "nan"))
    return text


def _syntax(error: yaml.YAMLError, text: str, file: str) -> Mistake:
    mark = getattr(error, "problem_mark", None)
    if mark is None:  # a character that YAML does not allow
        character = getattr(error, "character", 0)
        code = ord(character) if isinstance(character, str) else int(character)
        line = text.count("\n", 0, getattr(error, "position", 0)) + 1
        return Mistake(file, line, "", f"character U+{code:04X} is not allowed in YAML", "remove it")
    lines = text.splitlines()
    conflict = next((number for number, line in enumerate(lines, 1) if line.startswith("<<<<<<< ")), None)
    if conflict:
        return Mistake(file, conflict, "", "has merge conflicts", "decide what holds, and remove the lines with marks")
    written = lines[mark.line] if mark.line < len(lines) else ""
    if written[: mark.column + 1].strip() == "" and "\t" in written[: mark.column + 1]:
        column = written.index("\t") + 1
        return Mistake(file, mark.line + 1, "", f"column {column}: tab used for indentation, use spaces")
    problem = getattr(error, "problem", None) or str(error)
    if "another document" in problem:
        return Mistake(file, mark.line + 1, "", "a second document begins here", "keep one document in the file")
    is_alias = "alias" in f"{getattr(error, 'context', '')} {problem}"
    help = "text that begins with `*` is written in quotes" if is_alias else ""
    return Mistake(file, mark.line + 1, "", f"column {mark.column + 1}: not YAML: {problem}", help)
