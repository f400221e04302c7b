"""A key pair for an asymmetric key only: moto makes one for every key, which takes most of the time of a CreateKey."""

import moto.kms.models
from moto.core.exceptions import JsonRESTError
from moto.kms.models import Key
from moto.kms.utils import AbstractPrivateKey, generate_private_key


def _pair(key_spec: str) -> AbstractPrivateKey | None:
    return generate_private_key(key_spec) if key_spec.startswith(("ECC_", "RSA_")) else None


moto.kms.models.generate_private_key = _pair  # type: ignore[assignment, attr-defined]


def require_pair(key: Key | None) -> None:
    """Raises KMS's own error where a key has no public part.

    https://docs.aws.amazon.com/kms/latest/APIReference/API_GetPublicKey.html
    """
    if key and key.private_key is None:
        message = f"{key.arn} key spec is {key.key_spec}, which is not valid for GetPublicKey."
        raise JsonRESTError("UnsupportedOperationException", message)
