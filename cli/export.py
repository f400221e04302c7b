"""`kms-baseline export`: the Terraform JSON for auditors and for VCS-driven workspaces."""

from pathlib import Path
from typing import Annotated

import typer

from baseline.backends import LocalBackend
from baseline.words import count
from cli import options, output
from cli.version import VERSION
from operations.project import Project, configuration_path
from operations.synthesis import check_export, export_stacks

Folder = Annotated[Path, typer.Argument(help="The folder to write: a new or empty one, or one of an earlier export.")]


Check = Annotated[
    bool,
    typer.Option(
        "--check", help="Write nothing; say what the folder has otherwise than an export would (exit code 1)."
    ),
]


def export(folder: Folder, config: options.Config = None, locked: options.Locked = False, check: Check = False) -> None:
    """Write normalized Terraform JSON, a folder a stack, the lists of keys and policies, and their SHA-256 sums.

    Example: kms-baseline export audit/
    """
    project = Project(configuration_path(config))
    inventory = project.inventory
    if check:
        check_export(project, folder, output.say, VERSION)
        output.say(f"{folder} is what the configuration yields")
        return
    export_stacks(project, folder, locked, output.say, VERSION)
    output.say(f"{count(len(inventory.stacks), 'stack')} written to {folder}")
    if isinstance(inventory.organization.deployment.backend, LocalBackend):
        output.say(
            "note: the states of the local backend are not in these folders, and Terraform would make every key anew there: "
            "docs/uninstalling.md tells how to copy them"
        )
