"""Keys of file systems: every principal of the account uses them through EFS, which makes grants for its file systems."""

from baseline.key_actions import DESCRIBE, USE
from baseline.prover.expectations.expectation import Expectation, Through

EFS = Expectation(
    through=(Through("elasticfilesystem", (*USE, DESCRIBE, "kms:CreateGrant"), listed="elasticfilesystem"),),
)
