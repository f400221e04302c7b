"""The one order in which Terraform JSON is written, whatever it is written for."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path

from baseline.errors import Refusal
from baseline.words import count
from deployment.parallelism import free_memory
from files.alone import alone
from operations.export_origin import origin_of
from operations.node import prepare_node
from operations.progress import Counting, Say
from operations.project import Project
from operations.provider_lock import provider_lock
from stacks.export import check_folder, differences, exported
from stacks.output import staged
from stacks.stamping.synthesis import Building, Synthesis, synthesized

DEFAULT_OUTPUT = Path("cdktf.out")
"""Where `cdktf` looks for the stacks, and deploys them from."""
STATES = DEFAULT_OUTPUT.parent / "state"
"""Where the local backend keeps their states."""

_MOST_TOLD = 20
"""Differences of an export that are named."""

Staging = Callable[[Synthesis, Path], AbstractContextManager[Callable[[], None]]]
"""Writes files beside the folder that they are for, and gives what puts them in their place."""


def write_stacks(project: Project, folder: Path, locked: bool, say: Say, full: bool = False) -> None:
    """Write every stack as `cdktf synth` does. `full` builds each by itself. Raises as `publish` does."""
    check(project, locked)
    stacks = project.inventory.stacks
    keys = sum(len(stack.keys) for stack in stacks)
    say(f"synthesizing {count(keys, 'key')} in {count(len(stacks), 'stack')}")
    publish(project, folder, partial(staged, provider_lock=provider_lock(project)), locked, say, full)
    say(f"written to {folder}")


def export_stacks(project: Project, folder: Path, locked: bool, say: Say, program: str) -> None:
    """Write every stack in its normal form, with a manifest of sums. Raises as `publish` does, and UsageError."""
    check_folder(folder)
    publish(project, folder.absolute(), partial(exported, origin=origin_of(project, program)), locked, say)


def check_export(project: Project, folder: Path, say: Say, program: str) -> None:
    """Raise Refusal unless a folder is what an export of today would write, UsageError where it holds none."""
    check(project, locked=False)
    with synthesized(project.inventory, _building(say, full=False), project.shapes) as made:
        found = list(differences(made, folder, origin_of(project, program)))
    if found:
        lines = [f"  {line}" for line in found[:_MOST_TOLD]]
        more = [f"  and {len(found) - _MOST_TOLD} more"] if found[_MOST_TOLD:] else []
        raise Refusal(
            "\n".join([f"{folder} is not what the configuration yields", *lines, *more]),
            f"look at them; `kms-baseline export {folder}` writes it anew",
        )


def check(project: Project, locked: bool) -> None:
    """Raise Refusal or Undecided unless the lock may change as it would, and every policy is proven or waived."""
    project.check_locked(locked)
    project.check_policies()


def publish(project: Project, folder: Path, staging: Staging, locked: bool, say: Say, full: bool = False) -> None:
    """Put a project's stacks into a folder, and its new keys into the lock: both or neither.

    Nothing is built that is not proven, and nothing written that is not what the Inventory says. While files are
    written, no other run writes here. The lock comes before the files: a key must never exist without its entry.
    Raises Refusal, Undecided or WorldError; then everything is as it was.
    """
    check(project, locked)
    with synthesized(project.inventory, _building(say, full), project.shapes) as made:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with alone(folder.parent, project.lock_path.parent, say=say), staging(made, folder) as put_in_place:
            project.record_keys()
            put_in_place()


def _building(say: Say, full: bool) -> Building:
    """How this machine builds, and what is said meanwhile."""
    return Building(full, free_memory(), prepare_node, Counting("built", "shape", say))
