"""`kms-baseline export`: the Terraform JSON for auditors and for VCS-driven workspaces."""

from pathlib import Path
from typing import Annotated

import typer

from baseline.organization import LocalBackend
from cli import options, output
from cli.files import alone
from cli.project import Project, configuration_path
from cli.synth import building

Folder = Annotated[Path, typer.Argument(help="The folder to write: a new or empty one, or one of an earlier export.")]


def export(folder: Folder, config: options.Config = None, locked: options.Locked = False) -> None:
    """Write normalized Terraform JSON, a folder a stack, with a manifest of SHA-256 sums.

    Example: kms-baseline export audit/
    """
    project = Project(configuration_path(config))
    inventory = project.inventory
    from stacks.export import check_folder, exported, publish
    from stacks.stamping.synthesis import synthesized

    project.check_locked(locked)
    project.check_policies()
    check_folder(folder)
    with synthesized(inventory, building(output.say)) as made:
        folder.absolute().parent.mkdir(parents=True, exist_ok=True)
        with alone(folder.absolute().parent, project.lock_path.parent, say=output.say), exported(made, folder) as files:
            project.record_keys()
            publish(files, folder)
    output.say(f"{output.count(len(inventory.stacks), 'stack')} written to {folder}")
    if isinstance(inventory.organization.deployment.backend, LocalBackend):
        output.say("note: applying these folders needs the state of the stacks; the local backend has no path here")
