"""`kms-baseline policy prove`: the general properties, of policies that somebody else wrote."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from baseline.errors import Exit
from baseline.prover.assumptions import ACTIONS_OF_TODAY, ASSUMPTIONS
from baseline.prover.judgements import Judgement
from baseline.prover.report import (
    as_json,
    counterexample_lines,
    decision_in_words,
    example_in_words,
    in_a_sentence,
)
from cli import junit, options, output, sarif
from cli.policy.arguments import FileOrFolder
from cli.policy.meant import (
    Administrators,
    Like,
    OrganizationId,
    Publishers,
    Purpose,
    ShareWith,
    Trail,
    Users,
    meant_of,
)
from cli.version import VERSION
from operations.policy_file import check_place
from operations.policy_folder import is_folder
from operations.project import Project, configuration_path
from operations.proofs import Asked, ProvenFile, key_like, prove_path

AccountId = Annotated[
    str, typer.Option("--account", help="The ID of the key's account; of a folder its folders may say it.")
]
Region = Annotated[str, typer.Option("--region", help="The key's region; of a folder its folders may say it.")]
MOST = 12
"""So many more requests that contradict a property are shown."""
NO_POLICY = sarif.Rule("no-policy", "The file is no policy, or nobody said where its key is.")


def prove(
    file: FileOrFolder,
    account_id: AccountId = "",
    region: Region = "",
    purpose: Purpose = "",
    administrators: Administrators = None,
    users: Users = None,
    publishers: Publishers = None,
    share_with: ShareWith = None,
    trail: Trail = "",
    organization_id: OrganizationId = "",
    like: Like = ("", "", ""),
    config: options.Config = None,
    format: options.ReportOutputFormat = options.ReportFormat.table,
) -> None:
    """Prove properties of policies that somebody else wrote, for all possible requests: general ones, or of a purpose.

    Of a folder every *.json is proven, and folders named like an account's ID and like a region say where the keys
    are. Exit code 1: a property fails; 2: a file is no policy; 4: nothing of that, but a property could not be decided.

    Example: kms-baseline policy prove policy.json --account 222222222222 --region eu-west-2
    """
    check_place(account_id, region)
    asked: Asked = meant_of(purpose, (administrators, users), publishers, share_with, trail, organization_id)
    if any(like):
        asked = key_like(Project(configuration_path(config)), *like)
    proven = prove_path(file, account_id, region, asked, output.say)
    match format:
        case options.ReportFormat.json:
            each = [_as_json(one, asked.purpose) for one in proven]
            about = {"version": 1, "assumptions": dict(ASSUMPTIONS), "actions": ACTIONS_OF_TODAY}
            output.show_json({**about, **({"policies": each} if is_folder(file) else each[0])})
        case options.ReportFormat.sarif:
            output.show_json(sarif.sarif(VERSION, _rules(proven), _results(proven)))
        case options.ReportFormat.junit:
            output.show(junit.junit("kms-baseline policy prove", list(map(_suite, proven))))
        case options.ReportFormat.table:
            _show(file, proven)
    _exit(proven)


def _exit(proven: Sequence[ProvenFile]) -> None:
    verdicts = {judgement.verdict for one in proven for judgement in one.judgements}
    if "fails" in verdicts:
        raise typer.Exit(Exit.REFUSED)
    if any(one.problem for one in proven):
        raise typer.Exit(Exit.WRITTEN_WRONG)
    if verdicts - {"holds"}:
        raise typer.Exit(Exit.UNDECIDED)


def _show(asked: Path, proven: Sequence[ProvenFile]) -> None:
    if is_folder(asked):
        output.show(output.table(("FILE", "HOLDS", "FAILS", "NOT DECIDED"), map(_row, proven)))
    else:
        output.show(output.table(("PROPERTY", "VERDICT"), ((f.about.id, _verdict(f)) for f in proven[0].judgements)))
    for one in proven:
        if one.problem:
            output.show(f"\n{one.file.name}: {one.problem}")
        for judgement in one.judgements:
            if judgement.verdict != "holds":
                output.show("\n" + "\n".join(_failure(one, judgement)))
    output.show("\nunder each policy alone; assumptions:")
    for name, sentence in ASSUMPTIONS.items():
        output.show(f"  {name} {sentence}")
    output.show(f"  {ACTIONS_OF_TODAY}")


def _row(one: ProvenFile) -> tuple[str, ...]:
    verdicts = [judgement.verdict for judgement in one.judgements]
    counts = (verdicts.count("holds"), verdicts.count("fails"), sum(v not in ("holds", "fails") for v in verdicts))
    return (one.file.name, *(("no policy", "", "") if one.problem else (str(count or "") for count in counts)))


def _verdict(judgement: Judgement) -> str:
    return judgement.verdict + (" (needs A3)" if judgement.needs_a3 else "")


def _failure(one: ProvenFile, judgement: Judgement) -> Iterator[str]:
    yield f"{judgement.verdict.upper()}  {judgement.about.id}"
    yield f"  {judgement.about.sentence}"
    if judgement.counterexample and one.policy:
        for label, text in counterexample_lines(judgement.counterexample, one.policy.plain):
            yield f"  {label:<10} {text}"
    else:
        yield f"  because    {judgement.reason}"
    yield f"  place      {one.file.name}" + (f":{_line(one, judgement)}" if judgement.sid else "")
    for other in judgement.others[:MOST]:
        yield f"  also       {example_in_words(other)}: {decision_in_words(other.decision)}"
    if (more := len(judgement.others) - MOST) > 0:
        yield f"  also       {more} more; --format json has them all"


def _line(one: ProvenFile, judgement: Judgement) -> int:
    """Of the statement that decided; else the first."""
    return one.policy.lines.get(judgement.sid or "", 1) if one.policy else 1


def _as_json(one: ProvenFile, purpose: str) -> dict[str, Any]:
    file, plain = one.file, one.policy.plain if one.policy else None
    text = json.dumps(plain, sort_keys=True, separators=(",", ":"))
    policy = {
        "file": file.name,
        "account_id": file.account_id or None,
        "region": file.region or None,
        "purpose": purpose or None,
        "sha256": hashlib.sha256(text.encode()).hexdigest() if plain else None,
    }
    verdicts = [as_json(judgement, plain or {}) for judgement in one.judgements]
    return {"policy": policy, "verdicts": verdicts, **({"problem": one.problem} if one.problem else {})}


def _rules(proven: Sequence[ProvenFile]) -> list[sarif.Rule]:
    about = {judgement.about.id: judgement.about.sentence for one in proven for judgement in one.judgements}
    return [*(sarif.Rule(*entry) for entry in about.items()), NO_POLICY]


def _results(proven: Sequence[ProvenFile]) -> Iterator[sarif.Result]:
    for one in proven:
        if one.problem:
            yield sarif.Result(NO_POLICY.id, "error", one.problem, one.file.name, 1)
        for judgement in one.judgements:
            if judgement.verdict != "holds":
                level: sarif.Level = "error" if judgement.verdict == "fails" else "warning"
                said = f"{judgement.verdict}: {in_a_sentence(judgement)}"
                line, inside = _line(one, judgement), judgement.sid or ""
                yield sarif.Result(judgement.about.id, level, said, one.file.name, line, inside=inside)


def _suite(one: ProvenFile) -> tuple[str, list[junit.Case]]:
    """A suite a file, a test a property."""
    name = one.file.name
    if one.problem:
        return name, [junit.Case("policy", "error", one.problem, file=name, line=1)]
    return name, [_case(one, judgement) for judgement in one.judgements]


def _case(one: ProvenFile, judgement: Judgement) -> junit.Case:
    if judgement.verdict == "holds":
        return junit.Case(judgement.about.id, "passed")
    outcome: junit.Outcome = "failure" if judgement.verdict == "fails" else "error"
    said = f"{judgement.verdict}: {in_a_sentence(judgement)}"
    return junit.Case(judgement.about.id, outcome, said, judgement.about.sentence, one.file.name, _line(one, judgement))
