"""The key of one purpose in one region."""

from cdktf import TerraformOutput, TerraformProvider, TerraformResourceLifecycle
from constructs import Construct

from baseline.inventory import Key
from modules.aws import KmsAlias, KmsKey, SsmParameter, named


class RegionalKey(Construct):
    """A customer managed key with its policy inline, its alias, its parameter and its output."""

    def __init__(self, scope: Construct, key: Key, provider: TerraformProvider) -> None:
        super().__init__(scope, f"key_{key.address}")
        settings = key.settings
        resource = named(
            KmsKey(
                self,
                "key",
                provider=provider,
                description=key.description,
                policy=key.policy.render(),
                enable_key_rotation=settings.rotation,
                rotation_period_in_days=settings.rotation_period_days if settings.rotation else None,
                deletion_window_in_days=settings.deletion_window_days,
                tags=dict(key.tags),
                lifecycle=TerraformResourceLifecycle(prevent_destroy=True),
            ),
            key.address,
        )
        named(
            KmsAlias(self, "alias", provider=provider, name=key.alias, target_key_id=resource.key_id),
            key.address,
        )
        if key.parameter is not None:
            named(
                SsmParameter(
                    self,
                    "parameter",
                    provider=provider,
                    name=key.parameter,
                    type="String",
                    value=resource.arn,
                    description=f"The ARN of the key for {key.description}",
                    tags=dict(key.tags),
                ),
                key.address,
            )
        # On the stack itself, so that its name in Terraform is its construct's id.
        TerraformOutput(scope, key.output, value=resource.arn)
