"""`kms-baseline deploy`: synthesize, plan every stack, ask, apply those very plans."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Annotated

import typer

from baseline.errors import KmsBaselineError, UsageError, WorldError
from baseline.takeover import TAKE_OVER
from baseline.words import some
from cli import approval, options, output
from cli.live_display import shown
from deployment.binaries import find_terraform
from live.sessions import sessions_of
from operations.chosen_stacks import chosen_stacks, parse_shard
from operations.notes import resting_accounts
from operations.outcomes import Outcomes
from operations.project import Project, configuration_path, passed_over
from operations.rollout import missing_states, planned
from operations.synthesis import DEFAULT_OUTPUT, write_stacks
from operations.takeover import Looking

Yes = Annotated[bool, typer.Option("--yes", "-y", help="Apply without asking.")]
TakeOver = Annotated[
    bool,
    typer.Option(TAKE_OVER, help="Import complete keys that AWS has and the state does not know; else you are asked."),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Plan and show, apply nothing.")]
KeepGoing = Annotated[bool, typer.Option("--keep-going", help="Deploy the others when some stacks cannot be planned.")]
DetailedExitcode = Annotated[
    bool, typer.Option("--detailed-exitcode", help="End with 2 where there were changes, as `terraform plan` does.")
]
ChangedFrom = Annotated[
    str | None,
    typer.Option(
        help="Only the stacks whose JSON differs from that of this revision of Git.", metavar="REV", show_default=False
    ),
]
Shard = Annotated[
    str | None,
    typer.Option(help="Only the I-th of N parts of the stacks, for a matrix of CI.", metavar="I/N", show_default=False),
]
Canary = Annotated[
    int | None,
    typer.Option(
        min=1,
        help="Deploy so many stacks first, and the others only if that went well.",
        metavar="N",
        show_default=False,
    ),
]
Summary = Annotated[
    Path | None,
    typer.Option(help="Write what became of each stack: Markdown, or JSON if it ends in .json.", show_default=False),
]
TERRAFORM_CHANGED = 2
Parallelism = Annotated[
    int | None,
    typer.Option(
        "--parallelism",
        min=1,
        help="Stacks at once; else the cores for plans, and what the memory allows for applying.",
        show_default=False,
    ),
]


def deploy(
    config: options.Config = None,
    account: options.Accounts = None,
    yes: Yes = False,
    dry_run: DryRun = False,
    parallelism: Parallelism = None,
    locked: options.Locked = False,
    take_over: TakeOver = False,
    keep_going: KeepGoing = False,
    format: options.OutputOfChange = options.ChangeFormat.table,
    detailed_exitcode: DetailedExitcode = False,
    changed_from: ChangedFrom = None,
    shard: Shard = None,
    canary: Canary = None,
    summary: Summary = None,
) -> None:
    """Plan every stack with Terraform, show all changes, ask, and apply exactly these plans.

    A plan that would delete, replace or double a key is refused. What an interrupted deployment left behind is taken
    over. Each stack has its log in logs/.

    Example: kms-baseline deploy --dry-run
    """
    _refuse_impossible(yes, dry_run, canary, format)
    project = Project(configuration_path(config))
    stacks = chosen_stacks(project, account or (), changed_from, parse_shard(shard) if shard else None)
    terraform = find_terraform(os.environ)
    write_stacks(project, DEFAULT_OUTPUT, locked, output.say)
    _say_notes(project, stacks, passed_over(config))
    looking = Looking(project.inventory, sessions_of(os.environ), approval.confirmed(take_over), output.say, dry_run)
    changed = False
    with _summarized(Outcomes.of(stacks), summary) as outcomes:
        for batch in _batches(stacks, None if dry_run else canary):
            with shown() as tell, planned(batch, terraform, looking, tell, parallelism, keep_going) as made:
                approval.show(made, looking, format)
                approval.apply(made, outcomes, yes, dry_run, format)
                changed |= made.anything_to_do
    if detailed_exitcode and changed:
        raise typer.Exit(TERRAFORM_CHANGED)


def _refuse_impossible(yes: bool, dry_run: bool, canary: int | None, format: options.ChangeFormat) -> None:
    approval.refuse_without_terminal(yes, dry_run)
    if canary and not dry_run and format is options.ChangeFormat.json:
        raise UsageError("--canary plans twice, and JSON is one document", "--dry-run --format json plans all at once")


def _batches(stacks: list[str], canary: int | None) -> Iterator[list[str]]:
    """What is planned and applied together: all of it, or a few stacks first."""
    first, others = (stacks[:canary], stacks[canary:]) if canary else (stacks, [])
    if first:
        yield first
    if others:
        output.say(f"the first {len(first)} went well; now the other {len(others)}")
        yield others


@contextmanager
def _summarized(outcomes: Outcomes, path: Path | None) -> Iterator[Outcomes]:
    """Write what became of the stacks, however the deployment ends. A file that cannot be written is told before it."""
    if path:
        outcomes.write(path)
    try:
        yield outcomes
    except (KmsBaselineError, typer.Abort, KeyboardInterrupt) as error:
        outcomes.error = str(error) or "interrupted"
        if path:
            with suppress(WorldError):  # what went wrong is more
                outcomes.write(path)
        raise
    if path:
        outcomes.write(path)


def _say_notes(project: Project, stacks: list[str], of_the_environment: str) -> None:
    if of_the_environment:
        output.say(f"note: {of_the_environment}")
    if missing := missing_states(project, {entry.stack for entry in project.lock.entries} & set(stacks)):
        are, them = ("is", "it") if len(missing) == 1 else ("are", "them")
        states = some([str(state) for state in missing])
        output.say(f"note: {states} {are} not here; what AWS has of {them} is looked at before anything is made")
    for note in resting_accounts(project.inventory):
        output.say(f"note: {note}")
    if not stacks:
        output.say("no stack is to be deployed")
    elif len(stacks) < len(project.inventory.stacks):
        output.say(f"these are {len(stacks)} of {len(project.inventory.stacks)} stacks; the others are not planned")
