"""`kms-baseline synth`: the Terraform JSON of every stack."""

from pathlib import Path
from typing import Annotated

import typer

from baseline.organization import LocalBackend
from cli import options, output
from cli.node import prepare_node
from cli.project import Project, configuration_path

DEFAULT_OUTPUT = Path("cdktf.out")
Output = Annotated[Path, typer.Option("--output", "-o", help="The output folder.")]


def synth(
    config: options.Config = None, output_folder: Output = DEFAULT_OUTPUT, locked: options.Locked = False
) -> None:
    """Write the Terraform JSON of every stack, and record new keys in the lock.

    Example: kms-baseline synth --locked
    """
    project = Project(configuration_path(config))
    write_stacks(project, output_folder, locked)
    if output_folder != DEFAULT_OUTPUT and isinstance(
        project.configuration.organization.deployment.backend, LocalBackend
    ):
        output.say(
            f"note: the local backend keeps the state beside the output folder, in {output_folder.parent / 'state'}"
        )


def write_stacks(project: Project, folder: Path, locked: bool) -> None:
    """Synthesize the project's stacks into a folder."""
    inventory = project.inventory
    prepare_node()
    # The lock first: a key must never exist without its entry.
    project.record_keys(locked)
    from stacks.synth import write  # loads cdktf, which takes seconds

    keys = sum(len(stack.keys) for stack in inventory.stacks)
    output.say(f"synthesizing {output.count(keys, 'key')} in {output.count(len(inventory.stacks), 'stack')}")
    write(inventory, folder)
    output.say(f"written to {folder}")
