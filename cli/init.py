"""`kms-baseline init`: a commented configuration to start from."""

from pathlib import Path
from typing import Annotated

import typer

from baseline.configuration.load import load
from baseline.configuration.precedence import DEFAULTS
from baseline.errors import UsageError
from baseline.features import FEATURES
from baseline.purposes import PURPOSES
from cli import options, output
from cli.files import write_text
from cli.project import configuration_path

Account = Annotated[
    list[str] | None, typer.Option("--account", help="NAME=ID of an account; repeatable.", show_default=False)
]
Region = Annotated[
    list[str] | None, typer.Option("--region", help="An enabled region; repeatable.", show_default=False)
]
Force = Annotated[bool, typer.Option("--force", help="Replace a configuration that exists.")]

EXAMPLE_ACCOUNTS = ("payer=111111111111", "workloads=222222222222")


def init(config: options.Config = None, account: Account = None, region: Region = None, force: Force = False) -> None:
    """Write a commented organization.yaml. The first region is the home region.

    Example: kms-baseline init --region eu-west-2 --region us-east-1 --account workloads=222222222222
    """
    path = configuration_path(config)
    if path.exists() and not force:
        raise UsageError(f"{path}: exists already", "--force replaces it, --config names another file")
    text = configuration_text(region or ["eu-west-2", "us-east-1"], account or list(EXAMPLE_ACCOUNTS))
    load(text, str(path))  # whatever the options made of it: what is written is right
    write_text(path, text)
    output.say(f"{path} written; edit it, then run: kms-baseline check")


def configuration_text(regions: list[str], accounts: list[str]) -> str:
    """The text of a new configuration. Raises UsageError for an account that is not NAME=ID."""
    import jinja2  # only here: loading it takes longer than most commands

    pairs = []
    for account in accounts:
        name, separator, account_id = account.partition("=")
        if not separator:
            raise UsageError(f"--account {account}: must be NAME=ID, as in workloads=222222222222")
        pairs.append((name, account_id))
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        undefined=jinja2.StrictUndefined,
    )
    return environment.get_template("organization.yaml.j2").render(
        regions=regions, accounts=pairs, defaults=DEFAULTS, purposes=PURPOSES, features=FEATURES
    )
