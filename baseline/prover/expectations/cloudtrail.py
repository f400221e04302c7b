"""The key of a trail: CloudTrail writes with it for our trail alone, and only readers read what it wrote."""

from baseline.key_actions import DESCRIBE
from baseline.prover.expectations.expectation import Call, Expectation, Fence, Readers

_CLOUDTRAIL = "cloudtrail.amazonaws.com"
_TRAIL = "kms:EncryptionContext:aws:cloudtrail:arn"
_SOURCE = Fence("aws:SourceArn", "arn:{partition}:cloudtrail:{region}:{account}:trail/{namespace}")
_WRITTEN = Fence(_TRAIL, "arn:{partition}:cloudtrail:*:{account}:trail/{namespace}")
"""Any region: a multi-region trail writes from each of them."""

CLOUDTRAIL = Expectation(
    calls=(
        Call("cloudtrail", _CLOUDTRAIL, ("kms:GenerateDataKey*",), (_SOURCE, _WRITTEN)),
        Call("cloudtrail", _CLOUDTRAIL, (DESCRIBE,), (_SOURCE,)),
    ),
    readers=Readers("s3", _TRAIL),
)
