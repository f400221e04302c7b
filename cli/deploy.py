"""`kms-baseline deploy`: synthesize, plan every stack, ask, apply those very plans."""

import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from baseline import names
from baseline.errors import Refusal, UsageError
from baseline.inventory import Inventory
from baseline.organization import LocalBackend
from cli import options, output
from cli.progress import Progress
from cli.project import Project, configuration_path
from cli.synth import DEFAULT_OUTPUT, write_stacks
from deployment.binaries import find_terraform
from deployment.changes import refuse_key_losses
from deployment.deploy import Deployment, Planned, apply_stacks, plan_stacks
from deployment.mirror import find_mirror, provider_environment
from stacks.versions import REQUIRED_PROVIDER

Yes = Annotated[bool, typer.Option("--yes", "-y", help="Apply without asking.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Plan and show, apply nothing.")]
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
) -> None:
    """Plan every stack with Terraform, show all changes, ask, and apply exactly these plans.

    A plan that would delete or replace a key is refused. Each stack has its log in logs/.

    Example: kms-baseline deploy --dry-run
    """
    project = Project(configuration_path(config))
    stacks = _selected(project, account or ())
    if not yes and not dry_run and not sys.stdin.isatty():
        raise UsageError("there is no terminal to ask on", "--yes applies without asking, --dry-run only plans")
    terraform = find_terraform(os.environ)
    known = {entry.stack for entry in project.lock.entries}
    write_stacks(project, DEFAULT_OUTPUT, locked)
    _say_what_has_no_state(project, known)
    with TemporaryDirectory(prefix="kms-baseline-") as folder:
        mirror = find_mirror(terraform, REQUIRED_PROVIDER["version"], wide=False, environment=os.environ)
        deployment = Deployment(
            terraform=terraform,
            output=DEFAULT_OUTPUT,
            folder=Path(),
            environment=provider_environment(mirror, Path(folder), os.environ),
            on_event=Progress(),
            parallelism=parallelism,
        )
        with plan_stacks(deployment, stacks) as planned:
            refuse_key_losses(planned.changes)
            output.show(changes_table(planned))
            _say_which(project.inventory, stacks)
            _apply(planned, yes, dry_run)


def changes_table(planned: Planned) -> str:
    """What the plans would do, a line a stack."""
    rows = [
        (stack, *(str(n) for n in (c.create, c.update, c.replace, c.delete, c.forget)))
        for stack, c in planned.changes.items()
    ]
    return output.table(("STACK", "CREATE", "UPDATE", "REPLACE", "DELETE", "FORGET"), rows)


def _selected(project: Project, accounts: "list[str] | tuple[str, ...]") -> list[str]:
    ids = {project.account(account).id for account in accounts}
    return [s.name for s in project.inventory.stacks if not ids or s.providers[0].account_id in ids]


def _say_which(inventory: Inventory, stacks: list[str]) -> None:
    if len(stacks) < len(inventory.stacks):
        output.say(f"these are {len(stacks)} of {len(inventory.stacks)} stacks; the others were not planned")


def _say_what_has_no_state(project: Project, known: set[str]) -> None:
    """A local state that is not here, of keys that were recorded before: they may exist, and would be made anew."""
    if isinstance(project.inventory.organization.deployment.backend, LocalBackend):
        for stack in sorted(known):
            state = DEFAULT_OUTPUT.parent / "state" / names.state_file(stack)
            if not state.exists():
                output.say(
                    f"note: {state} is not here; keys of {stack} that were deployed from elsewhere would be made anew"
                )


def _apply(planned: Planned, yes: bool, dry_run: bool) -> None:
    if not planned.anything_to_do:
        output.say("no changes: everything is as the configuration says")
        return
    if dry_run:
        output.say("dry run: nothing was applied")
        return
    if not yes and not typer.confirm("Apply these plans?", err=True):
        raise Refusal("not applied: the question was declined")
    applied = apply_stacks(planned)
    output.show(output.table(("STACK", "OUTCOME"), [(r.stack, r.outcome) for r in applied.results]))
    error = applied.error()
    if error is not None:
        raise error
