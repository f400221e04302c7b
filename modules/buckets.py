"""S3 buckets with their settings."""

from cdktf import TerraformProvider, TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.s3_bucket import S3Bucket
from cdktf_cdktf_provider_aws.s3_bucket_policy import S3BucketPolicy
from cdktf_cdktf_provider_aws.s3_bucket_public_access_block import S3BucketPublicAccessBlock
from cdktf_cdktf_provider_aws.s3_bucket_server_side_encryption_configuration import (
    S3BucketServerSideEncryptionConfigurationA,
    S3BucketServerSideEncryptionConfigurationRuleA,
    S3BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultA,
)
from cdktf_cdktf_provider_aws.s3_bucket_versioning import (
    S3BucketVersioningA,
    S3BucketVersioningVersioningConfiguration,
)
from constructs import Construct

from baseline.features.buckets import Bucket
from modules.resources import named


def bucket(scope: Construct, bucket: Bucket, provider: TerraformProvider) -> None:
    """A bucket, then its settings, then its policy: S3 takes one change of a bucket's access at a time."""
    address = bucket.address
    name = f"${{aws_s3_bucket.{address}.bucket}}"
    named(
        S3Bucket(
            scope,
            f"bucket_{address}",
            provider=provider,
            bucket=bucket.name,
            lifecycle=TerraformResourceLifecycle(prevent_destroy=True),
        ),
        address,
    )
    block = named(
        S3BucketPublicAccessBlock(
            scope,
            f"bucket_access_{address}",
            provider=provider,
            bucket=name,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
        ),
        address,
    )
    by_default = S3BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultA(
        sse_algorithm="AES256"
    )
    named(
        S3BucketServerSideEncryptionConfigurationA(
            scope,
            f"bucket_encryption_{address}",
            provider=provider,
            bucket=name,
            rule=[
                S3BucketServerSideEncryptionConfigurationRuleA(apply_server_side_encryption_by_default=by_default),
            ],
        ),
        address,
    )
    named(
        S3BucketVersioningA(
            scope,
            f"bucket_versioning_{address}",
            provider=provider,
            bucket=name,
            versioning_configuration=S3BucketVersioningVersioningConfiguration(status="Enabled"),
        ),
        address,
    )
    named(
        S3BucketPolicy(
            scope,
            f"bucket_policy_{address}",
            provider=provider,
            bucket=name,
            policy=bucket.policy,
            depends_on=[block],
        ),
        address,
    )
