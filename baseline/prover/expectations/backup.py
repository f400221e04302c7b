"""Keys of vaults: every principal of the account uses them through AWS Backup, which makes grants for its vaults."""

from baseline.key_actions import DESCRIBE, PUBLISH
from baseline.prover.expectations.expectation import Expectation, Through

BACKUP = Expectation(
    through=(Through("backup", (*PUBLISH, DESCRIBE, "kms:CreateGrant"), listed="backup"),),
    shared=("kms:Decrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*", DESCRIBE, "kms:CreateGrant"),
)
