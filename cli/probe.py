"""`kms-baseline probe`: use every key of one region once, as AWS's services do, and remove what that made."""

import os
import sys
from dataclasses import asdict
from typing import Annotated

import typer

from baseline.errors import Refusal, UsageError
from baseline.words import count
from cli import options, output
from operations.project import Project, check_one_of, configuration_path

AccountName = Annotated[str, typer.Argument(help="The account, by name or ID.", metavar="ACCOUNT")]
RegionName = Annotated[str, typer.Argument(help="The region.", metavar="REGION")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Probe without asking.")]


def probe(
    account: AccountName,
    region: RegionName,
    config: options.Config = None,
    yes: Yes = False,
    format: options.OutputFormat = options.Format.table,
) -> None:
    """Use each key of a region of an account once, with your AWS credentials, and clean up.

    Some keys are checked by AWS only when they are used: a wrong policy then fails in silence, weeks later. Each probe
    names the statements of the key policy that it settles. Exit code 1: a probe failed.

    Example: kms-baseline probe data eu-west-2
    """
    project = Project(configuration_path(config))
    of = project.account(account)
    check_one_of(region, of.regions, f"enabled region of {of.name}")
    if not yes and not sys.stdin.isatty():
        raise UsageError("there is no terminal to ask on", "--yes probes without asking")
    from operations import probing  # loads boto3

    probes = list(probing.planned(project.inventory, of.id, region))
    number = count(len(probes), "probe")
    output.say(f"{number} in {of.name} ({of.id}) {region}, and everything that is made is removed again:")
    for what in probes:
        output.say(f"  {what}")
    for untried in probing.not_tried(project.inventory, of.id, region):
        output.say(f"note: {untried}")
    if not yes and not typer.confirm("Go on?", err=True):
        raise Refusal("not probed: the question was declined")
    outcomes = list(probing.run(project.inventory, of.id, region, os.environ))
    if format is options.Format.json:
        output.show_json({"version": 1, "probes": [asdict(outcome) for outcome in outcomes]})
    else:
        rows = [(o.account, o.region, o.probe, o.problem or "works", ", ".join(o.settles)) for o in outcomes]
        output.show(output.table(("ACCOUNT", "REGION", "PROBE", "RESULT", "SETTLES"), rows))
    if failed := sum(1 for outcome in outcomes if outcome.problem):
        raise Refusal(f"{count(failed, 'probe')} of {len(outcomes)} failed", "the key's policy is the first suspect")
