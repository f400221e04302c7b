"""`kms-baseline policy validate`: what is wrong with key policies that somebody wrote."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from baseline.errors import Exit
from baseline.found.kinds import KINDS, Finding
from baseline.words import count
from cli import junit, options, output, sarif
from cli.policy.arguments import AccountId, FileOrFolder, Region
from cli.version import VERSION
from operations.judging import JudgedFile, judge
from operations.policy_file import check_place
from operations.policy_folder import is_folder

Organization = Annotated[
    str, typer.Option("--organization", help="The ID of the account's organization.", show_default=False)
]


def validate(
    file: FileOrFolder,
    account_id: AccountId = "",
    region: Region = "",
    organization: Organization = "",
    format: options.ReportOutputFormat = options.ReportFormat.table,
) -> None:
    """Say what AWS refuses, what it stores and ignores, and what is probably not meant in key policies.

    Every finding has an identifier, explained in docs/policy-findings.md. Of a folder every *.json is judged, and
    folders named like an account's ID and like a region say where the keys are. Exit code 1: an error or a warning
    was found; 2: a text is no policy.

    Example: kms-baseline policy validate policy.json --account 222222222222 --region eu-west-2
    """
    check_place(account_id, region, organization)
    judged = judge(file, account_id, region, organization, output.say)
    _print(file, judged, format)
    if any(not each.is_fine and each.is_policy for each in judged):
        raise typer.Exit(Exit.REFUSED)
    if not all(each.is_policy for each in judged):
        raise typer.Exit(Exit.WRITTEN_WRONG)


def _print(asked: Path, judged: Sequence[JudgedFile], format: options.ReportFormat) -> None:
    match format:
        case options.ReportFormat.json:
            each = [_as_json(one) for one in judged]
            output.show_json({"version": 1, **({"policies": each} if is_folder(asked) else each[0])})
        case options.ReportFormat.sarif:
            output.show_json(sarif.sarif(VERSION, _rules(), _results(judged)))
        case options.ReportFormat.junit:
            output.show(junit.junit("kms-baseline policy validate", [(str(asked), list(map(_case, judged)))]))
        case options.ReportFormat.table:
            for one in judged:
                _show(one)
            output.say(_summary(asked, judged))


def _summary(asked: Path, judged: Sequence[JudgedFile]) -> str:
    counts = Counter(finding.kind.severity for one in judged for finding in one.findings)
    result = ", ".join(count(counts[name], name) for name in ("error", "warning", "note") if counts[name])
    if not is_folder(asked):
        return f"{judged[0].file.name}: {result or 'nothing found'}"
    inside = f" in {sum(bool(one.findings) for one in judged)} of them" if result else ""
    return f"{asked}: {count(len(judged), 'file')}: {result or 'nothing found'}{inside}"


def _lines(judged: JudgedFile) -> Iterator[tuple[Finding, str]]:
    """Each finding with its one line."""
    for finding in judged.findings:
        column = f":{finding.column}" if finding.column else ""
        inside = f"{_inside(finding)}: " if _inside(finding) else ""
        kind = finding.kind
        place = f"{judged.file.name}:{finding.line}{column}"
        yield finding, f"{place}: {kind.severity}: {kind.id}: {inside}{finding.problem}"


def _show(judged: JudgedFile) -> None:
    for finding, line in _lines(judged):
        kind = finding.kind
        output.show(f"{line}\n  {kind.sentence}\n  AWS: {kind.answer}\n  help: {kind.remedy}")


def _inside(finding: Finding) -> str:
    return " ".join(filter(None, (finding.statement, finding.element)))


def _as_json(judged: JudgedFile) -> dict[str, Any]:
    file = judged.file
    place = {"account_id": file.account_id or None, "region": file.region or None}
    return {"file": file.name, **place, "findings": [_finding_as_json(finding) for finding in judged.findings]}


def _finding_as_json(finding: Finding) -> dict[str, Any]:
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
        yield sarif.Rule(kind.id, f"{kind.sentence} AWS: {kind.answer}", kind.remedy, kind.source)


def _results(judged: Iterable[JudgedFile]) -> Iterator[sarif.Result]:
    for one in judged:
        for finding in one.findings:
            yield sarif.Result(
                rule=finding.kind.id,
                level=finding.kind.severity,
                text=finding.problem,
                file=one.file.name,
                line=finding.line,
                column=finding.column,
                inside=_inside(finding),
            )


def _case(judged: JudgedFile) -> junit.Case:
    """A test a file: it fails by errors and warnings."""
    if judged.is_fine:
        return junit.Case(judged.file.name, "passed")
    worst = next(finding for finding in judged.findings if finding.kind.severity != "note")
    text = "\n".join(line for _, line in _lines(judged))
    outcome: junit.Outcome = "failure" if judged.is_policy else "error"
    return junit.Case(judged.file.name, outcome, worst.problem, text, judged.file.name, worst.line)
