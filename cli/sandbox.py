"""`kms-baseline sandbox`: an AWS on this machine, for trying things out."""

import os
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from baseline.errors import UsageError
from cli import options, output
from cli.embedded import seed_accounts
from cli.project import Project, configuration_path
from deployment.binaries import find_terraform
from deployment.mirror import find_mirror, provider_environment
from sandbox.process import environment
from stacks.versions import REQUIRED_PROVIDER

app = typer.Typer(no_args_is_help=True, help="An AWS on this machine (moto), with the accounts of the configuration.")

FOLDER = Path(".sandbox")
Port = Annotated[int, typer.Option("--port", min=0, max=65535, help="The port on 127.0.0.1; 0: any free one.")]
_FOR_PEOPLE = ("AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION")


@app.command()
def start(config: options.Config = None, port: Port = 0) -> None:
    """Start it in the background, with every account of the configuration, and print the environment that leads to it.

    Example: eval "$(kms-baseline sandbox start)"
    """
    from sandbox.detached import start_detached

    project = Project(configuration_path(config))
    organization = project.configuration.organization
    running = start_detached(FOLDER, port, lambda url: seed_accounts(url, organization))
    keys = running.credentials
    variables = environment(
        running.url, keys.access_key_id, keys.secret_access_key, os.environ, region=organization.home_region
    )
    for name in _FOR_PEOPLE:
        output.show(f"export {name}={variables[name]}")
    output.say(f"the embedded AWS listens on {running.url}; `kms-baseline sandbox stop` ends it")


@app.command()
def stop() -> None:
    """End the one that `sandbox start` left running here.

    Example: kms-baseline sandbox stop
    """
    from sandbox.detached import stop_detached

    output.say("stopped" if stop_detached(FOLDER) else "none was running here")


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def run(context: typer.Context, config: options.Config = None, port: Port = 0) -> None:
    """Run a command with the embedded AWS in place of the real one, and end both together.

    Example: kms-baseline sandbox run -- kms-baseline deploy --yes
    """
    from sandbox.process import start as start_server

    if not context.args:
        raise UsageError("no command to run", "as in: kms-baseline sandbox run -- kms-baseline deploy --yes")
    organization = Project(configuration_path(config)).configuration.organization
    with start_server(port) as server, TemporaryDirectory(prefix="kms-baseline-") as folder:
        keys = seed_accounts(server.url, organization)
        variables = environment(
            server.url, keys.access_key_id, keys.secret_access_key, os.environ, region=organization.home_region
        )
        raise typer.Exit(_run(context.args, with_provider(variables, Path(folder))))


def with_provider(variables: dict[str, str], folder: Path) -> dict[str, str]:
    """The environment with the AWS provider's mirror, wherever this machine has one (demo and tests only)."""
    mirror = find_mirror(find_terraform(variables), REQUIRED_PROVIDER["version"], wide=True, environment=variables)
    if mirror is not None:
        output.say(mirror.describe())
    return provider_environment(mirror, folder, variables)


def _run(command: list[str], variables: dict[str, str]) -> int:
    """Run the command to its end. The terminal's Ctrl-C reaches it too: wait for what it makes of that."""
    try:
        child = subprocess.Popen(command, env=variables)
    except OSError as error:
        raise UsageError(f"`{command[0]}` cannot be run: {error.strerror}") from None
    while True:
        try:
            code = child.wait()
            return code if code >= 0 else 128 - code
        except KeyboardInterrupt:
            continue
