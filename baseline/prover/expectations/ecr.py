"""Keys of repositories: every principal of the account uses them through ECR, which makes grants for its repositories."""

from baseline.key_actions import DESCRIBE, USE
from baseline.prover.expectations.expectation import Expectation, Through

ECR = Expectation(through=(Through("ecr", (*USE, DESCRIBE, "kms:CreateGrant"), listed="ecr"),))
