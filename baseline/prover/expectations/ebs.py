"""Keys of volumes: every principal of the account uses them through EC2, which makes grants for what it attaches."""

from baseline.key_actions import DESCRIBE, GRANTS, USE
from baseline.prover.expectations.expectation import Expectation, Through

EBS = Expectation(
    through=(Through("ec2", (*USE, DESCRIBE, "kms:CreateGrant"), listed="ec2"),),
    shared=(*USE, DESCRIBE, *GRANTS),
)
