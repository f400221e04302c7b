"""What one can do with a key, in the six words in which people ask about it, and which actions each means."""

from collections.abc import Mapping

from baseline.iam.actions import ACTIONS, CRYPTOGRAPHIC

ENCRYPT = ("kms:Encrypt", "kms:GenerateDataKey", "kms:GenerateDataKeyWithoutPlaintext", "kms:ReEncryptTo")
DECRYPT = ("kms:Decrypt", "kms:ReEncryptFrom")
GRANTING = ("kms:CreateGrant",)
ENDING_GRANTS = ("kms:RetireGrant", "kms:RevokeGrant")
"""What ends grants: administration of the key, but said apart where it comes without the rest."""
DELETING = ("kms:ScheduleKeyDeletion", "kms:DeleteImportedKeyMaterial")
_OF_DECRYPTING = ("kms:Decapsulate", "kms:DeriveSharedSecret", "kms:Verify", "kms:VerifyMac")
_READS = tuple(
    name for name, action in ACTIONS.items() if action.access_level in ("Read", "List") and not action.cryptographic
)


def _group(name: str) -> str:
    if name in GRANTING:
        return "grant"
    if name in DELETING:
        return "delete"
    if name in CRYPTOGRAPHIC:
        return "decrypt" if name in (*DECRYPT, *_OF_DECRYPTING) else "encrypt"
    return "read configuration" if name in _READS else "administer"


ACTION_GROUPS: Mapping[str, tuple[str, ...]] = {
    group: tuple(name for name in sorted(ACTIONS) if _group(name) == group)
    for group in ("administer", "read configuration", "encrypt", "decrypt", "grant", "delete")
}
"""Every action is in one group."""
CORE: Mapping[str, tuple[str, ...]] = {
    "administer": (
        "kms:PutKeyPolicy",
        "kms:DisableKey",
        "kms:EnableKey",
        "kms:TagResource",
        "kms:UpdateKeyDescription",
    ),
    "read configuration": ("kms:DescribeKey", "kms:GetKeyPolicy", "kms:GetKeyRotationStatus", "kms:ListResourceTags"),
    "encrypt": ENCRYPT,
    "decrypt": DECRYPT,
    "grant": GRANTING,
    "delete": ("kms:ScheduleKeyDeletion",),
}
"""The actions of each group that everybody means who can do it with an ordinary symmetric key."""
