"""Keys of queues: the account uses them through SQS; what sends to queues, each service for this account."""

from baseline.key_actions import DESCRIBE, PUBLISH
from baseline.prover.expectations.expectation import Call, Expectation, Fence, Through

_ACCOUNT = (Fence("aws:SourceAccount", "{account}"),)
_QUEUE = (Fence("kms:EncryptionContext:aws:sqs:arn", "arn:{partition}:sqs:{region}:{account}:*"),)

SQS = Expectation(
    through=(Through("sqs", (*PUBLISH, DESCRIBE), listed=None),),
    calls=(
        Call("sns", "sns.amazonaws.com", PUBLISH, _ACCOUNT),
        Call("events", "events.amazonaws.com", PUBLISH, _QUEUE),
        Call("s3", "s3.amazonaws.com", PUBLISH, _ACCOUNT),
    ),
    shared=(*PUBLISH, DESCRIBE),
    shared_through_the_service=True,
)
