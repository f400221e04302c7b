"""The same keys by CDKTF as its documentation shows it: imports from the whole package, constructs by hand."""

import sys
from pathlib import Path

from cdktf import App, LocalBackend, TerraformOutput, TerraformResourceLifecycle, TerraformStack
from cdktf_cdktf_provider_aws.kms_alias import KmsAlias
from cdktf_cdktf_provider_aws.kms_key import KmsKey
from cdktf_cdktf_provider_aws.provider import AwsProvider, AwsProviderAssumeRole, AwsProviderDefaultTags
from cdktf_cdktf_provider_aws.ssm_parameter import SsmParameter

from baseline.configuration.load import load
from baseline.expansion import expand
from baseline.lock import Lock


def main(configuration: Path, output: Path) -> None:
    inventory = expand(load(configuration.read_text(encoding="utf-8"), str(configuration)).organization, Lock())
    app = App(outdir=str(output))
    for stack in inventory.stacks:
        scope = TerraformStack(app, stack.name)
        LocalBackend(scope, path=f"../../../state/{stack.name}.tfstate")
        providers = {
            p.alias: AwsProvider(
                scope,
                f"provider_{p.alias}",
                alias=p.alias,
                region=p.region,
                assume_role=[AwsProviderAssumeRole(role_arn=p.role)],
                allowed_account_ids=[p.account_id],
                default_tags=[AwsProviderDefaultTags(tags=dict(p.tags))],
            )
            for p in stack.providers
        }
        for key in stack.keys:
            provider = providers[key.provider]
            resource = KmsKey(
                scope,
                f"key_{key.address}",
                provider=provider,
                description=key.description,
                policy=key.policy.render(),
                enable_key_rotation=True,
                rotation_period_in_days=key.settings.rotation_period_days,
                deletion_window_in_days=key.settings.deletion_window_days,
                tags=dict(key.tags),
                lifecycle=TerraformResourceLifecycle(prevent_destroy=True),
            )
            KmsAlias(scope, f"alias_{key.address}", provider=provider, name=key.alias, target_key_id=resource.key_id)
            SsmParameter(
                scope,
                f"parameter_{key.address}",
                provider=provider,
                name=str(key.parameter),
                type="String",
                value=resource.arn,
                tags=dict(key.tags),
            )
            TerraformOutput(scope, key.output, value=resource.arn)
    app.synth()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
