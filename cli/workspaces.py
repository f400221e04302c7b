"""`kms-baseline workspaces`: the workspaces of HCP Terraform, and runs of exported folders in them."""

import os
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from baseline.errors import Refusal, UsageError
from baseline.words import count
from cli import approval, options, output
from cli.deploy import DryRun, KeepGoing, TakeOver, Yes
from cli.live_display import shown
from cli.version import VERSION
from live.sessions import sessions_of
from operations import workspaces
from operations.api_rollout import planned_by_api, refuse_stale
from operations.chosen_stacks import chosen_stacks
from operations.outcomes import Outcomes
from operations.project import Project, configuration_path
from operations.takeover import Looking
from operations.workspaces import Plan, Step, Wanted

app = typer.Typer(no_args_is_help=True)

RunRole = Annotated[
    str | None,
    typer.Option(
        help="The ARN of the role that runs take by OIDC; a variable set gives it to them.",
        metavar="ARN",
        show_default=False,
    ),
]
Directory = Annotated[
    str | None,
    typer.Option(
        help="The folder of the export in the repository, for working directories.",
        metavar="FOLDER",
        show_default=False,
    ),
]
Version = Annotated[
    str | None,
    typer.Option(
        help="The version of Terraform, or a constraint such as `~> 1.11`.", metavar="VERSION", show_default=False
    ),
]
Folder = Annotated[Path, typer.Argument(help="The folder of the export.")]


@app.command()
def plan(
    config: options.Config = None,
    run_role: RunRole = None,
    directory: Directory = None,
    terraform_version: Version = None,
    format: options.OutputFormat = options.Format.table,
) -> None:
    """Show what `workspaces apply` would make or change.

    Example: kms-baseline workspaces plan --run-role arn:aws:iam::111111111111:role/hcp-runs
    """
    _show(_planned(config, run_role, directory, terraform_version), format)


@app.command()
def apply(
    config: options.Config = None,
    run_role: RunRole = None,
    directory: Directory = None,
    terraform_version: Version = None,
    yes: Yes = False,
) -> None:
    """Make the project, a workspace a stack and a variable set, or change what is otherwise. Nothing is removed.

    What is not asked for by an option stays as it is. Running it again finishes what was cut short.

    Example: kms-baseline workspaces apply --run-role arn:aws:iam::111111111111:role/hcp-runs
    """
    if not yes and not sys.stdin.isatty():
        raise UsageError("there is no terminal to ask on", "--yes applies without asking, `workspaces plan` only shows")
    found = _planned(config, run_role, directory, terraform_version)
    _show(found, options.Format.table)
    if not found.steps:
        return
    if not yes and not typer.confirm("Do this?", err=True):
        raise Refusal("not applied: the question was declined")
    workspaces.settle(found, output.say)
    output.say("done")


@app.command()
def run(
    folder: Folder,
    config: options.Config = None,
    account: options.Accounts = None,
    yes: Yes = False,
    dry_run: DryRun = False,
    take_over: TakeOver = False,
    keep_going: KeepGoing = False,
    format: options.OutputOfChange = options.ChangeFormat.table,
) -> None:
    """Plan exported folders in their workspaces by the API, show all changes, ask, and apply exactly these plans.

    No Terraform is needed here. A plan that would delete, replace or double a key is refused as `deploy` refuses it, and
    what is not applied is discarded. The folder must be what `kms-baseline export` writes today.

    Example: kms-baseline workspaces run export --dry-run
    """
    approval.refuse_without_terminal(yes, dry_run)
    project = Project(configuration_path(config))
    stacks = chosen_stacks(project, account or (), None, None)
    refuse_stale(project, folder, output.say, VERSION)
    looking = Looking(project.inventory, sessions_of(os.environ), approval.confirmed(take_over), output.say, dry_run)
    with shown() as tell, planned_by_api(project, folder, stacks, looking, tell, keep_going) as made:
        approval.show(made, looking, format)
        approval.apply(made, Outcomes.of(stacks), yes, dry_run, format)


def _planned(config: Path | None, run_role: str | None, directory: str | None, version: str | None) -> Plan:
    """What there is to do for what the options want."""
    if run_role is not None and not run_role.startswith("arn:"):
        raise UsageError(f"`{run_role}` is no ARN of a role", "write it as arn:aws:iam::111111111111:role/NAME")
    wanted = Wanted(run_role, directory, version)
    return workspaces.plan(Project(configuration_path(config)), wanted, os.environ)


def _show(found: Plan, format: options.Format) -> None:
    if format is options.Format.json:
        output.show_json({"version": 1, "right": found.right, "steps": [_as_json(step) for step in found.steps]})
        return
    for step in found.steps:
        output.show(": ".join((f"{'CREATE' if step.new else 'CHANGE'}  {step.kind} {step.name}", *_fields(step))))
    output.show(_last_line(found))


def _fields(step: Step) -> Iterator[str]:
    if step.fields:
        told = [_field(one.name, one.before, one.after, step.new) for one in step.fields]
        yield ", ".join(told)


def _field(name: str, before: Any, after: Any, new: bool) -> str:
    return f"{name} {_value(after)}" if new or before is None else f"{name} {_value(before)} -> {_value(after)}"


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return str(value) or "none"


def _last_line(found: Plan) -> str:
    made, changed = (Counter(step.kind for step in found.steps if step.new is new) for new in (True, False))
    told = [
        f"{', '.join(count(number, kind) for kind, number in numbers.items())} to {what}"
        for what, numbers in (("create", made), ("change", changed))
        if numbers
    ]
    return f"plan: {'; '.join(told) or 'nothing to do'}; {count(found.right, 'workspace')} as they should be"


def _as_json(step: Step) -> dict[str, Any]:
    fields = [{"name": one.name, "before": one.before, "after": one.after} for one in step.fields]
    return {"action": "create" if step.new else "change", "kind": step.kind, "name": step.name, "fields": fields}
