"""SARIF 2.1.0, which code hosts show beside the lines: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

Level = Literal["error", "warning", "note", "none"]
_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


@dataclass(frozen=True, slots=True)
class Rule:
    """What can be found."""

    id: str
    sentence: str
    remedy: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """One thing found, in a file."""

    rule: str
    level: Level
    text: str
    file: str
    line: int
    """Counted from 1."""
    column: int = 0
    """0: not known."""
    inside: str = ""
    """What of the file is meant, as people call it."""
    excuse: str = ""
    """Why it is accepted; empty if it is not."""


def sarif(version: str, rules: Iterable[Rule], results: Iterable[Result]) -> dict[str, Any]:
    """A whole log of one run."""
    driver = {"name": "kms-baseline", "version": version, "rules": [_rule(rule) for rule in rules]}
    return {
        "$schema": _SCHEMA,
        "version": "2.1.0",
        "runs": [{"tool": {"driver": driver}, "results": [_result(result) for result in results]}],
    }


def _rule(rule: Rule) -> dict[str, Any]:
    described: dict[str, Any] = {"id": rule.id, "shortDescription": {"text": rule.sentence}}
    if rule.remedy:
        described["help"] = {"text": rule.remedy}
    return described | ({"helpUri": rule.source} if rule.source else {})


def _uri(file: str) -> str:
    """A file below this folder by its relative reference, which is what code hosts find in a repository."""
    path = Path(file)
    if path.is_absolute() and not path.is_relative_to(Path.cwd()):
        return path.as_uri()
    return quote((path.relative_to(Path.cwd()) if path.is_absolute() else path).as_posix())


def _result(result: Result) -> dict[str, Any]:
    region: dict[str, int] = {"startLine": result.line} | ({"startColumn": result.column} if result.column else {})
    location: dict[str, Any] = {
        "physicalLocation": {"artifactLocation": {"uri": _uri(result.file)}, "region": region},
    }
    if result.inside:
        location["logicalLocations"] = [{"fullyQualifiedName": result.inside}]
    found: dict[str, Any] = {
        "ruleId": result.rule,
        "level": result.level,
        "message": {"text": result.text},
        "locations": [location],
    }
    if result.excuse:
        found["suppressions"] = [{"kind": "external", "justification": result.excuse}]
    return found
