"""Backup's jobs: what a role may back up and restore, and which vaults take copies."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest

from tests.sandbox.conftest import ACCOUNT, CALLER_ACCOUNT, DEPLOY_ROLE, REGION, Client, MakeRole, policy, statement
from tests.sandbox.refusals import refusal

BACKUPS = "service-role/AWSBackupServiceRolePolicyForBackup"
RESTORES = "service-role/AWSBackupServiceRolePolicyForRestores"
S3_BACKUP = "AWSBackupServiceRolePolicyForS3Backup"
S3_RESTORE = "AWSBackupServiceRolePolicyForS3Restore"
BUCKET = "arn:aws:s3:::files"
TABLE = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/orders"
ELSEWHERE = "eu-north-1"
Job = dict[str, Any]


def key_policy(account: str, region: str, *services: str, also: str = "") -> str:
    """The policy of an account's key, of use to everybody in the account, or in one account more, through services."""
    accounts = [account, *([also] if also else [])]
    statements = [
        statement("Manage", {"AWS": f"arn:aws:iam::{account}:root"}, ["kms:PutKeyPolicy", "kms:GetKeyPolicy"])
    ]
    for service in services:
        through = {"kms:CallerAccount": accounts, "kms:ViaService": f"{service}.{region}.amazonaws.com"}
        use = ["kms:DescribeKey", "kms:Decrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*", "kms:CreateGrant"]
        who = [f"arn:aws:iam::{each}:root" for each in accounts]
        statements.append(statement(f"Through{service}", {"AWS": who}, use, Condition={"StringEquals": through}))
    return policy(*statements)


@pytest.fixture(scope="module")
def backup(client: Client) -> Any:
    """Backup in the second account."""
    return client("backup", DEPLOY_ROLE)


@pytest.fixture
def vault(client: Client) -> Callable[..., str]:
    """Makes vaults, by default in the second account, and answers their ARNs."""

    def make(key_policy: str = "", region: str = REGION, role: str = DEPLOY_ROLE) -> str:
        key = {}
        if key_policy:
            made = client("kms", role, region).create_key(Policy=key_policy)
            key = {"EncryptionKeyArn": made["KeyMetadata"]["Arn"]}
        vault = client("backup", role, region).create_backup_vault(BackupVaultName=f"vault-{uuid4()}", **key)
        return str(vault["BackupVaultArn"])

    return make


@pytest.fixture
def role(role_for: MakeRole, attach: Callable[..., None]) -> Callable[..., str]:
    """Makes roles that Backup can assume, with policies of AWS."""

    def make(*policies: str) -> str:
        role = role_for({"Service": "backup.amazonaws.com"}, f"backs-up-{uuid4()}")
        attach(role, *policies)
        return role

    return make


@pytest.fixture
def back_up(backup: Any, vault: Callable[..., str]) -> Callable[[str, str], Job]:
    """Backs a resource up into a vault of its own; the job."""

    def start(resource: str, role: str) -> Job:
        name = vault().rpartition(":")[2]
        started = backup.start_backup_job(BackupVaultName=name, ResourceArn=resource, IamRoleArn=role)
        job: Job = backup.describe_backup_job(BackupJobId=started["BackupJobId"])
        return job

    return start


@pytest.fixture
def copied(backup: Any) -> Callable[[Job, str], Job]:
    """Copies what a job backed up into a vault; the copy job."""

    def start(job: Job, destination: str) -> Job:
        started = backup.start_copy_job(
            RecoveryPointArn=job["RecoveryPointArn"],
            SourceBackupVaultName=job["BackupVaultName"],
            DestinationBackupVaultArn=destination,
            IamRoleArn=job["IamRoleArn"],
        )
        copy: Job = backup.describe_copy_job(CopyJobId=started["CopyJobId"])["CopyJob"]
        return copy

    return start


