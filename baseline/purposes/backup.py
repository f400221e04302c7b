"""The keys of AWS Backup's vaults."""

from baseline.key_actions import DESCRIBE, PUBLISH
from baseline.purposes.purpose import DOCS, GRANT_FOR_AWS, AccountThrough, Permission, Purpose

BACKUP = Purpose(
    name="backup",
    title="AWS Backup vaults",
    feature="backup",
    controls=("KMS.4", "Backup.1"),
    probe="vault",
    shared=(*PUBLISH, "kms:ReEncrypt*", DESCRIBE, "kms:CreateGrant"),
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
    ),
)
