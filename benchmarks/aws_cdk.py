"""The same keys by AWS CDK's typed constructs of CloudFormation: a stack an account and region, as CloudFormation has it."""

import json
import sys
from pathlib import Path

from aws_cdk import App, CfnOutput, CliCredentialsStackSynthesizer, Environment, Stack, aws_kms, aws_ssm

from baseline.configuration.load import load
from baseline.expansion import expand
from baseline.inventory import Key
from baseline.lock import Lock


def add(scope: Stack, key: Key) -> None:
    name = key.purpose.capitalize()
    resource = aws_kms.CfnKey(
        scope,
        f"{name}Key",
        description=key.description,
        key_policy=json.loads(key.policy.render()),
        enable_key_rotation=key.settings.rotation,
        rotation_period_in_days=key.settings.rotation_period_days,
        pending_window_in_days=key.settings.deletion_window_days,
        tags=[{"key": tag, "value": value} for tag, value in key.tags.items()],
    )
    aws_kms.CfnAlias(scope, f"{name}Alias", alias_name=key.alias, target_key_id=resource.ref)
    aws_ssm.CfnParameter(scope, f"{name}Arn", name=key.parameter, type="String", value=resource.attr_arn)
    CfnOutput(scope, f"{name}KeyArn", value=resource.attr_arn)


def main(configuration: Path, output: Path) -> None:
    inventory = expand(load(configuration.read_text(encoding="utf-8"), str(configuration)).organization, Lock())
    app = App(outdir=str(output), analytics_reporting=False)
    scopes: dict[tuple[str, str], Stack] = {}
    for key in inventory.keys:
        place = (key.account_id, key.region)
        if place not in scopes:
            scopes[place] = Stack(
                app,
                f"{key.account}-{key.region}",
                env=Environment(account=key.account_id, region=key.region),
                synthesizer=CliCredentialsStackSynthesizer(),
            )
        add(scopes[place], key)
    app.synth()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
