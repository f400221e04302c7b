"""`kms-baseline lock`: the record of the keys that exist."""

from enum import StrEnum
from typing import Annotated

import typer

from baseline.errors import Refusal, UsageError
from baseline.names import Layout
from baseline.words import count
from cli import options, output
from operations.notes import coming_back
from operations.project import Project, configuration_path

Check = Annotated[bool, typer.Option("--check", help="Write nothing; exit 1 when the lock would change.")]


NewBackend = Annotated[
    bool, typer.Option("--new-backend", help="Accept another backend or prefix: you move the states before you deploy.")
]


class NewLayoutName(StrEnum):
    """How stacks are divided."""

    account = "account"
    account_region = "account-region"


ToLayout = Annotated[
    NewLayoutName | None,
    typer.Option(
        "--layout", help="Change to this layout: the next deployment rebuilds the states.", show_default=False
    ),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="With --layout: show what would be done, and write nothing.")]


def lock(
    config: options.Config = None,
    check: Check = False,
    new_backend: NewBackend = False,
    layout: ToLayout = None,
    dry_run: DryRun = False,
) -> None:
    """Record the keys of the configuration in the lock, as synth would, and write nothing else.

    With --layout the lock gets other stacks for the same keys, and local states are put aside. Then
    `kms-baseline deploy --take-over` rebuilds the states by import; no key is made or deleted.

    Example: kms-baseline lock --check
    """
    if layout:
        if check or new_backend:
            raise UsageError("--layout stands alone, or with --dry-run", "change one thing at a time")
        _change_layout(Project(configuration_path(config), new_layout=layout.value), layout.value, dry_run)
        return
    if dry_run:
        raise UsageError("--dry-run is for --layout", "--check says whether the lock would change")
    project = Project(configuration_path(config), new_backend)
    if not project.lock_differs:
        known = count(len(project.lock.entries), "key")
        if project.lock_is_in_order:
            output.say(f"{project.lock_path} is up to date ({known})")
        elif check:
            output.say(f"{project.lock_path} is up to date ({known}), its lines in the order of a merge")
        else:
            project.record_keys(in_order=True)
            output.say(f"{project.lock_path} is up to date ({known}), its lines are sorted")
    elif check:
        raise Refusal(
            "\n  ".join([f"{project.lock_path} would change:", *project.lock_changes]),
            "run `kms-baseline lock` and commit the file",
        )
    else:
        project.record_keys()
        output.say(f"{project.lock_path} written: {count(len(project.new_keys), 'new key')}")
        _say_what_comes_back(project)


def _say_what_comes_back(project: Project) -> None:
    for note in coming_back(project):
        output.say(f"note: {note}")


def _change_layout(project: Project, layout: Layout, dry_run: bool) -> None:
    from operations import new_layout  # here, for `lock` needs nothing of Terraform otherwise

    change = new_layout.new_layout(project, layout)
    if change is None:
        output.say(f"{project.lock_path} has the layout {layout} already")
        return
    for old, new in change.stacks.items():
        output.show(f"{old} -> {', '.join(new)}")
    for source, target in change.moves.items():
        output.show(f"{source} is put aside as {target}")
    for place in change.kept:
        output.show(f"{place} stays, and is read no more: keep it until the deployment went well")
    if dry_run:
        output.say("dry run: nothing was written")
        return
    new_layout.change(project, change, output.say)
    output.say(f"{project.lock_path} written with the layout {layout}")
    output.say(
        "next: `kms-baseline deploy --take-over` rebuilds the states by import; before that, deploy by nothing else"
    )