@pytest.fixture
def volume(client: Client) -> Iterator[Callable[..., str]]:
    """Makes volumes, not encrypted or under a key, and answers their ARNs."""
    ec2, made = client("ec2", DEPLOY_ROLE), []

    def make(key: str = "") -> str:
        encrypted = {"Encrypted": True, "KmsKeyId": key} if key else {}
        made.append(ec2.create_volume(AvailabilityZone=f"{REGION}a", Size=1, **encrypted)["VolumeId"])
        return f"arn:aws:ec2:{REGION}:{ACCOUNT}:volume/{made[-1]}"

    yield make
    for each in made:
        ec2.delete_volume(VolumeId=each)


def test_a_bucket_is_backed_up_by_a_role_with_the_policy_for_s3(back_up: Any, role: Any) -> None:
    failed = back_up(BUCKET, role(BACKUPS))
    assert (failed["State"], failed["StatusMessage"]) == (
        "FAILED",
        f"Your backup job failed as AWS Backup does not have permission to describe resource {BUCKET}. Please review "
        "your IAM policies to ensure AWS Backup can protect your resources.",
    )
    assert failed.get("RecoveryPointArn") is None
    job = back_up(BUCKET, role(BACKUPS, S3_BACKUP))
    assert (job["State"], job["ResourceType"]) == ("COMPLETED", "S3")


@pytest.mark.parametrize(
    "resource",
    [
        TABLE,
        f"arn:aws:ec2:{REGION}:{ACCOUNT}:instance/i-0",
        f"arn:aws:ec2:{REGION}:{ACCOUNT}:volume/vol-0",
        f"arn:aws:elasticfilesystem:{REGION}:{ACCOUNT}:file-system/fs-0",
        f"arn:aws:fsx:{REGION}:{ACCOUNT}:file-system/fs-0",
        f"arn:aws:rds:{REGION}:{ACCOUNT}:cluster:one",
        f"arn:aws:rds:{REGION}:{ACCOUNT}:db:one",
    ],
)
def test_all_other_kinds_are_backed_up_by_the_general_policy_and_restored_by_another(
    backup: Any, back_up: Any, role: Any, resource: str
) -> None:
    assert back_up(resource, role(S3_BACKUP))["State"] == "FAILED"
    job = back_up(resource, role(BACKUPS))
    assert job["State"] == "COMPLETED"
    assert _restored(backup, job, role(BACKUPS))["Status"] == "FAILED"
    assert _restored(backup, job, role(RESTORES))["Status"] == "COMPLETED"


def test_a_bucket_is_restored_by_a_role_with_the_policy_for_s3(backup: Any, back_up: Any, role: Any) -> None:
    job, wrong = back_up(BUCKET, role(S3_BACKUP)), role(RESTORES)
    failed = _restored(backup, job, wrong)
    session = f"arn:aws:sts::{ACCOUNT}:assumed-role/{wrong.rpartition('/')[2]}/AWSBackup"
    assert (failed["Status"], failed["StatusMessage"]) == (
        "FAILED",
        f"User: {session} is not authorized to perform: s3:CreateBucket on resource: {BUCKET} because no "
        "identity-based policy allows the s3:CreateBucket action",
    )
    assert _restored(backup, job, role(S3_RESTORE))["Status"] == "COMPLETED"


def _restored(backup: Any, job: Job, role: str) -> Job:
    started = backup.start_restore_job(RecoveryPointArn=job["RecoveryPointArn"], IamRoleArn=role, Metadata={})
    restored: Job = backup.describe_restore_job(RestoreJobId=started["RestoreJobId"])
    return restored


def test_a_kind_that_nobody_knows_here_is_not_backed_up_in_silence(
    backup: Any, vault: Callable[..., str], role: Any
) -> None:
    unknown = f"arn:aws:timestream:{REGION}:{ACCOUNT}:database/one"
    arguments = {"BackupVaultName": vault().rpartition(":")[2], "ResourceArn": unknown, "IamRoleArn": role(BACKUPS)}
    assert refusal(backup.start_backup_job, **arguments)[0] == "NotImplementedException"


