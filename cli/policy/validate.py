"""`kms-baseline policy validate`: what is wrong with a key policy that somebody wrote."""

from collections import Counter
from collections.abc import Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from baseline.errors import Exit
from baseline.found.kinds import KINDS, Finding
from baseline.found.validate import validate as findings_of
from baseline.words import count
from cli import output, sarif
from cli.policy.arguments import AccountId, File, Region
from cli.version import VERSION
from operations.policy_file import check_place, name_of, text_of


class Format(StrEnum):
    """How findings are printed."""

    table = "table"
    json = "json"
    sarif = "sarif"


OutputFormat = Annotated[
    Format, typer.Option("--format", help="table for people, json for programs, sarif for code hosts.")
]


Organization = Annotated[
    str, typer.Option("--organization", help="The ID of the account's organization.", show_default=False)
]


def validate(
    file: File,
    account_id: AccountId = "",
    region: Region = "",
    organization: Organization = "",
    format: OutputFormat = Format.table,
) -> None:
    """Say what AWS refuses, what it stores and ignores, and what is probably not meant in a key policy.

    Every finding has an identifier, explained in docs/policy-findings.md. Exit code 1: an error or a warning was
    found; 2: the text is no policy.

    Example: kms-baseline policy validate policy.json --account 222222222222 --region eu-west-2
    """
    check_place(account_id, region)
    found = findings_of(text_of(file), account_id, region, organization)
    if format is Format.json:
        output.show_json({"version": 1, "file": name_of(file), "findings": [_as_json(finding) for finding in found]})
    elif format is Format.sarif:
        output.show_json(sarif.sarif(VERSION, _rules(), [_as_result(file, finding) for finding in found]))
    else:
        _show(file, found)
    if any(finding.kind.group == "not a policy" for finding in found):
        raise typer.Exit(Exit.WRITTEN_WRONG)
    if any(finding.kind.severity != "note" for finding in found):
        raise typer.Exit(Exit.REFUSED)


def _show(file: Path, found: Sequence[Finding]) -> None:
    for finding in found:
        column = f":{finding.column}" if finding.column else ""
        inside = f"{_inside(finding)}: " if _inside(finding) else ""
        kind = finding.kind
        output.show(f"{name_of(file)}:{finding.line}{column}: {kind.severity}: {kind.id}: {inside}{finding.problem}")
        output.show(f"  {kind.sentence}\n  AWS: {kind.answer}\n  help: {kind.remedy}")
    counts = Counter(finding.kind.severity for finding in found)
    result = ", ".join(count(counts[name], name) for name in ("error", "warning", "note") if counts[name])
    output.say(f"{name_of(file)}: {result or 'nothing found'}")


def _inside(finding: Finding) -> str:
    return " ".join(filter(None, (finding.statement, finding.element)))


def _as_json(finding: Finding) -> dict[str, Any]:
    kind = finding.kind
    place: dict[str, Any] = {"line": finding.line, "column": finding.column or None}
    return {
        "id": kind.id,
        "severity": kind.severity,
        "group": kind.group,
        "problem": finding.problem,
        **place,
        "statement": finding.statement or None,
        "element": finding.element or None,
        "sentence": kind.sentence,
        "remedy": kind.remedy,
        "aws": kind.answer,
        "evidence": kind.evidence,
        "source": kind.source,
    }


def _rules() -> Iterator[sarif.Rule]:
    for kind in KINDS.values():
        yield sarif.Rule(kind.id, kind.sentence, kind.remedy, kind.source)


def _as_result(file: Path, finding: Finding) -> sarif.Result:
    return sarif.Result(
        rule=finding.kind.id,
        level=finding.kind.severity,
        text=finding.problem,
        file=name_of(file),
        line=finding.line,
        column=finding.column,
        inside=_inside(finding),
    )
