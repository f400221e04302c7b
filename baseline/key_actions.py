"""What may be done with a key, in the groups that our policies speak of."""

USE = ("kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*")
"""Encrypting and decrypting with the key. There is no action `kms:ReEncrypt`: it is ReEncryptFrom and ReEncryptTo."""
DESCRIBE = "kms:DescribeKey"
PUBLISH = ("kms:Decrypt", "kms:GenerateDataKey*")

GRANTS = ("kms:CreateGrant", "kms:ListGrants", "kms:RevokeGrant")
"""Making, seeing and revoking grants."""
SHARED = (*USE, DESCRIBE, *GRANTS)
"""What AWS lists for an account that copies what the key encrypts:
https://repost.aws/knowledge-center/backup-cross-account-copy-error"""

READ = (
    "kms:DescribeKey",
    "kms:GetKeyLastUsage",
    "kms:GetKeyPolicy",
    "kms:GetKeyRotationStatus",
    "kms:ListGrants",
    "kms:ListKeyPolicies",
    "kms:ListKeyRotations",
    "kms:ListResourceTags",
)
"""Looking at a key, which gives nobody a use of it: for AWS Config, Security Hub and auditors."""
STOP = ("kms:DisableKey", "kms:ScheduleKeyDeletion")
"""What makes a key useless, for a while or for good."""

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
