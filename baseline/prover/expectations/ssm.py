"""Keys of parameters: the account uses them through Parameter Store; accounts that are let in read and do no more."""

from baseline.key_actions import DESCRIBE, USE
from baseline.prover.expectations.expectation import Expectation, Through

SSM = Expectation(
    through=(Through("ssm", (*USE, DESCRIBE), listed="ssm"),),
    shared=("kms:Decrypt", DESCRIBE),
    shared_through_the_service=True,
)
