"""`kms-baseline adopt`: keys that exist already become ours."""

import sys
from collections.abc import Iterator
from typing import Annotated

import boto3
import typer

from baseline.adoption.verdict import Word
from baseline.drift.key import rotation_in_words
from baseline.errors import Refusal, UsageError
from cli import changes, options, output
from live.sessions import Sessions
from operations import adopting
from operations.adopting import Offer
from operations.project import Project, configuration_path

AccountName = Annotated[str, typer.Argument(help="The account, by name or ID.", metavar="ACCOUNT")]
RegionName = Annotated[str, typer.Argument(help="The region.", metavar="REGION")]
PurposeName = Annotated[str, typer.Argument(help="What the key is to be for.", metavar="PURPOSE")]
KeyName = Annotated[str, typer.Argument(help="The key: its ID, its ARN or an alias.", metavar="KEY")]
Enable = Annotated[bool, typer.Option("--enable", help="Take a disabled key, which the deployment enables.")]
TakeOver = Annotated[bool, typer.Option("--take-over", help="Take a key that another tool manages; say why.")]
Reason = Annotated[str, typer.Option("--reason", help="Why the other tool no longer manages it.", show_default=False)]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Adopt without asking.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Look and show, write nothing.")]


def adopt(
    account: AccountName,
    region: RegionName,
    purpose: PurposeName,
    key: KeyName,
    config: options.Config = None,
    enable: Enable = False,
    take_over: TakeOver = False,
    reason: Reason = "",
    yes: Yes = False,
    dry_run: DryRun = False,
) -> None:
    """Look at a key that exists, say who would lose access and what would change, ask, and record it in the lock.

    The next deployment imports it in place of making one. Nothing changes in AWS before that.

    Example: kms-baseline adopt data eu-west-2 sns alias/topics
    """
    if take_over != bool(reason.strip()):
        raise UsageError("--take-over and --reason go together", "say why the other tool no longer manages the key")
    if not yes and not dry_run and not sys.stdin.isatty():
        raise UsageError("there is no terminal to ask on", "--yes adopts without asking, --dry-run only shows")
    project = Project(configuration_path(config))
    wanted = project.key(account, region, purpose)
    offer = adopting.look(project, Sessions(boto3.Session()), wanted, key, Word(enable, reason.strip()))
    output.show("\n".join(_told(offer)))
    if dry_run:
        output.say("dry run: nothing was written")
        return
    if not yes and not typer.confirm(f"Adopt it as {wanted.where}?", err=True):
        raise Refusal("not adopted: the question was declined")
    adopting.adopt(project, offer, output.say)
    output.say(f"{project.lock_path} written: commit it; the next deployment imports the key")


def _told(offer: Offer) -> Iterator[str]:
    key, found = offer.key, offer.found
    yield f"{found.seen.arn} as {key.where}"
    if offer.known:
        yield "  the lock has it as adopted already"
    yield from _access(offer)
    yield from _rest(offer)


def _access(offer: Offer) -> Iterator[str]:
    """Who loses and who gains access, losses first, and what keeps everybody."""
    access = offer.access
    if access.undecided:
        yield f"  who loses access is not decided: {access.undecided}; compare the policies before you go on"
        return
    if not access.losses:
        yield "  nobody loses access"
    yield from (f"  {line}" for line in changes.lines(access.changes))
    if access.bypass:
        yield "  nobody can skip the check of PutKeyPolicy against a lockout any more, which nobody needs for its work"
    if offer.exception:
        if offer.kept.losses or offer.kept.undecided:
            yield "  not everybody can be kept; with this exception still lost:"
            yield from (f"    {line}" for line in changes.lines(offer.kept.losses))
        yield "  to keep them, before you deploy:"
        yield from ("    keys:", "      exceptions:", f"        {offer.exception}")


def _rest(offer: Offer) -> Iterator[str]:
    key, found = offer.key, offer.found
    for name, (old, new) in offer.tags.items():
        if new is None:
            yield f"  the tag {name}={old} would be removed"
        else:
            yield f"  the tag {name}={new} would be set" + (f", now {old}" if old is not None else "")
    days = key.settings.rotation_period_days if key.settings.rotation else 0
    if days != found.seen.rotation:
        yield f"  rotation: {rotation_in_words(found.seen.rotation)} -> {rotation_in_words(days)}"
    if key.description != found.description:
        yield f'  description: "{found.description}" -> "{key.description}"'
    if found.seen.state != "Enabled":
        yield f"  state: {found.seen.state} -> Enabled"
    if others := [alias for alias in found.aliases if alias != key.alias]:
        yield f"  stay as they are: {', '.join(others)}"
    if found.seen.grants:
        yield f"  stay as they are: grants, {len(found.seen.grants)}"
