"""Keys of buckets: the account uses them through S3; log delivery, Config and reports, where listed, for the account."""

from baseline.key_actions import DESCRIBE, PUBLISH, USE
from baseline.prover.expectations.expectation import Call, Expectation, Fence, Through

_ACCOUNT = Fence("aws:SourceAccount", "{account}")
_LOGS = Fence("aws:SourceArn", "arn:{partition}:logs:{region}:{account}:*")
_DISTRIBUTIONS = Fence("aws:SourceArn", "arn:{partition}:cloudfront::{account}:distribution/*")

S3 = Expectation(
    through=(Through("s3", (*USE, DESCRIBE), listed=None),),
    calls=(
        Call("delivery.logs", "delivery.logs.amazonaws.com", (*USE, DESCRIBE), (_ACCOUNT, _LOGS)),
        Call("config", "config.amazonaws.com", PUBLISH, (_ACCOUNT,)),
        Call("s3", "s3.amazonaws.com", ("kms:GenerateDataKey*",), (_ACCOUNT,)),
        Call("cloudfront", "cloudfront.amazonaws.com", ("kms:Decrypt",), (_DISTRIBUTIONS,)),
    ),
    shared=(*USE, DESCRIBE),
    shared_through_the_service=True,
)
