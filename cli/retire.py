"""`kms-baseline retire`: what is known of retired keys, and the deletion of one by a person."""

import os
import sys
from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from baseline.errors import Exit, Refusal, UsageError
from baseline.retirement import DISABLED_DAYS, Evidence, grouped
from baseline.words import count
from cli import options, output
from live.dependents import UNSEEN
from live.sessions import Sessions, sessions_of
from operations import retiring
from operations.project import Project, configuration_path
from operations.retiring import Looked, Terms

AccountName = Annotated[str | None, typer.Argument(help="The account, by name or ID.", metavar="ACCOUNT")]
RegionName = Annotated[str | None, typer.Argument(help="The region.", metavar="REGION")]
PurposeName = Annotated[str | None, typer.Argument(help="The purpose.", metavar="PURPOSE")]
Execute = Annotated[
    bool, typer.Option("--execute", help="Schedule the key's deletion, with your own credentials, after a question.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="With --execute: check everything, ask and do nothing.")]
Days = Annotated[int, typer.Option("--disabled-days", min=1, help="So long a key must be disabled and unused.")]
Since = Annotated[
    str,
    typer.Option(
        "--disabled-since",
        metavar="DATE",
        help="Since when it is disabled, where CloudTrail does not know any more: your word, as 2026-01-31.",
        show_default=False,
    ),
]


def retire(
    account: AccountName = None,
    region: RegionName = None,
    purpose: PurposeName = None,
    config: options.Config = None,
    execute: Execute = False,
    dry_run: DryRun = False,
    disabled_days: Days = DISABLED_DAYS,
    disabled_since: Since = "",
    format: options.OutputFormat = options.Format.table,
) -> None:
    """Show of retired keys, or of one, when they were last used and what still refers to them.

    With --execute a person schedules the deletion of one key, if nothing speaks against it. Exit code 1: something does;
    3: a key could not be read.

    Example: kms-baseline retire data us-east-1 sns
    """
    one = [word for word in (account, region, purpose) if word is not None]
    if len(one) not in (0, 3) or (execute and not one):
        raise UsageError("one key is an account, a region and a purpose", "kms-baseline retire ACCOUNT REGION PURPOSE")
    terms = Terms(days=disabled_days, disabled_since=_date(disabled_since))
    project, sessions = Project(configuration_path(config)), sessions_of(os.environ)
    keys = retiring.retired_keys(project, one)
    if execute:
        _execute(project, sessions, keys[0], terms, dry_run)
        return
    found = list(retiring.look(project, sessions, keys, terms))
    if format is options.Format.json:
        output.show_json({"version": 1, "keys": [_as_json(looked) for looked in found]})
    elif one:
        output.show("\n".join(_told(found[0])))
    else:
        output.show(output.table(_HEAD, map(_row, found)))
        output.say(count(len(found), "retired key"))
    if any(looked.problem for looked in found):
        for looked in found:
            if looked.problem:
                output.say(f"{looked.key.where}: {looked.problem}")
        raise typer.Exit(Exit.WORLD)


def _date(text: str) -> datetime | None:
    if not text:
        return None
    try:
        date = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        raise UsageError(f"`{text}` is no date", "write it as 2026-01-31") from None
    if date > datetime.now(UTC):
        raise UsageError(f"{text} is still to come")
    return date


def _execute(project: Project, sessions: Sessions, key: retiring.RetiredKey, terms: Terms, dry_run: bool) -> None:
    if not dry_run and not sys.stdin.isatty():
        raise UsageError("there is no terminal to type the key's ID on", "--dry-run checks everything and asks nothing")
    looked = retiring.look_as_a_person(project, sessions, key, terms)
    output.show("\n".join(_told(replace(looked, refusals=()))))
    retiring.refuse(looked)
    assert looked.evidence
    if unreadable := retiring.unreadable_state(project, key):
        output.say(f"it is not known whether Terraform still has the key: look into {unreadable}")
    if dry_run:
        output.say("dry run: nothing was done")
        return
    output.say(f"All that {looked.evidence.key_id} encrypts is lost when it is deleted, for good.")
    if typer.prompt("Type the key's ID to schedule its deletion", err=True) != looked.evidence.key_id:
        raise Refusal("not deleted: that is not the key's ID")
    deletion = retiring.delete(project, sessions, looked, terms)
    output.show(f"{looked.evidence.key_id} is deleted on {deletion:%Y-%m-%d %H:%M} UTC. Until then, to keep it:")
    for command in ("cancel-key-deletion", "enable-key"):
        output.show(f"  aws kms {command} --region {key.identity.region} --key-id {looked.evidence.key_id}")


_HEAD = ("ACCOUNT", "REGION", "PURPOSE", "THEN", "KEY ID", "STATE", "LAST USE", "GRANTS", "REFERRED TO BY")


def _row(looked: Looked) -> tuple[str, ...]:
    key, evidence = looked.key, looked.evidence
    place = (key.account, key.identity.region, key.identity.purpose, key.entry.then)
    if evidence is None:
        return (*place, "-", "not read" if looked.problem else "gone", "-", "-", "-")
    missed = f" ({len(evidence.not_looked_at)} not looked at)" if evidence.not_looked_at else ""
    return (
        *place,
        evidence.key_id,
        evidence.state,
        str(evidence.last_use or "not read"),
        "not read" if evidence.grants is None else str(len(evidence.grants)),
        f"{len(evidence.dependents) or 'nothing found'}{missed}",
    )


def _told(looked: Looked) -> Iterator[str]:
    key, evidence = looked.key, looked.evidence
    yield f"{key.where} ({key.identity.account_id}): then: {key.entry.then}, {key.entry.place}"
    if evidence:
        rows = [(f"  {name}", text) for name, texts in _lines(evidence, key.identity.purpose) for text in texts]
        yield output.table(("  KEY", evidence.key_id), rows)
    for reason in looked.refusals:
        yield f"  not to be deleted: {reason}"


def _lines(evidence: Evidence, purpose: str) -> Iterator[tuple[str, list[str]]]:
    yield "state", [evidence.state + (f", until {evidence.deletion:%Y-%m-%d}" if evidence.deletion else "")]
    if evidence.disabled:
        yield "disabled since", [f"{evidence.disabled.at:%Y-%m-%d} ({evidence.disabled.by})"]
    elif evidence.state == "Disabled":
        yield "disabled since", [f"not known ({evidence.disabled_unknown})"]
    yield "last use", [str(evidence.last_use or "may not be read")]
    yield "aliases", ["may not be listed"] if evidence.aliases is None else list(evidence.aliases) or ["none"]
    yield "grants", ["may not be listed"] if evidence.grants is None else list(evidence.grants) or ["none"]
    yield "referred to by", list(grouped(evidence.dependents)) or ["nothing was found"]
    yield "not looked at", list(evidence.not_looked_at)
    yield "cannot be seen", list(UNSEEN.get(purpose, ()))


def _as_json(looked: Looked) -> dict[str, Any]:
    key, evidence = looked.key, looked.evidence
    found: dict[str, Any] = asdict(evidence) if evidence else {}
    use = evidence.last_use if evidence else None
    return {
        "account": key.account,
        **key.identity._asdict(),
        "alias": key.alias,
        "then": key.entry.then,
        "place": str(key.entry.place),
        "evidence": _plain(found | {"last_use_in_words": str(use) if use else None}) if evidence else None,
        "cannot_be_seen": UNSEEN.get(key.identity.purpose, ()),
        "problem": looked.problem,
        "refusals": looked.refusals,
    }


def _plain(value: Any) -> Any:
    """What JSON can say: times in ISO 8601."""
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value.isoformat() if isinstance(value, datetime) else value
