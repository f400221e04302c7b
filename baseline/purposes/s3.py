"""The keys of buckets: what is written with one can be shared with other accounts, and logs can be delivered under it.

EKS, CodeBuild and CodePipeline reach KMS through S3 for their artifacts: AWS's table of `kms:ViaService` does not have
them. https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html
"""

from baseline.iam.conditions import Condition
from baseline.key_actions import DESCRIBE, PUBLISH, USE
from baseline.purposes.purpose import DOCS, OUR_ACCOUNT, AccountThrough, Permission, Purpose, Service

_LOG_DELIVERY = f"{DOCS}/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-S3.html"
_REPORTS = f"{DOCS}/AmazonS3/latest/userguide/configure-inventory.html"

S3 = Purpose(
    name="s3",
    title="S3 buckets",
    optional=True,
    limits=(
        "Server access logs of S3 and access logs of Application Load Balancers cannot be written under any KMS key: "
        "their buckets need SSE-S3.",
        "Objects stay under the key with which they were written: a bucket's new key is for new objects.",
        "With an S3 Bucket Key the encryption context is the bucket's ARN, and else the object's.",
        "Other accounts name the key by its full ARN: an alias is looked for in the caller's account.",
    ),
    controls=("KMS.4", "S3.17"),
    probe="object",
    shared=(*USE, DESCRIBE),
    shared_through_the_service=True,
    permissions=(
        Permission(
            sid="AccountUsesTheKeyThroughS3",
            to=AccountThrough("s3"),
            actions=(*USE, DESCRIBE),
            service=None,
            evidence="managed key",
            if_wrong="whoever writes or reads objects is denied",
            fallback="name the roles under `users`",
            source=f"{DOCS}/AmazonS3/latest/userguide/UsingKMSEncryption.html",
        ),
        Permission(
            # Flow logs, logs of Network Load Balancers, WAF, Route 53 Resolver and others that CloudWatch Logs delivers.
            sid="LogDeliveryUsesTheKey",
            to=Service("delivery.logs.amazonaws.com"),
            actions=(*USE, DESCRIBE),
            conditions=(
                OUR_ACCOUNT,
                Condition("ArnLike", "aws:SourceArn", ("arn:{partition}:logs:{region}:{account}:*",)),
            ),
            service="delivery.logs",
            by_default=(),
            evidence="documented",
            if_wrong="flow logs are undeliverable; logs of load balancers, WAF and resolvers stop without a message",
            fallback="the condition on `aws:SourceAccount` alone",
            source=_LOG_DELIVERY,
        ),
        Permission(
            sid="ConfigDeliversWithTheKey",
            to=Service("config.amazonaws.com"),
            actions=PUBLISH,
            conditions=(OUR_ACCOUNT,),
            service="config",
            by_default=(),
            evidence="documented",
            if_wrong="AWS Config's delivery channel is refused, or its last delivery failed",
            fallback="the condition on `aws:SourceArn` alone",
            source=f"{DOCS}/config/latest/developerguide/s3-kms-key-policy.html",
        ),
        Permission(
            # The source's ARN is that of a bucket, which names no account.
            sid="S3WritesReportsWithTheKey",
            to=Service("s3.amazonaws.com"),
            actions=("kms:GenerateDataKey*",),
            conditions=(OUR_ACCOUNT,),
            service="s3",
            by_default=(),
            evidence="documented",
            if_wrong="reports of S3 Inventory never come; the first one is due within 48 hours",
            fallback="the condition on `aws:SourceArn` alone",
            source=_REPORTS,
        ),
        Permission(
            # AWS's page names one distribution; that a pattern of them matches is concluded.
            sid="CloudFrontReadsWithTheKey",
            to=Service("cloudfront.amazonaws.com"),
            actions=("kms:Decrypt",),
            conditions=(
                Condition("ArnLike", "aws:SourceArn", ("arn:{partition}:cloudfront::{account}:distribution/*",)),
            ),
            service="cloudfront",
            partitions=("aws",),
            by_default=(),
            evidence="inferred",
            if_wrong="the distribution answers 403",
            fallback="a statement of your own with the distribution's ARN",
            source=f"{DOCS}/AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-s3.html",
        ),
    ),
)
