"""`kms-baseline init`: a commented configuration to start from, in a repository of its own."""

from enum import StrEnum
from typing import Annotated

import typer

from baseline.configuration.load import load
from baseline.errors import UsageError
from cli import options, output
from cli.version import VERSION
from files.whole import write_whole
from operations.new_configuration import configuration_text
from operations.new_repository import Placed, cdktf_problem, place_pipeline, place_repository
from operations.project import Project, configuration_path

Account = Annotated[
    list[str] | None, typer.Option("--account", help="NAME=ID of an account; repeatable.", show_default=False)
]
Region = Annotated[
    list[str] | None, typer.Option("--region", help="An enabled region; repeatable.", show_default=False)
]


class CodeHost(StrEnum):
    """Where the repository is, and its pipelines run."""

    github = "github"
    gitlab = "gitlab"


Pipeline = Annotated[
    CodeHost | None,
    typer.Option(
        "--pipeline",
        help="Also write a pipeline: pull requests are checked and planned, main is deployed.",
        show_default=False,
    ),
]
Force = Annotated[bool, typer.Option("--force", help="Replace a configuration that exists.")]

EXAMPLE_ACCOUNTS = ("payer=111111111111", "workloads=222222222222")


def init(
    config: options.Config = None,
    account: Account = None,
    region: Region = None,
    pipeline: Pipeline = None,
    force: Force = False,
) -> None:
    """Write a commented organization.yaml, and beside it what a repository of its own needs.

    The first region is the home region. Files that are there already stay as they are. With --pipeline the configuration may
    be there too: then it stays as well.

    Example: kms-baseline init --region eu-west-2 --region us-east-1 --account workloads=222222222222
    """
    path = configuration_path(config)
    kept = path.exists() and not force
    if kept and not pipeline:
        raise UsageError(f"{path}: exists already", "--force replaces it, --config names another file")
    if kept and (account or region):
        raise UsageError(f"{path}: exists already, and would not get these accounts and regions", "edit it")
    if not kept:
        text = configuration_text(region or ["eu-west-2", "us-east-1"], account or list(EXAMPLE_ACCOUNTS))
        load(text, str(path))  # whatever the options made of it: what is written is right
        write_whole(path, text.encode())
    for placed in place_repository(path.parent, path.name, VERSION):
        output.say(_said(placed))
    if problem := cdktf_problem(path):
        output.say(f"note: {problem}")
    if pipeline:
        home = Project(path).configuration.organization.home_region
        output.say(_said(place_pipeline(path.parent, pipeline.value, path.name, home)))
    check = "kms-baseline check" + (f" --config {config}" if config else "")
    output.say(f"{path} {'left as it is' if kept else f'written; edit it, then run: {check}'}")


def _said(placed: Placed) -> str:
    if placed.written:
        return f"{placed.name} written"
    return f"{placed.name} left as it is" + (f"; it lacks: {', '.join(placed.missing)}" if placed.missing else "")
