"""`kms-baseline demo`: the whole way, on this machine: deploy by `cdktf`, read back, plan again."""

import os
import shutil
import time
from contextlib import ExitStack
from pathlib import Path
from tempfile import mkdtemp
from typing import Annotated

import typer

from baseline.errors import Refusal, UsageError, WorldError
from baseline.inventory import Inventory
from baseline.organization import LocalBackend
from cli import options, output
from cli.embedded import seed_accounts
from cli.node import prepare_node
from cli.progress import Progress
from cli.project import CONFIGURATION_VARIABLE, Project, configuration_path
from cli.sandbox import FOLDER, with_provider
from deployment.binaries import find_cdktf, find_terraform
from deployment.cdktf import run_cdktf_deploy
from deployment.deploy import Deployment, plan_stacks
from sandbox.detached import start_detached
from sandbox.process import environment, start

PROJECT = Path(__file__).parent.parent
"""Where `cdktf.json` and `main.py` are: the clone that the command is installed from."""

Keep = Annotated[bool, typer.Option("--keep", help="Leave the embedded AWS and the files running for a look around.")]
Parallelism = Annotated[
    int | None,
    typer.Option("--parallelism", min=1, help="Stacks at once; else what the memory allows.", show_default=False),
]


def demo(config: options.Config = None, parallelism: Parallelism = None, keep: Keep = False) -> None:
    """Deploy the organization into an embedded AWS with the real cdktf and Terraform, and read its keys back.

    Nothing leaves this machine, and nothing of the project changes: the demo works on a copy.

    Example: kms-baseline demo
    """
    from cli.read_back import show_keys  # loads boto3, which no other command needs

    project = Project(configuration_path(config))
    inventory = project.inventory
    project.check_policies()
    if not isinstance(inventory.organization.deployment.backend, LocalBackend):
        raise UsageError(f"{project.path}: the demo needs the local backend", "write deployment.backend: {type: local}")
    prepare_node()
    cdktf = find_cdktf(PROJECT, os.environ)
    started = time.monotonic()
    with ExitStack() as ending:
        folder = Path(mkdtemp(prefix="kms-baseline-demo-"))
        if not keep:
            ending.callback(shutil.rmtree, folder, ignore_errors=True)
        variables = _environment(inventory, folder, ending, keep)
        _deploy(cdktf, project, folder, variables, parallelism)
        output.say("reading the keys back")
        show_keys(inventory, variables)
        _probe(inventory, variables)
        _plan_again(inventory, folder, variables)
        output.say(f"done in {time.monotonic() - started:.0f} seconds")
        if keep:
            output.say(f"left running, with its files; to end it: cd {folder} && kms-baseline sandbox stop")


def _environment(inventory: Inventory, folder: Path, ending: ExitStack, keep: bool) -> dict[str, str]:
    """Start the embedded AWS with the organization's accounts; the environment that leads to it."""
    output.say("starting an embedded AWS with " + output.count(len(inventory.organization.accounts), "account"))
    if keep:
        running = start_detached(folder / FOLDER, 0, lambda url: seed_accounts(url, inventory.organization))
        url, keys = running.url, running.credentials
    else:
        url = ending.enter_context(start()).url
        keys = seed_accounts(url, inventory.organization)
    variables = environment(
        url, keys.access_key_id, keys.secret_access_key, os.environ, region=inventory.organization.home_region
    )
    return with_provider(variables, folder)


def _deploy(cdktf: Path, project: Project, folder: Path, variables: dict[str, str], parallelism: int | None) -> None:
    """Run `cdktf deploy` on a copy of the configuration, so that the project's own lock and state stay as they are."""
    copy = folder / project.path.name
    for path in (project.path, project.lock_path):
        if path.exists():
            shutil.copyfile(path, folder / path.name)
    output.say("running cdktf deploy, which synthesizes first")
    arguments = ["--output", str(folder / "cdktf.out")]
    if parallelism is not None:
        arguments += ["--parallelism", str(parallelism)]
    run_cdktf_deploy(
        cdktf,
        PROJECT,
        arguments,
        variables | {CONFIGURATION_VARIABLE: str(copy)},
        folder / "logs" / "cdktf.log",
        Progress(),
    )


def _probe(inventory: Inventory, variables: dict[str, str]) -> None:
    """Use every key as the services do. Raises Refusal when AWS refused something."""
    from cli import probing

    output.say("probing: every key is used once, as AWS's services use it")
    places = dict.fromkeys((key.account_id, key.region) for key in inventory.keys)
    outcomes = [outcome for place in places for outcome in probing.run(inventory, *place, variables)]
    output.show(probing.summary(outcomes))
    if failed := probing.failures(outcomes):
        raise Refusal(f"{output.count(failed, 'probe')} of {len(outcomes)} failed")


def _plan_again(inventory: Inventory, folder: Path, variables: dict[str, str]) -> None:
    """A second plan of every stack must be empty. Raises WorldError when it is not."""
    output.say("planning every stack again")
    deployment = Deployment(
        terraform=find_terraform(variables),
        output=folder / "cdktf.out",
        folder=folder,
        environment=variables,
        on_event=Progress(),
    )
    with plan_stacks(deployment, [stack.name for stack in inventory.stacks]) as planned:
        for plan in planned.plans:
            output.show(f"{plan.stack.name}: {'changes' if plan.changed else 'No changes'}")
        if planned.anything_to_do:
            raise WorldError("the second plan is not empty", "see the logs with --keep")
