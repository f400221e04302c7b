"""AWS Config's recorder of one region."""

from cdktf import ITerraformDependable, TerraformProvider, TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.config_configuration_recorder import (
    ConfigConfigurationRecorder,
    ConfigConfigurationRecorderRecordingGroup,
)
from cdktf_cdktf_provider_aws.config_configuration_recorder_status import ConfigConfigurationRecorderStatus
from cdktf_cdktf_provider_aws.config_delivery_channel import ConfigDeliveryChannel
from cdktf_cdktf_provider_aws.iam_role_policy_attachment import IamRolePolicyAttachment
from constructs import Construct

from baseline.features.recorder import RESOURCE_TYPES, Recorder
from modules.buckets import bucket
from modules.resources import key_arn, named
from modules.roles import role, role_name


def recorder(scope: Construct, recorder: Recorder, provider: TerraformProvider) -> ITerraformDependable:
    """Bucket and role, then the recorder, its channel, and perhaps its start; answers what a rule waits for."""
    address = recorder.address
    if recorder.existing_bucket is None:
        bucket(scope, recorder.bucket, provider)
    name = f"${{aws_config_configuration_recorder.{address}.name}}"
    named(
        ConfigConfigurationRecorder(
            scope,
            f"config_recorder_{address}",
            provider=provider,
            name=recorder.name,
            role_arn=recorder.role_arn,
            recording_group=_recording(recorder),
            depends_on=None if recorder.is_complete else _role(scope, recorder, provider),
            lifecycle=TerraformResourceLifecycle(prevent_destroy=True),
        ),
        address,
    )
    channel = named(
        ConfigDeliveryChannel(
            scope,
            f"config_channel_{address}",
            provider=provider,
            name=name,
            s3_bucket_name=recorder.existing_bucket or f"${{aws_s3_bucket_policy.{address}.bucket}}",
            s3_kms_key_arn=key_arn(recorder.key) if recorder.key else None,
        ),
        address,
    )
    if not recorder.is_complete:
        return channel
    return named(
        ConfigConfigurationRecorderStatus(
            scope, f"config_status_{address}", provider=provider, name=name, is_enabled=True, depends_on=[channel]
        ),
        address,
    )


def _recording(recorder: Recorder) -> ConfigConfigurationRecorderRecordingGroup:
    """Everything, of the resources that belong to no region once an account; or keys."""
    if recorder.is_complete:
        return ConfigConfigurationRecorderRecordingGroup(
            all_supported=True, include_global_resource_types=recorder.site.is_home_region
        )
    return ConfigConfigurationRecorderRecordingGroup(
        all_supported=False, include_global_resource_types=False, resource_types=list(RESOURCE_TYPES)
    )


def _role(scope: Construct, recorder: Recorder, provider: TerraformProvider) -> list[ITerraformDependable]:
    """The recorder's role; answers what must be there before the role can be used."""
    address = recorder.address
    delivers = role(
        scope,
        "config_role",
        address,
        provider,
        name=recorder.role_name,
        trust=recorder.trust,
        policy=("deliver", recorder.permissions),
        description=f"AWS Config records with it in {recorder.site.region}",
    )
    records = named(
        IamRolePolicyAttachment(
            scope,
            f"config_role_attachment_{address}",
            provider=provider,
            role=role_name(address),
            policy_arn=recorder.managed_policy,
        ),
        address,
    )
    return [delivers, records]
