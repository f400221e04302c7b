"""The keys of a trail's log files."""

from baseline.iam.conditions import Condition
from baseline.key_actions import DESCRIBE
from baseline.purposes.purpose import DOCS, Permission, Purpose, Service, UsersThrough

OUR_TRAIL = Condition(
    "StringEquals", "aws:SourceArn", ("arn:{partition}:cloudtrail:{region}:{account}:trail/{namespace}",)
)
_WRITTEN_BY_CLOUDTRAIL = Condition("Null", "kms:EncryptionContext:aws:cloudtrail:arn", ("false",))
"""Only what CloudTrail encrypted carries this context."""
_TRAIL_KEY = f"{DOCS}/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html"
CLOUDTRAIL = Purpose(
    name="cloudtrail",
    title="CloudTrail log files",
    feature="cloudtrail",
    controls=("KMS.4", "CloudTrail.2"),
    probe="trail",
    permissions=(
        Permission(
            sid="CloudTrailEncryptsLogFiles",
            to=Service("cloudtrail.amazonaws.com"),
            actions=("kms:GenerateDataKey*",),
            conditions=(
                OUR_TRAIL,
                # Any region: a multi-region trail writes from each of them.
                Condition(
                    "ArnLike",
                    "kms:EncryptionContext:aws:cloudtrail:arn",
                    ("arn:{partition}:cloudtrail:*:{account}:trail/{namespace}",),
                ),
            ),
            service="cloudtrail",
            evidence="documented",
            if_wrong="CreateTrail is refused, or delivery stops",
            fallback="the context `arn:<partition>:cloudtrail:*:<account>:trail/*`",
            source=_TRAIL_KEY,
        ),
        Permission(
            sid="CloudTrailDescribesTheKey",
            to=Service("cloudtrail.amazonaws.com"),
            actions=(DESCRIBE,),
            conditions=(OUR_TRAIL,),
            service="cloudtrail",
            evidence="documented",
            if_wrong="CreateTrail is refused",
            fallback="no condition",
            source=_TRAIL_KEY,
        ),
        Permission(
            sid="ReadersReadLogFiles",
            to=UsersThrough("s3"),
            actions=("kms:Decrypt",),
            conditions=(_WRITTEN_BY_CLOUDTRAIL,),
            service=None,
            evidence="documented",
            if_wrong="readers are denied",
            fallback="drop the condition on S3",
            source=_TRAIL_KEY,
        ),
    ),
)
