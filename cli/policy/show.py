"""`kms-baseline policy show`: the policy of one key."""

from typing import Annotated

import typer

from cli import options, output
from operations.project import Project, configuration_path

Account = Annotated[str, typer.Argument(help="The account, by name or ID.")]
Region = Annotated[str, typer.Argument(help="The region.")]
Purpose = Annotated[str, typer.Argument(help="The purpose: sns, ebs, logs, cloudtrail or backup.")]


def show(account: Account, region: Region, purpose: Purpose, config: options.Config = None) -> None:
    """Print the policy of one key, as AWS gets it.

    Example: kms-baseline policy show data eu-west-2 sns
    """
    key = Project(configuration_path(config)).key(account, region, purpose)
    output.show_json(key.policy.as_dict())
