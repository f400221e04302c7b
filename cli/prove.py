"""`kms-baseline prove`: every property of every key, for all possible requests."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Annotated, Any

import typer

from baseline.errors import Exit
from baseline.inventory import Key
from baseline.prover.assumptions import ACTIONS_KNOWN, ASSUMPTIONS, scope
from baseline.prover.decide import Verdict
from baseline.prover.inventory import (
    Proof,
    alike,
    elsewhere,
    idle_waivers,
    properties_in_words,
)
from baseline.prover.judgements import ALL
from baseline.prover.report import as_json, counterexample_lines, in_a_sentence
from baseline.words import count
from cli import junit, options, output, sarif
from cli.version import VERSION
from operations.project import Project, configuration_path
from operations.proofs import decided_at, prove_keys
from operations.selection import select

WAIVED = "waived"
SARIF_LEVELS: Mapping[Verdict, sarif.Level] = {"fails": "error", "unsupported": "warning", "undecided": "warning"}
VERDICTS: tuple[Verdict, ...] = ("holds", "fails", "unsupported", "undecided")


Full = Annotated[bool, typer.Option("--full", help="Prove each key by itself, also those that are alike.")]


def prove(
    config: options.Config = None,
    account: options.Accounts = None,
    region: options.Regions = None,
    purpose: options.Purposes = None,
    format: options.ReportOutputFormat = options.ReportFormat.table,
    full: Full = False,
) -> None:
    """Prove every property of every key policy for all possible requests. Nothing is written.

    Keys that differ in their account and region alone are proven once.

    Exit code 1: a property fails; 4: none fails, but one could not be decided.

    Example: kms-baseline prove --account data --format json
    """
    project = Project(configuration_path(config))
    keys = list(select(project, account or (), region or (), purpose or ()))
    proofs = prove_keys(project, keys, full, output.say)
    if format is options.ReportFormat.json:
        output.show_json(_as_json(keys, proofs))
    elif format is options.ReportFormat.sarif:
        output.show_json(sarif.sarif(VERSION, _rules(), _results(project, proofs)))
    elif format is options.ReportFormat.junit:
        output.show(junit.junit("kms-baseline prove", list(_suites(project, proofs))))
    else:
        _show(keys, proofs)
        _say_idle_waivers(project, keys, proofs)
    verdicts = {proof.judgement.verdict for proof in proofs if proof.is_open}
    if verdicts:
        raise typer.Exit(Exit.REFUSED if "fails" in verdicts else Exit.UNDECIDED)


def _say_idle_waivers(project: Project, keys: Sequence[Key], proofs: Sequence[Proof]) -> None:
    if len(keys) == len(project.inventory.keys):  # of a selection one cannot tell
        for waiver, why in idle_waivers(project.inventory, proofs):
            output.say(f"note: {waiver.place}: the waiver of {waiver.property} is not needed: {why}")


def _show(keys: Sequence[Key], proven: Sequence[Proof]) -> None:
    columns = (*(verdict.upper() for verdict in VERDICTS), "WAIVED", "NEEDS A3")
    output.show(output.table(("PROPERTY", *columns), _rows(proven)))
    for group in alike(proven):
        output.show("\n" + "\n".join(_failure(group)))
    output.show("\nunder these policies alone:")
    for sentence in dict.fromkeys(_scope(key) for key in keys):
        output.show(f"  {sentence}")
    output.show("assumptions:")
    for name, sentence in ASSUMPTIONS.items():
        output.show(f"  {name} {sentence}")
    output.show(f"  {ACTIONS_KNOWN}")
    counts = Counter(_verdict(each) for each in proven)
    result = ", ".join(f"{counts[verdict]} {verdict}" for verdict in (*VERDICTS, WAIVED) if counts[verdict])
    output.say(f"{count(len(keys), 'key')}, {count(len(proven), 'verdict')}: {result or 'nothing to prove'}")


def _scope(key: Key) -> str:
    return scope(key.settings.iam_delegation, key.settings.separate_duties)


def _verdict(proof: Proof) -> str:
    return WAIVED if proof.waiver else proof.judgement.verdict


def _rows(proven: Iterable[Proof]) -> Iterator[tuple[str, ...]]:
    proofs: dict[str, list[Proof]] = {}
    for each in proven:
        proofs.setdefault(each.judgement.about.id, []).append(each)
    for entry in ALL:
        if of_entry := proofs.get(entry.id):
            counts = Counter(map(_verdict, of_entry))
            with_a3 = sum(proof.judgement.needs_a3 for proof in of_entry)
            yield (entry.id, *(str(counts[verdict] or "") for verdict in (*VERDICTS, WAIVED)), str(with_a3 or ""))


def _failure(group: Sequence[Proof]) -> Iterator[str]:
    first = group[0]
    key, judgement = first.key, first.judgement
    yield f"{_verdict(first).upper()}  {properties_in_words(group)}   {key.where}   ({key.settings.place})"
    if judgement.verdict == "fails":
        yield f"  {judgement.about.sentence}"
    if judgement.counterexample:
        for label, text in counterexample_lines(judgement.counterexample, key.policy.as_dict()):
            yield f"  {label:<10} {text}"
    else:
        yield f"  because    {judgement.reason}"
    if first.waiver:
        yield f"  waived     {first.waiver.reason} ({first.waiver.place})"
    if others := elsewhere(group):
        yield f"  same in    {others}"


def _rules() -> Iterator[sarif.Rule]:
    for entry in ALL:
        yield sarif.Rule(entry.id, entry.sentence, "docs/properties.md says what is proven, and how to waive it.")


def _results(project: Project, proofs: Iterable[Proof]) -> Iterator[sarif.Result]:
    for proof in proofs:
        if proof.judgement.verdict != "holds":
            place = decided_at(project, proof)
            yield sarif.Result(
                rule=proof.judgement.about.id,
                level=SARIF_LEVELS[proof.judgement.verdict],
                text=f"{proof.key.where}: {proof.judgement.verdict}: {in_a_sentence(proof.judgement)}",
                file=place.file,
                line=place.line,
                inside=proof.key.where,
                excuse=proof.waiver.reason if proof.waiver else "",
            )


def _suites(project: Project, proofs: Iterable[Proof]) -> Iterator[tuple[str, list[junit.Case]]]:
    for where, of_key in groupby(proofs, key=lambda proof: proof.key.where):
        yield where, [_case(project, proof) for proof in of_key]


def _case(project: Project, proof: Proof) -> junit.Case:
    judgement, waiver = proof.judgement, proof.waiver
    if judgement.verdict == "holds":
        return junit.Case(judgement.about.id, "passed")
    place = decided_at(project, proof)
    said = in_a_sentence(judgement)
    if waiver:
        return junit.Case(judgement.about.id, "skipped", f"waived: {waiver.reason}", said, place.file, place.line)
    outcome: junit.Outcome = "failure" if judgement.verdict == "fails" else "error"
    return junit.Case(
        judgement.about.id, outcome, f"{judgement.verdict}: {said}", judgement.about.sentence, place.file, place.line
    )


def _as_json(keys: Iterable[Key], proven: Iterable[Proof]) -> dict[str, Any]:
    return {
        "version": 1,
        "assumptions": dict(ASSUMPTIONS),
        "actions": ACTIONS_KNOWN,
        "properties": [{"id": e.id, "sentence": e.sentence, "formula": e.formula} for e in ALL],
        "scopes": list(dict.fromkeys(_scope(key) for key in keys)),
        "verdicts": [
            {"policy": _policy(each.key), **as_json(each.judgement, each.key.policy.as_dict()), **_waived(each)}
            for each in proven
        ],
    }


def _waived(proof: Proof) -> dict[str, Any]:
    waiver = proof.waiver
    return {"waived": {"reason": waiver.reason, "place": str(waiver.place)}} if waiver else {}


def _policy(key: Key) -> dict[str, str]:
    return {
        "account": key.account,
        "account_id": key.account_id,
        "region": key.region,
        "purpose": key.purpose,
        "place": str(key.settings.place),
        "sha256": hashlib.sha256(key.policy.render().encode()).hexdigest(),
    }
