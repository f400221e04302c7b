"""`kms-baseline synth`: the Terraform JSON of every stack."""

import os
from pathlib import Path
from typing import Annotated

import typer

from baseline.backends import LocalBackend
from cli import options, output
from deployment.environment import refuse_redirections
from operations.project import Project, configuration_path, passed_over
from operations.synthesis import DEFAULT_OUTPUT, write_stacks

Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing unless something is wrong.")]
Full = Annotated[bool, typer.Option("--full", help="Build every stack by itself, and use nothing built before.")]
OF_CDKTF = "CDKTF_OUTDIR"
"""Is set by `cdktf` for the program that it runs."""
Output = Annotated[Path, typer.Option("--output", "-o", envvar=OF_CDKTF, help="The output folder.")]


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
    if note := passed_over(config):
        output.say(f"note: {note}")
    if OF_CDKTF in os.environ:  # it starts Terraform next, in this environment
        refuse_redirections(os.environ)
    write_stacks(project, output_folder, locked, say=_nothing if quiet else output.say, full=full)
    backend = project.configuration.organization.deployment.backend
    if output_folder.absolute() != DEFAULT_OUTPUT.absolute() and isinstance(backend, LocalBackend):
        output.say(
            f"note: the local backend keeps the state beside the output folder, in {output_folder.parent / 'state'}"
        )


def _nothing(_: str) -> None:
    """In place of words about the work: `cdktf` marks every line of its program as an error."""
