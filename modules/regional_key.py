"""The key of one purpose in one region."""

from cdktf import TerraformOutput, TerraformProvider, TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.kms_alias import KmsAlias
from cdktf_cdktf_provider_aws.kms_key import KmsKey
from cdktf_cdktf_provider_aws.ssm_parameter import SsmParameter
from constructs import Construct

from baseline.inventory import Key
from modules.resources import literal, named


def regional_key(scope: Construct, key: Key, provider: TerraformProvider) -> None:
    """A customer managed key with its policy inline, its alias, its parameter and its output.

    References are written out: addresses are a contract, and every attribute that is read from a construct, like
    every construct around these, is one more call to Node for each key.
    """
    settings = key.settings
    key_id, arn = (f"${{aws_kms_key.{key.address}.{attribute}}}" for attribute in ("key_id", "arn"))
    named(
        KmsKey(
            scope,
            f"key_{key.address}",
            provider=provider,
            description=key.description,
            policy=literal(key.policy.render()),
            is_enabled=None if key.enabled else False,
            enable_key_rotation=settings.rotation,
            rotation_period_in_days=settings.rotation_period_days if settings.rotation else None,
            deletion_window_in_days=settings.deletion_window_days,
            tags=dict(key.tags),
            lifecycle=TerraformResourceLifecycle(prevent_destroy=True),
        ),
        key.address,
    )
    named(KmsAlias(scope, f"alias_{key.address}", provider=provider, name=key.alias, target_key_id=key_id), key.address)
    if key.parameter is not None:
        named(
            SsmParameter(
                scope,
                f"parameter_{key.address}",
                provider=provider,
                name=key.parameter,
                type="String",
                value=arn,
                description=f"The ARN of the key for {key.description}",
                tags=dict(key.tags),
            ),
            key.address,
        )
    TerraformOutput(scope, key.output, value=arn)  # its name in Terraform is the construct's id
