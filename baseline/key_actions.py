"""What may be done with a key, in the groups that our policies speak of."""

USE = ("kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*")
"""Encrypting and decrypting with the key. There is no action `kms:ReEncrypt`: it is ReEncryptFrom and ReEncryptTo."""
DESCRIBE = "kms:DescribeKey"
PUBLISH = ("kms:Decrypt", "kms:GenerateDataKey*")

MANAGE = (
    "kms:CancelKeyDeletion",
    "kms:CreateAlias",
    "kms:DeleteAlias",
    "kms:DescribeKey",
    "kms:DisableKey",
    "kms:DisableKeyRotation",
    "kms:EnableKey",
    "kms:EnableKeyRotation",
    "kms:GetKeyLastUsage",
    "kms:GetKeyPolicy",
    "kms:GetKeyRotationStatus",
    "kms:ListGrants",
    "kms:ListKeyPolicies",
    "kms:ListKeyRotations",
    "kms:ListResourceTags",
    "kms:PutKeyPolicy",
    "kms:RevokeGrant",
    "kms:RotateKeyOnDemand",
    "kms:ScheduleKeyDeletion",
    "kms:TagResource",
    "kms:UntagResource",
    "kms:UpdateAlias",
    "kms:UpdateKeyDescription",
)
"""Managing a key, as the console's administrators do, without CreateGrant and without wildcards:
https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html"""

NEVER_FOR_ADMINISTRATORS = (
    "kms:CreateGrant",
    "kms:Decapsulate",
    "kms:Decrypt",
    "kms:DeriveSharedSecret",
    "kms:Encapsulate",
    "kms:Encrypt",
    "kms:GenerateDataKey*",
    "kms:GenerateMac",
    "kms:ReEncrypt*",
    "kms:Sign",
    "kms:Verify",
    "kms:VerifyMac",
)
"""Every cryptographic action, and the grants that would give them."""
