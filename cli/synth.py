"""`kms-baseline synth`: the Terraform JSON of every stack."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from baseline.organization import LocalBackend
from cli import options, output
from cli.files import alone
from cli.node import prepare_node
from cli.progress import Counting
from cli.project import Project, configuration_path
from deployment.parallelism import free_memory

if TYPE_CHECKING:
    from stacks.stamping.synthesis import Building

DEFAULT_OUTPUT = Path("cdktf.out")
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing unless something is wrong.")]
Full = Annotated[bool, typer.Option("--full", help="Build every stack by itself, and use nothing built before.")]
Output = Annotated[Path, typer.Option("--output", "-o", help="The output folder.")]


def synth(
    config: options.Config = None,
    output_folder: Output = DEFAULT_OUTPUT,
    locked: options.Locked = False,
    quiet: Quiet = False,
    full: Full = False,
) -> None:
    """Write the Terraform JSON of every stack, and record new keys in the lock.

    Example: kms-baseline synth --locked
    """
    project = Project(configuration_path(config))
    write_stacks(project, output_folder, locked, say=_nothing if quiet else output.say, full=full)
    backend = project.configuration.organization.deployment.backend
    if not quiet and output_folder != DEFAULT_OUTPUT and isinstance(backend, LocalBackend):
        output.say(
            f"note: the local backend keeps the state beside the output folder, in {output_folder.parent / 'state'}"
        )


def _nothing(_: str) -> None:
    """In place of words about the work: `cdktf` marks every line of its program as an error."""


def write_stacks(
    project: Project, folder: Path, locked: bool, say: Callable[[str], None] = output.say, full: bool = False
) -> None:
    """Synthesize the project's stacks into a folder."""
    from stacks.output import staged
    from stacks.stamping.synthesis import synthesized

    inventory = project.inventory
    project.check_locked(locked)
    project.check_policies()
    keys = sum(len(stack.keys) for stack in inventory.stacks)
    say(f"synthesizing {output.count(keys, 'key')} in {output.count(len(inventory.stacks), 'stack')}")
    with synthesized(inventory, building(say, full)) as made:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with alone(folder.parent, project.lock_path.parent, say=say), staged(made, folder) as files:
            # The lock first: a key must never exist without its entry.
            project.record_keys()
            files.publish()
    say(f"written to {folder}")


def building(say: Callable[[str], None], full: bool = False) -> "Building":
    """How this machine builds, and what is said meanwhile."""
    from stacks.stamping.synthesis import Building

    return Building(full, free_memory(), prepare_node, Counting("built", "shape", say))
