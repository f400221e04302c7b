"""Secrets Manager: a secret is written and read with its key by whoever the key lets in through Secrets Manager.

https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html
"""

from moto.secretsmanager.exceptions import SecretsManagerClientError
from moto.secretsmanager.responses import SecretsManagerResponse

from sandbox.extensions.key_uses import refused_to_the_caller


class SandboxSecretsManager(SecretsManagerResponse):
    """Moto's Secrets Manager, which asks no key."""

    def create_secret(self) -> str:
        """A key of the secret's own is tried before anything is kept."""
        self._require_key(self._get_param("KmsKeyId"), "EncryptionFailure", "kms:GenerateDataKey", "kms:Decrypt")
        return super().create_secret()

    def get_secret_value(self) -> str:
        found = self.backend.secrets.get(self._get_param("SecretId"))
        self._require_key(getattr(found, "kms_key_id", None), "DecryptionFailure", "kms:Decrypt")
        return super().get_secret_value()

    def _require_key(self, key: str | None, failure: str, *actions: str) -> None:
        """Raises Secrets Manager's own error. A denial has one by itself, as https://github.com/aws/aws-cdk/issues/7677
        shows; the others are https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html
        """
        if not key:
            return
        context = {"SecretARN": "RequestToValidateKeyAccess", "SecretVersionId": "RequestToValidateKeyAccess"}
        refused = refused_to_the_caller(self, key, "secretsmanager", actions, context)
        if refused and refused.code == "AccessDeniedException":
            raise SecretsManagerClientError("AccessDeniedException", "Access to KMS is not allowed")
        if refused:
            message = "Secrets Manager can't use the provided KMS key. Check that it is available, enabled and valid."
            raise SecretsManagerClientError(failure, message)
