"""The keys of AWS Backup's vaults. A copy into a vault has its key, whatever service makes the copy."""

from collections.abc import Iterator

from baseline.key_actions import DESCRIBE, PUBLISH, SHARED
from baseline.purposes.purpose import DOCS, GRANT_FOR_AWS, AccountThrough, Permission, Purpose

_COPIES = f"{DOCS}/aws-backup/latest/devguide/encryption.html#copy-encryption"
_NOT_COPIED = "copy jobs of {kinds} into the vault fail: the key is not accessible"
_ALL_BY_IAM = "`iam_delegation: full` for the purpose"


def _copies(service: str, label: str, kinds: str) -> Iterator[Permission]:
    """What a service needs of the vault's key that copies for AWS Backup, in the name of its service-linked role.

    https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSBackupServiceLinkedRolePolicyForBackup.html
    """
    yield Permission(
        sid=f"AccountCopiesIntoTheVaultThrough{label}",
        to=AccountThrough(service),
        actions=(*PUBLISH, "kms:ReEncrypt*", DESCRIBE, "kms:ListGrants"),
        service=service,
        evidence="documented",
        if_wrong=_NOT_COPIED.format(kinds=kinds),
        fallback=_ALL_BY_IAM,
        source=_COPIES,
    )
    yield Permission(
        sid=f"GrantsForCopiesThrough{label}",
        to=AccountThrough(service),
        actions=("kms:CreateGrant",),
        conditions=(GRANT_FOR_AWS,),
        service=service,
        evidence="documented",
        if_wrong=_NOT_COPIED.format(kinds=kinds),
        fallback=_ALL_BY_IAM,
        source=_COPIES,
    )


BACKUP = Purpose(
    name="backup",
    title="AWS Backup vaults",
    feature="backup",
    controls=("KMS.4", "Backup.1"),
    probe="vault",
    shared=SHARED,
    shared_within="organization",
    permissions=(
        Permission(
            sid="AccountUsesTheKeyThroughBackup",
            to=AccountThrough("backup"),
            actions=(*PUBLISH, DESCRIBE),
            service="backup",
            evidence="managed key",
            if_wrong="creating the vault is refused; a backup of S3 succeeds with objects missing",
            fallback="name the deploying and the backup role under `users`, or `iam_delegation: full`",
            source=f"{DOCS}/aws-backup/latest/devguide/encryption.html",
        ),
        Permission(
            sid="BackupGrantsForTheAccount",
            to=AccountThrough("backup"),
            actions=("kms:CreateGrant",),
            conditions=(GRANT_FOR_AWS,),
            service="backup",
            evidence="documented",
            if_wrong="creating the vault is refused",
            fallback="drop the condition (the AWS managed key has none)",
            source=f"{DOCS}/aws-backup/latest/devguide/create-a-vault.html",
        ),
        *_copies("ec2", "Ec2", "volumes and instances"),
        *_copies("rds", "Rds", "RDS and Aurora"),
        *_copies("fsx", "Fsx", "FSx"),
    ),
)
