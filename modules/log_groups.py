"""The log groups of one region."""

from cdktf import TerraformProvider, TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup
from constructs import Construct

from baseline.features.log_groups import LogGroups
from modules.resources import key_arn, literal, named


def log_groups(scope: Construct, part: LogGroups, provider: TerraformProvider) -> None:
    """Log groups with retention, encrypted with the region's logs key."""
    for group in part.groups:
        named(
            CloudwatchLogGroup(
                scope,
                f"log_group_{group.address}",
                provider=provider,
                name=literal(group.name),
                retention_in_days=group.retention_days,
                kms_key_id=key_arn(part.key),
                lifecycle=TerraformResourceLifecycle(prevent_destroy=True),
            ),
            group.address,
        )
