"""Keys of databases: every principal of the account uses them through RDS, which makes grants for its databases."""

from baseline.key_actions import DESCRIBE, USE
from baseline.prover.expectations.expectation import Expectation, Through

RDS = Expectation(
    through=(Through("rds", (*USE, DESCRIBE, "kms:ListGrants", "kms:CreateGrant"), listed="rds"),),
    shared=(*USE, DESCRIBE, "kms:CreateGrant"),
    shared_through_the_service=True,
)
