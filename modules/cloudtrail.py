"""A trail, and the bucket that it writes to."""

from cdktf import TerraformProvider, TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.cloudtrail import Cloudtrail as CloudtrailTrail
from constructs import Construct

from baseline.features.cloudtrail import Cloudtrail
from modules.buckets import bucket
from modules.resources import key_arn, named


def cloudtrail(scope: Construct, part: Cloudtrail, provider: TerraformProvider) -> None:
    """The trail waits for the bucket's policy and for the key with its own."""
    if part.makes_bucket:
        bucket(scope, part.bucket, provider)
    named(
        CloudtrailTrail(
            scope,
            f"trail_{part.name}",
            provider=provider,
            name=part.trail,
            s3_bucket_name=f"${{aws_s3_bucket_policy.{part.name}.bucket}}" if part.makes_bucket else part.bucket.name,
            kms_key_id=key_arn(part.key),
            is_multi_region_trail=True,
            is_organization_trail=part.organization_id is not None,
            include_global_service_events=True,
            enable_log_file_validation=True,
            lifecycle=TerraformResourceLifecycle(prevent_destroy=True),
        ),
        part.name,
    )
