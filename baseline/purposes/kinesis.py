"""The keys of Kinesis data streams: producers and consumers use them through Kinesis."""

from baseline.key_actions import DESCRIBE, PUBLISH
from baseline.purposes.purpose import DOCS, AccountThrough, Permission, Purpose

KINESIS = Purpose(
    name="kinesis",
    title="Kinesis data streams",
    optional=True,
    limits=(
        "Records stay under the key with which they were written.",
        "Firehose reads such a stream; its own encryption needs statements of your own.",
    ),
    controls=("KMS.4", "Kinesis.1"),
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
    ),
)
