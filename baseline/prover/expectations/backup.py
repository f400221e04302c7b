"""Keys of vaults: every principal of the account uses them through AWS Backup, which makes grants for its vaults.

Copies of what AWS Backup does not manage by itself are made by EC2, RDS and FSx, which use the key of the target.
"""

from baseline.key_actions import DESCRIBE, GRANTS, PUBLISH, USE
from baseline.prover.expectations.expectation import Expectation, Through

_COPYING = (*PUBLISH, "kms:ReEncrypt*", DESCRIBE, "kms:ListGrants", "kms:CreateGrant")

BACKUP = Expectation(
    through=(
        Through("backup", (*PUBLISH, DESCRIBE, "kms:CreateGrant"), listed="backup"),
        *(Through(service, _COPYING, listed=service) for service in ("ec2", "rds", "fsx")),
    ),
    shared=(*USE, DESCRIBE, *GRANTS),
)
