"""`kms-baseline export`: the Terraform JSON for auditors and for VCS-driven workspaces."""

from pathlib import Path
from typing import Annotated

import typer

from baseline.backends import LocalBackend
from baseline.words import count
from cli import options, output
from operations.project import Project, configuration_path
from operations.synthesis import export_stacks

Folder = Annotated[Path, typer.Argument(help="The folder to write: a new or empty one, or one of an earlier export.")]


def export(folder: Folder, config: options.Config = None, locked: options.Locked = False) -> None:
    """Write normalized Terraform JSON, a folder a stack, with a manifest of SHA-256 sums.

    Example: kms-baseline export audit/
    """
    project = Project(configuration_path(config))
    inventory = project.inventory
    export_stacks(project, folder, locked, output.say)
    output.say(f"{count(len(inventory.stacks), 'stack')} written to {folder}")
    if isinstance(inventory.organization.deployment.backend, LocalBackend):
        output.say("note: applying these folders needs the state of the stacks; the local backend has no path here")
