"""The program with one purpose more, as a person would add it; run by tests/test_a_purpose_more.py.

`python -m tests.made_up VARIANT ARGUMENT...`: the variant says what is left out or wrong.
"""

import sys
from dataclasses import replace

from baseline import purposes
from baseline.iam.conditions import Condition
from baseline.key_actions import DESCRIBE, PUBLISH
from baseline.prover import expectations
from baseline.prover.expectations.expectation import Call, Expectation, Fence, Through
from baseline.purposes.purpose import DOCS, AccountThrough, Permission, Purpose, Service

THROUGH = Permission(
    sid="AccountUsesTheKeyThroughSqs",
    to=AccountThrough("sqs"),
    actions=(*PUBLISH, DESCRIBE),
    service="sqs",
    evidence="managed key",
    if_wrong="whoever sends or receives is denied",
    fallback="name the roles under `users`",
    source=f"{DOCS}/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html",
)
ALSO_THROUGH = replace(THROUGH, sid="AccountUsesTheKeyThroughLambda", to=AccountThrough("lambda"), service="lambda")
BY_ITSELF = replace(
    THROUGH,
    sid="S3SendsToQueues",
    to=Service("s3.amazonaws.com"),
    actions=PUBLISH,
    conditions=(Condition("StringEquals", "aws:SourceAccount", ("{account}",)),),
    service="s3",
)
FAX = Purpose(
    name="fax",
    title="queues of faxes",
    controls=("KMS.4",),
    probe="alias",
    permissions=(THROUGH, ALSO_THROUGH, BY_ITSELF),
    shared=(*PUBLISH, DESCRIBE),
)
EXPECTED = Expectation(
    through=(
        Through("sqs", (*PUBLISH, DESCRIBE), listed="sqs"),
        Through("lambda", (*PUBLISH, DESCRIBE), listed="lambda"),
    ),
    calls=(Call("s3", "s3.amazonaws.com", PUBLISH, (Fence("aws:SourceAccount", "{account}"),)),),
    shared=(*PUBLISH, DESCRIBE),
)
UNFENCED = replace(FAX, permissions=(THROUGH, ALSO_THROUGH, replace(BY_ITSELF, conditions=())))
VARIANTS = {
    "whole": (FAX, EXPECTED),
    "without an expectation": (FAX, None),
    "unfenced": (UNFENCED, EXPECTED),
    # Whoever wrote the entry wrote the same mistake into the expectation.
    "unfenced and so expected": (UNFENCED, replace(EXPECTED, calls=(replace(EXPECTED.calls[0], fence=()),))),
}


def run(variant: str, *arguments: str) -> int:
    """What the program does with this purpose registered before anything reads the registry."""
    purpose, expected = VARIANTS[variant]
    purposes.PURPOSES = {**purposes.PURPOSES, purpose.name: purpose}
    if expected:
        expectations.EXPECTATIONS = {**expectations.EXPECTATIONS, purpose.name: expected}
    from cli.main import main

    return main(arguments)


if __name__ == "__main__":
    sys.exit(run(*sys.argv[1:]))
