"""The keys of Kinesis data streams, and of Firehose where it is listed: producers and consumers use them through these."""

from baseline.key_actions import DESCRIBE, PUBLISH
from baseline.purposes.purpose import DOCS, GRANT_FOR_AWS, AccountThrough, Permission, Purpose

_FIREHOSE = f"{DOCS}/firehose/latest/dev/encryption.html"

KINESIS = Purpose(
    name="kinesis",
    title="Kinesis data streams",
    optional=True,
    limits=(
        "Records stay under the key with which they were written.",
        "Disabled, Firehose waits up to 24 hours, and then drops records.",
    ),
    controls=("KMS.4", "Kinesis.1", "DataFirehose.1"),
    probe="stream",
    shared=(*PUBLISH, DESCRIBE),
    shared_through_the_service=True,
    permissions=(
        Permission(
            sid="AccountUsesTheKeyThroughKinesis",
            to=AccountThrough("kinesis"),
            actions=(*PUBLISH, DESCRIBE),
            service="kinesis",
            evidence="documented",
            if_wrong="producers and consumers are answered KMSAccessDeniedException, and data may be lost",
            fallback="name the roles under `users`",
            source=f"{DOCS}/streams/latest/dev/permissions-user-key-KMS.html",
        ),
        Permission(
            sid="AccountUsesTheKeyThroughFirehose",
            to=AccountThrough("firehose"),
            actions=(*PUBLISH, DESCRIBE),
            service="firehose",
            by_default=(),
            evidence="documented",
            if_wrong="PutRecord is refused",
            fallback="name the roles under `users`",
            source=_FIREHOSE,
        ),
        Permission(
            sid="FirehoseGrantsForTheAccount",
            to=AccountThrough("firehose"),
            actions=("kms:CreateGrant",),
            conditions=(GRANT_FOR_AWS,),
            service="firehose",
            by_default=(),
            evidence="inferred",
            if_wrong="StartDeliveryStreamEncryption is refused",
            fallback="a statement of your own without the condition",
            source=_FIREHOSE,
        ),
    ),
)
