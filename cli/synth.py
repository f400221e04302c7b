"""`kms-baseline synth`: the Terraform JSON of every stack."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from baseline.organization import LocalBackend
from cli import options, output
from cli.node import prepare_node
from cli.project import Project, configuration_path

DEFAULT_OUTPUT = Path("cdktf.out")
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing unless something is wrong.")]
Output = Annotated[Path, typer.Option("--output", "-o", help="The output folder.")]


def synth(
    config: options.Config = None,
    output_folder: Output = DEFAULT_OUTPUT,
    locked: options.Locked = False,
    quiet: Quiet = False,
) -> None:
    """Write the Terraform JSON of every stack, and record new keys in the lock.

    Example: kms-baseline synth --locked
    """
    project = Project(configuration_path(config))
    write_stacks(project, output_folder, locked, say=_nothing if quiet else output.say)
    backend = project.configuration.organization.deployment.backend
    if not quiet and output_folder != DEFAULT_OUTPUT and isinstance(backend, LocalBackend):
        output.say(
            f"note: the local backend keeps the state beside the output folder, in {output_folder.parent / 'state'}"
        )


def _nothing(_: str) -> None:
    """In place of words about the work: `cdktf` marks every line of its program as an error."""


def write_stacks(project: Project, folder: Path, locked: bool, say: Callable[[str], None] = output.say) -> None:
    """Synthesize the project's stacks into a folder."""
    from stacks.synth import publish, synthesized

    inventory = project.inventory
    project.check_locked(locked)
    project.check_policies()
    prepare_node()
    keys = sum(len(stack.keys) for stack in inventory.stacks)
    say(f"synthesizing {output.count(keys, 'key')} in {output.count(len(inventory.stacks), 'stack')}")
    with synthesized(inventory, folder) as made:
        # The lock first: a key must never exist without its entry.
        project.record_keys()
        publish(inventory, made, folder)
    say(f"written to {folder}")
