"""`kms-baseline sandbox`: an AWS on this machine, for trying things out."""

import os
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from baseline.errors import UsageError
from cli import options, output
from operations.embedded_aws import FOLDER, background_aws, embedded_aws, run_to_its_end, with_provider
from operations.embedded_cloud import named_cloud
from operations.project import Project, configuration_path
from sandbox.detached import find_detached, stop_detached

app = typer.Typer(no_args_is_help=True)

Port = Annotated[int, typer.Option("--port", min=0, max=65535, help="The port on 127.0.0.1; 0: any free one.")]
KeepKeys = Annotated[
    bool, typer.Option("--keep-keys", help="The next one gets its keys, with their aliases, policies and tags.")
]
_FOR_PEOPLE = ("AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION", "AWS_DEFAULT_REGION")
_LEADS_ELSEWHERE = (
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_SESSION_TOKEN",
    "AWS_ENDPOINT_URL_",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
)
"""How the variables begin that would win over these, or need what the sandbox does not have."""


@app.command()
def start(config: options.Config = None, port: Port = 0) -> None:
    """Start it in the background, with every account of the configuration, and print the environment that leads to it.

    One that runs here already goes on, and gets the accounts that are new in the configuration.

    Example: eval "$(kms-baseline sandbox start)"
    """
    organization = Project(configuration_path(config)).configuration.organization
    running = find_detached(FOLDER)
    variables = background_aws(organization, FOLDER, port)
    for name in _FOR_PEOPLE:
        output.show(f"export {name}={variables[name]}")
    if others := [name for name in sorted(os.environ) if name.startswith(_LEADS_ELSEWHERE)]:
        output.show(f"unset {' '.join(others)}")
    listens = "goes on with the accounts of the configuration" if running else "listens"
    output.say(f"the embedded AWS {listens} on {variables['AWS_ENDPOINT_URL']}; `kms-baseline sandbox stop` ends it")


@app.command()
def stop(keep_keys: KeepKeys = False) -> None:
    """End the one that `sandbox start` left running here. All that it holds is gone, but for keys with --keep-keys.

    Example: kms-baseline sandbox stop --keep-keys
    """
    output.say("stopped" if stop_detached(FOLDER, keep_keys=keep_keys) else "none was running here")


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def run(context: typer.Context, config: options.Config = None, port: Port = 0) -> None:
    """Run a command with the embedded AWS in place of the real one, and end both together.

    Where `deployment.backend` names an HCP Terraform at 127.0.0.1, that is there too.

    Example: kms-baseline sandbox run -- kms-baseline deploy --yes
    """
    if not context.args:
        raise UsageError("no command to run", "as in: kms-baseline sandbox run -- kms-baseline deploy --yes")
    organization = Project(configuration_path(config)).configuration.organization
    with embedded_aws(organization, port) as variables, TemporaryDirectory(prefix="kms-baseline-") as folder:
        found = with_provider(variables, Path(folder), output.say)
        with named_cloud(organization.deployment.backend, found, Path(folder)) as everything:
            raise typer.Exit(run_to_its_end(context.args, everything))