@pytest.mark.parametrize("by", ["region", "vault"])
def test_a_copy_of_a_volume_needs_the_vaults_key_through_ec2(
    back_up: Any, copied: Any, vault: Any, role: Any, volume: Any, by: str
) -> None:
    region = ELSEWHERE if by == "region" else REGION
    job = back_up(volume(), role(BACKUPS))
    failed = copied(job, vault(key_policy(ACCOUNT, region, "backup"), region))
    assert (failed["State"], failed["StatusMessage"]) == ("FAILED", "Given key ID is not accessible")
    works = copied(job, vault(key_policy(ACCOUNT, region, "backup", "ec2"), region))
    assert (works["State"], works["ResourceType"]) == ("COMPLETED", "EBS")
    assert f":backup:{region}:{ACCOUNT}:recovery-point:" in works["DestinationRecoveryPointArn"]


def test_a_copy_of_a_volume_into_a_vault_with_the_key_of_aws_fails(
    back_up: Any, copied: Any, vault: Any, role: Any, volume: Any
) -> None:
    failed = copied(back_up(volume(), role(BACKUPS)), vault())
    assert failed["StatusMessage"] == "Given key ID is not accessible"


@pytest.mark.parametrize(
    ("resource", "service"),
    [(f"arn:aws:rds:{REGION}:{ACCOUNT}:db:one", "rds"), (f"arn:aws:fsx:{REGION}:{ACCOUNT}:file-system/fs-0", "fsx")],
)
def test_copies_of_databases_and_file_systems_are_encrypted_by_their_services(
    back_up: Any, copied: Any, vault: Any, role: Any, resource: str, service: str
) -> None:
    job = back_up(resource, role(BACKUPS))
    assert copied(job, vault(key_policy(ACCOUNT, ELSEWHERE, "backup", "ec2"), ELSEWHERE))["State"] == "FAILED"
    assert copied(job, vault(key_policy(ACCOUNT, ELSEWHERE, "backup", service), ELSEWHERE))["State"] == "COMPLETED"


def test_what_backup_manages_fully_needs_the_vaults_key_through_backup_alone(
    back_up: Any, copied: Any, vault: Any, role: Any
) -> None:
    job = back_up(TABLE, role(BACKUPS))
    assert copied(job, vault(key_policy(ACCOUNT, ELSEWHERE, "backup"), ELSEWHERE))["State"] == "COMPLETED"


def test_a_role_that_may_not_copy_copies_nothing(back_up: Any, copied: Any, vault: Any, role: Any) -> None:
    job = back_up(BUCKET, role(S3_BACKUP))
    denied = copied(job, vault(key_policy(ACCOUNT, ELSEWHERE, "backup"), ELSEWHERE))
    assert (denied["State"], denied["StatusMessage"]) == ("FAILED", "Access Denied trying to call AWS Backup service")


def access_policy(principal: object, **condition: object) -> str:
    return policy(statement("CopiesComeIn", principal, "backup:CopyIntoBackupVault", **condition))


ALLOWED = access_policy({"AWS": f"arn:aws:iam::{ACCOUNT}:root"})


@pytest.mark.parametrize(
    ("access", "state"),
    [
        ("", "FAILED"),
        (access_policy({"AWS": "arn:aws:iam::333333333333:root"}), "FAILED"),
        (policy(statement("Other", "*", "backup:StartRestoreJob")), "FAILED"),
        (ALLOWED, "COMPLETED"),
    ],
)
def test_another_accounts_vault_takes_copies_as_its_access_policy_says(
    client: Client, back_up: Any, copied: Any, vault: Any, role: Any, access: str, state: str
) -> None:
    theirs = vault(key_policy(CALLER_ACCOUNT, REGION, "backup"), role="")
    if access:
        name = theirs.rpartition(":")[2]
        client("backup").put_backup_vault_access_policy(BackupVaultName=name, Policy=access)
    copy = copied(back_up(TABLE, role(BACKUPS)), theirs)
    assert copy["State"] == state
    assert state == "COMPLETED" or copy["StatusMessage"] == "Access Denied trying to call AWS Backup service"


