"""Policies that are still templates: what a tool fills in before AWS gets them is no policy yet."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from baseline.errors import FieldPath

# What IAM itself fills in has a colon: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
_OF_IAM = re.compile(
    r"\s*([*?$]|(?!(?:self|opt|file|env|param|ssm|sls|cf):)[A-Za-z0-9.-]+(?:/[A-Za-z0-9./_-]+)?:[A-Za-z0-9].*)\s*"
)
_FILLED_IN = re.compile(r"\$\{([^}]*)\}")
_OTHER = re.compile(r"\{\{.*?\}\}|<%.*?%>")
_MARKS = re.compile(r'\$\{|\{\{|<|"(Ref|Fn::)|\\u')
"""One of them stands in the JSON of every template."""
_IN_ARN = re.compile(r"<[^<>]+>")


def may_be_a_template(text: str) -> bool:
    """Whether it is worth while to look for placeholders in what this JSON says."""
    return _MARKS.search(text) is not None


def placeholders(value: Any, path: FieldPath = ()) -> Iterator[tuple[FieldPath, str]]:
    """Where something is not filled in yet, and what stands there."""
    if isinstance(value, str):
        yield from ((path, found) for found in _in_text(value))
    elif isinstance(value, Mapping):
        [name, *others] = [*value, ""]
        if others == [""] and (name == "Ref" or name.startswith("Fn::")):
            yield (*path, name), name
            return
        for key, inner in value.items():
            yield from ((path, found) for found in _in_text(key))
            yield from placeholders(inner, (*path, key))
    elif isinstance(value, list):
        for i, inner in enumerate(value):
            yield from placeholders(inner, (*path, i))


def _in_text(text: str) -> Iterator[str]:
    yield from (match[0] for match in _FILLED_IN.finditer(text) if not _OF_IAM.fullmatch(match[1]))
    yield from _OTHER.findall(text)
    if text.startswith("arn:"):
        yield from _IN_ARN.findall(text)
