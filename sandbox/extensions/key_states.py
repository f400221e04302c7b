"""Which KMS operations a key refuses while it is disabled, pending deletion or without its material.

https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html
"""

from moto.core.exceptions import JsonRESTError
from moto.kms.models import Key

_NEED_AN_ENABLED_KEY = frozenset(
    {
        "CreateGrant",
        "Decrypt",
        "DisableKeyRotation",
        "EnableKeyRotation",
        "Encrypt",
        "GenerateDataKey",
        "GenerateDataKeyPair",
        "GenerateDataKeyPairWithoutPlaintext",
        "GenerateDataKeyWithoutPlaintext",
        "GenerateMac",
        "GetPublicKey",
        "ReEncrypt",
        "RotateKeyOnDemand",
        "Sign",
        "Verify",
        "VerifyMac",
    }
)
_ROTATION = frozenset({"DisableKeyRotation", "EnableKeyRotation", "GetKeyRotationStatus"})
_NEED_MATERIAL = (_NEED_AN_ENABLED_KEY | {"DisableKey", "EnableKey"}) - _ROTATION
_NEED_A_KEY_THAT_STAYS = _NEED_AN_ENABLED_KEY | {
    "CreateAlias",
    "DisableKey",
    "EnableKey",
    "ScheduleKeyDeletion",
    "TagResource",
    "UntagResource",
    "UpdateAlias",
    "UpdateKeyDescription",
}


def require_state(operation: str, key: Key) -> None:
    """Raises KMS's own error when the key's state does not allow the operation."""
    if operation in _ROTATION and key.origin == "EXTERNAL":
        message = f"{key.arn} origin is EXTERNAL which is not valid for this operation."
        raise JsonRESTError("UnsupportedOperationException", message)
    if operation in _NEED_MATERIAL and key.key_state == "PendingImport":
        raise JsonRESTError("KMSInvalidStateException", f"{key.arn} is pending import.")
    is_pending = key.key_state == "PendingDeletion"
    if operation in _NEED_A_KEY_THAT_STAYS and is_pending:
        raise JsonRESTError("KMSInvalidStateException", f"{key.arn} is pending deletion.")
    if operation in _NEED_AN_ENABLED_KEY and key.key_state == "Disabled":
        raise JsonRESTError("DisabledException", f"{key.arn} is disabled.")
    if operation == "CancelKeyDeletion" and not is_pending:
        raise JsonRESTError("KMSInvalidStateException", f"{key.arn} is not pending deletion.")
