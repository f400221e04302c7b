"""Keys of streams: producers and consumers of the account use them through Kinesis, and Firehose where it is listed."""

from baseline.key_actions import DESCRIBE, PUBLISH
from baseline.prover.expectations.expectation import Expectation, Through

KINESIS = Expectation(
    through=(
        Through("kinesis", (*PUBLISH, DESCRIBE), listed="kinesis"),
        Through("firehose", (*PUBLISH, DESCRIBE, "kms:CreateGrant"), listed="firehose", only_if_listed=True),
    ),
    shared=(*PUBLISH, DESCRIBE),
    shared_through_the_service=True,
)
