"""RDS: a database is made under a key only if the key lets RDS in for whoever makes it.

https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Overview.Encryption.Keys.html
"""

from moto.core.responses import ActionResult
from moto.rds.exceptions import KMSKeyNotAccessibleFault
from moto.rds.responses import RDSResponse

from sandbox.extensions.key_uses import refused_to_the_caller

_USES = ("kms:DescribeKey", "kms:CreateGrant")


class SandboxRds(RDSResponse):
    """Moto's RDS, which looks whether a key exists and no further."""

    def create_db_instance(self) -> ActionResult:
        self._require_key()
        return super().create_db_instance()

    def create_db_cluster(self) -> ActionResult:
        self._require_key()
        return super().create_db_cluster()

    def _require_key(self) -> None:
        """Raises RDS's own error, which does not tell one reason from another."""
        key = self._get_param("KmsKeyId")
        if key and refused_to_the_caller(self, key, "rds", _USES):
            raise KMSKeyNotAccessibleFault(key)
