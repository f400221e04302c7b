"""S3 buckets with their settings."""

from cdktf import TerraformProvider, TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.s3_bucket import S3Bucket
from cdktf_cdktf_provider_aws.s3_bucket_lifecycle_configuration import (
    S3BucketLifecycleConfiguration,
    S3BucketLifecycleConfigurationRule,
    S3BucketLifecycleConfigurationRuleAbortIncompleteMultipartUpload,
    S3BucketLifecycleConfigurationRuleExpiration,
    S3BucketLifecycleConfigurationRuleFilter,
    S3BucketLifecycleConfigurationRuleNoncurrentVersionExpiration,
)
from cdktf_cdktf_provider_aws.s3_bucket_ownership_controls import (
    S3BucketOwnershipControls,
    S3BucketOwnershipControlsRule,
)
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

from baseline.features.buckets import FORMER_VERSION_DAYS, Bucket
from modules.resources import key_arn, named


def bucket(scope: Construct, bucket: Bucket, provider: TerraformProvider) -> None:
    """A bucket with its settings. Its policy comes after all that decides who has access."""
    named(
        S3Bucket(
            scope,
            f"bucket_{bucket.address}",
            provider=provider,
            bucket=bucket.name,
            lifecycle=TerraformResourceLifecycle(prevent_destroy=True),
        ),
        bucket.address,
    )
    _encryption(scope, bucket, provider)
    _access(scope, bucket, provider)
    versions = _versions(scope, bucket, provider)
    if bucket.retention_days is not None:
        _retention(scope, bucket, bucket.retention_days, provider, versions)


def _encryption(scope: Construct, bucket: Bucket, provider: TerraformProvider) -> None:
    """By S3's own keys, or by one of ours, without an S3 Bucket Key, for which a service would have to decrypt.

    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html
    """
    by_default = S3BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultA(
        sse_algorithm="aws:kms" if bucket.key else "AES256",
        kms_master_key_id=key_arn(bucket.key) if bucket.key else None,
    )
    rule = S3BucketServerSideEncryptionConfigurationRuleA(
        apply_server_side_encryption_by_default=by_default, bucket_key_enabled=False if bucket.key else None
    )
    named(
        S3BucketServerSideEncryptionConfigurationA(
            scope,
            f"bucket_encryption_{bucket.address}",
            provider=provider,
            bucket=f"${{aws_s3_bucket.{bucket.address}.bucket}}",
            rule=[rule],
        ),
        bucket.address,
    )


def _access(scope: Construct, bucket: Bucket, provider: TerraformProvider) -> None:
    """One after another: S3 takes one change of a bucket's access at a time.

    The order stands in `depends_on`: scanners find a bucket's settings by what refers to the bucket itself.
    """
    address = bucket.address
    name = f"${{aws_s3_bucket.{address}.bucket}}"
    ownership = named(
        S3BucketOwnershipControls(
            scope,
            f"bucket_ownership_{address}",
            provider=provider,
            bucket=name,
            rule=S3BucketOwnershipControlsRule(object_ownership="BucketOwnerEnforced"),
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
            depends_on=[ownership],
        ),
        address,
    )
    _policy(scope, bucket, provider, block)


def _policy(scope: Construct, bucket: Bucket, provider: TerraformProvider, block: S3BucketPublicAccessBlock) -> None:
    named(
        S3BucketPolicy(
            scope,
            f"bucket_policy_{bucket.address}",
            provider=provider,
            bucket=f"${{aws_s3_bucket.{bucket.address}.bucket}}",
            policy=bucket.policy,
            depends_on=[block],
        ),
        bucket.address,
    )


def _versions(scope: Construct, bucket: Bucket, provider: TerraformProvider) -> S3BucketVersioningA:
    return named(
        S3BucketVersioningA(
            scope,
            f"bucket_versioning_{bucket.address}",
            provider=provider,
            bucket=f"${{aws_s3_bucket.{bucket.address}.bucket}}",
            versioning_configuration=S3BucketVersioningVersioningConfiguration(status="Enabled"),
        ),
        bucket.address,
    )


def _retention(
    scope: Construct, bucket: Bucket, days: int, provider: TerraformProvider, versions: S3BucketVersioningA
) -> None:
    rule = S3BucketLifecycleConfigurationRule(
        id="retention",
        status="Enabled",
        filter=[S3BucketLifecycleConfigurationRuleFilter(prefix="")],
        expiration=[S3BucketLifecycleConfigurationRuleExpiration(days=days)],
        noncurrent_version_expiration=[
            S3BucketLifecycleConfigurationRuleNoncurrentVersionExpiration(noncurrent_days=FORMER_VERSION_DAYS)
        ],
        abort_incomplete_multipart_upload=[
            S3BucketLifecycleConfigurationRuleAbortIncompleteMultipartUpload(days_after_initiation=7)
        ],
    )
    named(
        S3BucketLifecycleConfiguration(
            scope,
            f"bucket_lifecycle_{bucket.address}",
            provider=provider,
            bucket=f"${{aws_s3_bucket.{bucket.address}.bucket}}",
            rule=[rule],
            depends_on=[versions],
        ),
        bucket.address,
    )
