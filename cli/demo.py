"""`kms-baseline demo`: the whole way, on this machine: deploy by `cdktf`, read back, plan again."""

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import mkdtemp
from typing import Annotated

import boto3
import typer

from baseline.errors import UsageError, WorldError
from baseline.inventory import Inventory, Key, Provider
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
from live.keys import LiveKey, read_keys
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
    project = Project(configuration_path(config))
    inventory = project.inventory
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
        _show_keys(inventory, variables)
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
    shutil.copyfile(project.path, copy)
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


def _show_keys(inventory: Inventory, variables: dict[str, str]) -> None:
    """Read every key back from AWS, hold it against the Inventory, and print the table. Raises WorldError."""
    output.say("reading the keys back")
    base = boto3.Session(
        aws_access_key_id=variables["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=variables["AWS_SECRET_ACCESS_KEY"],
        region_name=variables["AWS_REGION"],
    )
    rows, wrong = [], []
    for stack in inventory.stacks:
        for provider in stack.providers:
            keys = [key for key in stack.keys if key.provider == provider.alias]
            found = read_keys(provider, [key.alias for key in keys], base, variables["AWS_ENDPOINT_URL"])
            for key in keys:
                live = found.get(key.alias)
                wrong += [
                    f"{key.account} {key.region} {key.purpose}: {problem}"
                    for problem in differences(key, provider, live)
                ]
                rows.append(_row(key, live))
    order = {key.locked.key: i for i, key in enumerate(inventory.keys)}
    rows.sort(key=lambda row: order[row[1], row[2], row[3]])
    output.show(output.table(("ACCOUNT", "ACCOUNT ID", "REGION", "PURPOSE", "ALIAS", "KEY ID", "ROTATION"), rows))
    output.show(f"{output.count(len(rows), 'key')} read back")
    if wrong:
        raise WorldError("AWS does not have what the configuration says:\n  " + "\n  ".join(wrong))


def differences(key: Key, provider: Provider, live: LiveKey | None) -> Iterator[str]:
    """In what a key of AWS is not the key of the Inventory."""
    if live is None:
        yield "there is no such key"
        return
    settings = key.settings
    if live.state != "Enabled":
        yield f"its state is {live.state}"
    if live.rotation != settings.rotation or (
        settings.rotation and live.rotation_period_days != settings.rotation_period_days
    ):
        yield f"its rotation is {_rotation(live)}"
    if live.policy != key.policy.as_dict():
        yield "its policy is another one"
    if not {**provider.tags, **key.tags}.items() <= live.tags.items():
        yield "its tags are not ours"


def _row(key: Key, live: LiveKey | None) -> tuple[str, ...]:
    found = (live.key_id, _rotation(live)) if live else ("missing", "-")
    return (key.account, key.account_id, key.region, key.purpose, key.alias, *found)


def _rotation(live: LiveKey) -> str:
    return f"{live.rotation_period_days} days" if live.rotation else "off"


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
