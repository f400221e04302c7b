"""EFS: a file system is made under a key only if the key lets EFS in for whoever makes it.

https://docs.aws.amazon.com/efs/latest/ug/EFSKMS.html
"""

from moto.efs.exceptions import EFSError
from moto.efs.responses import TYPE_RESPONSE, EFSResponse

from sandbox.extensions.key_uses import refused_to_the_caller

_USES = ("kms:DescribeKey", "kms:GenerateDataKeyWithoutPlaintext", "kms:CreateGrant")


class SandboxEfs(EFSResponse):
    """Moto's EFS, which asks no key."""

    def create_file_system(self) -> TYPE_RESPONSE:
        """Raises KMS's own error, which EFS hands on: https://github.com/aws/aws-cdk/issues/7641"""
        key = self._get_param("KmsKeyId")
        if key and (refused := refused_to_the_caller(self, key, "elasticfilesystem", _USES)):
            raise EFSError(refused.code, refused.message)
        return super().create_file_system()