@pytest.fixture
def opened(client: Client, vault: Any) -> Callable[[str], str]:
    """Makes vaults of the first account that the second copies into."""

    def make(key_policy: str = "") -> str:
        made: str = vault(key_policy, role="")
        client("backup").put_backup_vault_access_policy(BackupVaultName=made.rpartition(":")[2], Policy=ALLOWED)
        return made

    return make


def test_a_copy_of_a_volume_into_another_account_needs_both_keys(
    client: Client, back_up: Any, copied: Any, opened: Any, role: Any, volume: Any
) -> None:
    kms = client("kms", DEPLOY_ROLE)
    own, shared = (
        kms.create_key(Policy=key_policy(ACCOUNT, REGION, "ec2", also=also))["KeyMetadata"]["Arn"]
        for also in ("", CALLER_ACCOUNT)
    )
    theirs = opened(key_policy(CALLER_ACCOUNT, REGION, "backup", "ec2"))
    assert copied(back_up(volume(own), role(BACKUPS)), theirs)["StatusMessage"] == "Given key ID is not accessible"
    assert copied(back_up(volume(shared), role(BACKUPS)), theirs)["State"] == "COMPLETED"
    closed = opened(key_policy(CALLER_ACCOUNT, REGION, "backup"))
    assert copied(back_up(volume(shared), role(BACKUPS)), closed)["StatusMessage"] == "Given key ID is not accessible"


def test_another_accounts_vault_with_the_key_of_aws_takes_no_volumes(
    back_up: Any, copied: Any, opened: Any, role: Any, volume: Any
) -> None:
    failed = copied(back_up(volume(), role(BACKUPS)), opened())
    assert failed["StatusMessage"].startswith(
        "Copy job failed because the destination Backup vault is encrypted with the default Backup service managed key."
    )


def test_an_access_policy_is_read_and_deleted(backup: Any, vault: Any) -> None:
    name = vault().rpartition(":")[2]
    assert refusal(backup.get_backup_vault_access_policy, BackupVaultName=name)[0] == "ResourceNotFoundException"
    backup.put_backup_vault_access_policy(BackupVaultName=name, Policy=ALLOWED)
    assert backup.get_backup_vault_access_policy(BackupVaultName=name)["Policy"] == ALLOWED
    backup.delete_backup_vault_access_policy(BackupVaultName=name)
    assert refusal(backup.get_backup_vault_access_policy, BackupVaultName=name)[0] == "ResourceNotFoundException"


def test_a_vault_with_backups_stays(backup: Any, back_up: Any, vault: Any, role: Any) -> None:
    job = back_up(TABLE, role(BACKUPS))
    name = job["BackupVaultName"]
    (point,) = backup.list_recovery_points_by_backup_vault(BackupVaultName=name)["RecoveryPoints"]
    assert (point["RecoveryPointArn"], point["ResourceArn"]) == (job["RecoveryPointArn"], TABLE)
    assert refusal(backup.delete_backup_vault, BackupVaultName=name)[0] == "InvalidRequestException"
    empty = vault().rpartition(":")[2]
    backup.delete_backup_vault(BackupVaultName=empty)
    assert refusal(backup.describe_backup_vault, BackupVaultName=empty)[0] == "ResourceNotFoundException"


def test_jobs_that_are_not_there_are_not_found(backup: Any) -> None:
    for describe, id in (
        (backup.describe_backup_job, "BackupJobId"),
        (backup.describe_copy_job, "CopyJobId"),
        (backup.describe_restore_job, "RestoreJobId"),
    ):
        assert refusal(describe, **{id: "none"})[0] == "ResourceNotFoundException"
