"""ECR: a repository is made under a key only if the key lets ECR in for whoever makes it.

https://docs.aws.amazon.com/AmazonECR/latest/userguide/encryption-at-rest.html
"""

from moto.core.responses import ActionResult
from moto.ecr.responses import ECRResponse

from sandbox.extensions.key_uses import KeyRefused, refused_to_the_caller

_USES = ("kms:DescribeKey", "kms:CreateGrant")


class SandboxEcr(ECRResponse):
    """Moto's ECR, which asks no key."""

    def create_repository(self) -> ActionResult:
        """Raises ECR's own error: https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreateRepository.html"""
        key = (self._get_param("encryptionConfiguration") or {}).get("kmsKey")
        if key and (refused := refused_to_the_caller(self, key, "ecr", _USES)):
            raise KeyRefused("KmsException", f"The operation failed due to a KMS exception: {refused.message}")
        return super().create_repository()
