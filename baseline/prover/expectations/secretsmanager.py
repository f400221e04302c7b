"""Keys of secrets: the account uses them through Secrets Manager; accounts that are let in read and do no more."""

from baseline.key_actions import DESCRIBE, USE
from baseline.prover.expectations.expectation import Expectation, Through

SECRETSMANAGER = Expectation(
    through=(
        Through("secretsmanager", (*USE, DESCRIBE), listed="secretsmanager"),
        Through(
            "secretsmanager",
            ("kms:GenerateDataKey*",),
            listed="replicas",
            calls_from="other regions",
            only_if_listed=True,
        ),
        Through("secretsmanager", ("kms:CreateGrant",), listed="rds", only_if_listed=True),
    ),
    shared=("kms:Decrypt", DESCRIBE),
    shared_through_the_service=True,
)
