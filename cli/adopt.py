"""`kms-baseline adopt`: keys that exist already become ours."""

import os
import sys
from typing import Annotated

import typer

from baseline.adoption.verdict import Word
from baseline.errors import Exit, Refusal, UsageError
from baseline.words import count
from cli import offers, options, output
from live.sessions import Sessions, sessions_of
from operations import adopting
from operations.candidates import list_candidates
from operations.project import Project, configuration_path

AccountName = Annotated[
    str | None, typer.Argument(help="The account, by name or ID.", metavar="ACCOUNT", show_default=False)
]
RegionName = Annotated[str | None, typer.Argument(help="The region.", metavar="REGION", show_default=False)]
PurposeName = Annotated[
    str | None, typer.Argument(help="What the key is to be for.", metavar="PURPOSE", show_default=False)
]
KeyName = Annotated[
    str | None, typer.Argument(help="The key: its ID, its ARN or an alias.", metavar="KEY", show_default=False)
]
Enable = Annotated[bool, typer.Option("--enable", help="Take a disabled key, which the deployment enables.")]
TakeOver = Annotated[bool, typer.Option("--take-over", help="Take a key that another tool manages; say why.")]
Reason = Annotated[str, typer.Option("--reason", help="Why the other tool no longer manages it.", show_default=False)]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Adopt without asking.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Look and show, write nothing.")]


def adopt(
    account: AccountName = None,
    region: RegionName = None,
    purpose: PurposeName = None,
    key: KeyName = None,
    config: options.Config = None,
    enable: Enable = False,
    take_over: TakeOver = False,
    reason: Reason = "",
    yes: Yes = False,
    dry_run: DryRun = False,
    format: options.OutputFormat = options.Format.table,
) -> None:
    """Take over a key that others made: show who would lose access and what would change, ask, and record it in the lock.

    The next deployment imports it in place of making one. Nothing changes in AWS before that. Without arguments: list the
    keys behind our aliases and with our tags that are not as a deployment leaves them. Exit code 1: there are some; 3: an
    account could not be looked at.

    Example: kms-baseline adopt data eu-west-2 sns alias/topics
    """
    word = _word(enable, take_over, reason.strip())
    project = Project(configuration_path(config))
    sessions = sessions_of(os.environ)
    if account is None:
        _list(project, sessions, format)
    elif region is None or purpose is None or key is None:
        raise UsageError("a key is adopted by ACCOUNT REGION PURPOSE KEY", "without any of them, candidates are listed")
    else:
        if not yes and not dry_run and not sys.stdin.isatty():
            raise UsageError("there is no terminal to ask on", "--yes adopts without asking, --dry-run only shows")
        offer = adopting.look(project, sessions, project.key(account, region, purpose), key, word)
        if format is options.Format.json:
            output.show_json(offers.as_json(offer))
        else:
            output.show("\n".join(offers.told(offer)))
        _adopt(project, offer, yes, dry_run)


def _word(enable: bool, take_over: bool, reason: str) -> Word:
    if take_over != bool(reason):
        raise UsageError("--take-over and --reason go together", "say why the other tool no longer manages the key")
    return Word(enable, reason)


def _list(project: Project, sessions: Sessions, format: options.Format) -> None:
    listed = list_candidates(project, sessions, output.say)
    if format is options.Format.json:
        output.show_json(offers.listed_as_json(listed))
    elif listed.candidates:
        output.show(offers.table(listed))
    for place in listed.unreachable:
        output.say(f"{place.account} {place.region}: {place.problem}")
    fitting = sum(1 for one in listed.candidates if not one.refusals)
    output.say(f"{count(len(listed.candidates), 'key')} to look at, {fitting} of them fit")
    if listed.candidates or listed.unreachable:
        raise typer.Exit(Exit.REFUSED if listed.candidates else Exit.WORLD)


def _adopt(project: Project, offer: adopting.Offer, yes: bool, dry_run: bool) -> None:
    if dry_run:
        output.say("dry run: nothing was written")
        return
    if not yes and not typer.confirm(f"Adopt it as {offer.key.where}?", err=True):
        raise Refusal("not adopted: the question was declined")
    adopting.adopt(project, offer, output.say)
    output.say(f"{project.lock_path} written: commit it; the next deployment imports the key")
