"""`kms-baseline prove`: every property of every key, for all possible requests."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import typer

from baseline.inventory import Key
from baseline.prover.assumptions import ACTIONS_KNOWN, ASSUMPTIONS, scope
from baseline.prover.decide import Verdict
from baseline.prover.keys import ALL, Finding, prove_key
from baseline.prover.report import as_json, counterexample_lines
from baseline.prover.subject import subject
from cli import options, output
from cli.keys import select
from cli.project import Project, configuration_path

EXIT_FAILED = 1
EXIT_OPEN = 4
VERDICTS: tuple[Verdict, ...] = ("holds", "fails", "unsupported", "undecided")


class Proven(NamedTuple):
    """One property of one key."""

    key: Key
    finding: Finding


def prove(
    config: options.Config = None,
    account: options.Accounts = None,
    region: options.Regions = None,
    purpose: options.Purposes = None,
    format: options.OutputFormat = options.Format.table,
) -> None:
    """Prove every property of every key policy for all possible requests. Nothing is written.

    Exit code 1: a property fails; 4: none fails, but one could not be decided.

    Example: kms-baseline prove --account data --format json
    """
    project = Project(configuration_path(config))
    keys = list(select(project, account or (), region or (), purpose or ()))
    proven = list(_proven(project, keys))
    if format is options.Format.json:
        output.show_json(_as_json(keys, proven))
    else:
        _show(keys, proven)
    verdicts = {each.finding.verdict for each in proven}
    if verdicts - {"holds"}:
        raise typer.Exit(EXIT_FAILED if "fails" in verdicts else EXIT_OPEN)


def _proven(project: Project, keys: Iterable[Key]) -> Iterator[Proven]:
    organization = project.configuration.organization
    accounts = {account.id: account for account in organization.accounts}
    for key in keys:
        for finding in prove_key(subject(key, accounts[key.account_id], organization), key.policy):
            yield Proven(key, finding)


def _show(keys: Sequence[Key], proven: Sequence[Proven]) -> None:
    output.show(output.table(("PROPERTY", *(verdict.upper() for verdict in VERDICTS), "NEEDS A3"), _rows(proven)))
    for lines in _failures(proven):
        output.show("\n" + "\n".join(lines))
    output.show("\nunder these policies alone:")
    for sentence in dict.fromkeys(_scope(key) for key in keys):
        output.show(f"  {sentence}")
    output.show("assumptions:")
    for name, sentence in ASSUMPTIONS.items():
        output.show(f"  {name} {sentence}")
    output.show(f"  {ACTIONS_KNOWN}")
    counts = Counter(each.finding.verdict for each in proven)
    result = ", ".join(f"{counts[verdict]} {verdict}" for verdict in VERDICTS if counts[verdict])
    output.say(
        f"{output.count(len(keys), 'key')}, {output.count(len(proven), 'verdict')}: {result or 'nothing to prove'}"
    )


def _scope(key: Key) -> str:
    return scope(key.settings.iam_delegation, key.settings.separate_duties)


def _rows(proven: Iterable[Proven]) -> Iterator[tuple[str, ...]]:
    findings: dict[str, list[Finding]] = {}
    for each in proven:
        findings.setdefault(each.finding.about.id, []).append(each.finding)
    for entry in ALL:
        if of_entry := findings.get(entry.id):
            counts = Counter(finding.verdict for finding in of_entry)
            with_a3 = sum(finding.needs_a3 for finding in of_entry)
            yield (entry.id, *(str(counts[verdict] or "") for verdict in VERDICTS), str(with_a3 or ""))


def _failures(proven: Iterable[Proven]) -> Iterator[list[str]]:
    """What does not hold, once for all keys of a purpose where it is the same."""
    alike: dict[tuple[str | None, ...], list[Proven]] = {}
    for each in proven:
        if each.finding.verdict != "holds":
            alike.setdefault(_likeness(each), []).append(each)
    for first, *others in alike.values():
        lines = list(_failure(first))
        if others:
            places = ", ".join(f"{each.key.account}/{each.key.region}" for each in others[:5])
            more = f" and {len(others) - 5} more" if len(others) > 5 else ""
            lines.append(f"  same in    {places}{more}")
        yield lines


def _likeness(each: Proven) -> tuple[str | None, ...]:
    found = each.finding.counterexample
    why = (found.request.action, found.decision.effect, found.decision.sid) if found else (each.finding.reason,)
    return (each.finding.about.id, each.key.purpose, each.finding.verdict, *why)


def _failure(each: Proven) -> Iterator[str]:
    key, finding = each
    where = f"{key.account} / {key.region} / {key.purpose}"
    yield f"{finding.verdict.upper()}  {finding.about.id}   {where}   ({key.settings.place})"
    yield f"  {finding.about.sentence}"
    if finding.counterexample:
        for label, text in counterexample_lines(finding.counterexample, key.policy.as_dict()):
            yield f"  {label:<10} {text}"
    else:
        yield f"  because    {finding.reason}"


def _as_json(keys: Iterable[Key], proven: Iterable[Proven]) -> dict[str, Any]:
    return {
        "assumptions": dict(ASSUMPTIONS),
        "actions": ACTIONS_KNOWN,
        "properties": [{"id": e.id, "sentence": e.sentence, "formula": e.formula} for e in ALL],
        "scopes": list(dict.fromkeys(_scope(key) for key in keys)),
        "verdicts": [
            {"policy": _policy(each.key), **as_json(each.finding, each.key.policy.as_dict())} for each in proven
        ],
    }


def _policy(key: Key) -> dict[str, str]:
    return {
        "account": key.account,
        "account_id": key.account_id,
        "region": key.region,
        "purpose": key.purpose,
        "place": key.settings.place,
        "sha256": hashlib.sha256(key.policy.render().encode()).hexdigest(),
    }
