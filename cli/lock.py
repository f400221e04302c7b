"""`kms-baseline lock`: the record of the keys that exist."""

import os
import sys
from collections.abc import Sequence
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
ForgetUndeployed = Annotated[
    bool,
    typer.Option(
        "--forget-undeployed", help="Drop keys that were never deployed, as those of an account ID that was mistyped."
    ),
]
Providers = Annotated[
    bool,
    typer.Option(
        "--providers", help="Lock the AWS provider instead: its newest version, and the sums of its packages."
    ),
]
Platforms = Annotated[
    list[str] | None,
    typer.Option(
        "--platform",
        help="With --providers: for this platform, as linux_amd64; repeatable. Else for linux_amd64 and this machine's.",
        show_default=False,
    ),
]
Yes = Annotated[bool, typer.Option("--yes", help="With --forget-undeployed: do not ask.")]
DryRun = Annotated[
    bool,
    typer.Option("--dry-run", help="With --layout or --forget-undeployed: show what would be done, and write nothing."),
]


def lock(
    config: options.Config = None,
    check: Check = False,
    new_backend: NewBackend = False,
    layout: ToLayout = None,
    forget_undeployed: ForgetUndeployed = False,
    providers: Providers = False,
    platform: Platforms = None,
    dry_run: DryRun = False,
    yes: Yes = False,
) -> None:
    """Record the keys of the configuration in the lock, as synth does, and write nothing else.

    With --layout the lock gets other stacks for the same keys, and local states are put aside. Then
    `kms-baseline deploy --take-over` rebuilds the states by import; no key is made or deleted.

    With --forget-undeployed the states and AWS are asked for the keys of the lock that the configuration does not have. Those
    that were never deployed leave the lock; nothing is written where that is not known of one.

    With --providers Terraform's dependency lock file is written beside the configuration, and nothing else. `synth` and
    `export` put it into every stack's folder, so that everybody runs the same provider.

    Example: kms-baseline lock --check
    """
    _refuse_mixed(bool(layout), check, new_backend, forget_undeployed, providers, dry_run, yes, bool(platform))
    if layout:
        _change_layout(Project(configuration_path(config), new_layout=layout.value), layout.value, dry_run)
        return
    if forget_undeployed:
        _forget_undeployed(Project(configuration_path(config)), dry_run, yes)
        return
    if providers:
        _lock_providers(Project(configuration_path(config)), platform or ())
        return
    _record(Project(configuration_path(config), new_backend), check)


def _refuse_mixed(
    layout: bool,
    check: bool,
    new_backend: bool,
    forget_undeployed: bool,
    providers: bool,
    dry_run: bool,
    yes: bool,
    platform: bool,
) -> None:
    """Raise UsageError for options that do not go together."""
    if layout + check + new_backend + forget_undeployed + providers > 1:
        raise UsageError(
            "--check, --new-backend, --layout, --forget-undeployed and --providers exclude each other",
            "change one thing at a time",
        )
    if yes and not forget_undeployed:
        raise UsageError("--yes is for --forget-undeployed")
    if platform and not providers:
        raise UsageError("--platform is for --providers")
    if dry_run and not (layout or forget_undeployed):
        raise UsageError(
            "--dry-run is for --layout and --forget-undeployed", "--check says whether the lock would change"
        )


def _lock_providers(project: Project, platforms: Sequence[str]) -> None:
    from operations.provider_lock import renew  # here, for `lock` needs nothing of Terraform otherwise

    version, locked = renew(project, platforms, os.environ, output.say)
    output.say(f"{project.providers_path} written: hashicorp/aws {version} for {', '.join(locked)}; commit it")


def _record(project: Project, check: bool) -> None:
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
        output.say(f"{project.lock_path} written: {project.lock_change}")
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


def _forget_undeployed(project: Project, dry_run: bool, yes: bool) -> None:
    from live.sessions import sessions_of  # here, for `lock` asks AWS for nothing otherwise
    from operations import undeployed

    if not (yes or dry_run or sys.stdin.isatty()):
        raise UsageError("there is no terminal to ask on", "--yes goes on without asking, --dry-run only shows")
    found = undeployed.standings(project, sessions_of(os.environ))
    if not found:
        output.say(f"the configuration has or retires every key of {project.lock_path}: nothing to forget")
        return
    rows = ((one.account, *one.key, one.verdict, one.why) for one in found)
    output.show(output.table(("ACCOUNT", "ACCOUNT ID", "REGION", "PURPOSE", "VERDICT", "WHY"), rows))
    never = count(len(undeployed.forgettable(found)), "key")
    if dry_run:
        output.say(f"dry run: nothing was written; {never} would leave the lock")
        return
    if not yes and not typer.confirm(f"Forget {never} that nobody deployed?", err=True):
        raise Refusal("nothing was written: the question was declined")
    undeployed.forget(project, found, output.say)
    output.say(f"{project.lock_path} written without {never}; commit it with the configuration")
