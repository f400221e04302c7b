"""The keys of SQS queues: producers and consumers use them through SQS, and services that send, by themselves."""

from functools import partial

from baseline.iam.conditions import Condition
from baseline.key_actions import DESCRIBE, PUBLISH
from baseline.purposes.publisher import publisher
from baseline.purposes.purpose import DOCS, EVERY_PARTITION, OUR_ACCOUNT, AccountThrough, Permission, Purpose

_QUEUES = f"{DOCS}/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html"
OUR_QUEUES = Condition("ArnLike", "kms:EncryptionContext:aws:sqs:arn", ("arn:{partition}:sqs:{region}:{account}:*",))
"""AWS's page does not name this context; public policies do, such as https://github.com/aws/aws-cdk/issues/33169"""


_sender = partial(publisher, source=_QUEUES, by_default=EVERY_PARTITION)


SQS = Purpose(
    name="sqs",
    title="SQS queues",
    optional=True,
    limits=(
        "Messages stay under the key with which they were sent: disabled, it leaves them unreadable.",
        "A dead-letter queue under this key needs the same services as its queue.",
    ),
    controls=("KMS.4", "SQS.1"),
    probe="queue",
    shared=(*PUBLISH, DESCRIBE),
    shared_through_the_service=True,
    permissions=(
        Permission(
            sid="AccountUsesTheKeyThroughSqs",
            to=AccountThrough("sqs"),
            actions=(*PUBLISH, DESCRIBE),
            service=None,
            evidence="documented",
            if_wrong="who sends or receives is answered KmsAccessDenied",
            fallback="name the roles under `users`",
            source=_QUEUES,
        ),
        _sender("SnsSendsWithTheKey", "sns", OUR_ACCOUNT, "documented", "subscribed queues stay empty"),
        _sender(
            "EventBridgeSendsWithTheKey", "events", OUR_QUEUES, "reported",
            "targets and dead-letter queues of rules lose events without a message",
        ),
        _sender("S3SendsWithTheKey", "s3", OUR_ACCOUNT, "documented", "configuring the bucket's notification fails"),
    ),
)  # fmt: skip
