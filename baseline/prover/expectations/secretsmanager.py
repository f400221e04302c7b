"""Keys of secrets: the account uses them through Secrets Manager; accounts that are let in read and do no more."""

from baseline.key_actions import DESCRIBE, USE
from baseline.prover.expectations.expectation import Expectation, Through

SECRETSMANAGER = Expectation(
    through=(Through("secretsmanager", (*USE, DESCRIBE), listed="secretsmanager"),),
    shared=("kms:Decrypt", DESCRIBE),
    shared_through_the_service=True,
)
