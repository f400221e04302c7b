"""Backup: vaults under a key that the caller can use, plans that change, and their selections."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from tests.sandbox.conftest import ACCOUNT, CALLER_ACCOUNT, DEPLOY_ROLE, REGION, Client, MakeRole
from tests.sandbox.key_statements import key_with, through
from tests.sandbox.refusals import refusal, status

USE = through("backup", ["kms:Decrypt", "kms:GenerateDataKey*", "kms:DescribeKey"], "AccountThroughBackup")
GRANT = through("backup", "kms:CreateGrant", "BackupGrants", Bool={"kms:GrantIsForAWSResource": "true"})
BACKUPS = "service-role/AWSBackupServiceRolePolicyForBackup"
DENIED = ("AccessDeniedException", "Insufficient privileges to perform this action.")


@pytest.fixture(scope="module")
def backup(client: Client) -> Any:
    """Backup in the second account."""
    return client("backup", DEPLOY_ROLE)


@pytest.fixture
def name() -> str:
    """A name of the test's own."""
    return f"daily-{uuid4()}"


@pytest.fixture
def plan(backup: Any, name: str) -> str:
    """The ID of a plan of the test's own."""
    return str(backup.create_backup_plan(BackupPlan=document(name))["BackupPlanId"])


def document(name: str, days: int = 30) -> dict[str, Any]:
    """A plan with one rule."""
    rule = {"RuleName": "daily", "TargetBackupVaultName": "vault", "Lifecycle": {"DeleteAfterDays": days}}
    return {"BackupPlanName": name, "Rules": [rule]}


@pytest.fixture
def role(role_for: MakeRole, name: str, attach: Callable[..., None]) -> str:
    """The ARN of a role that Backup can assume, and that may back up."""
    role = role_for({"Service": "backup.amazonaws.com"}, name)
    attach(role, BACKUPS)
    return role


def test_a_vault_is_made_under_a_key_that_the_caller_can_use_through_backup(backup: Any, kms: Any, name: str) -> None:
    key = key_with(kms, USE, GRANT)
    backup.create_backup_vault(BackupVaultName=name, EncryptionKeyArn=key)
    assert backup.describe_backup_vault(BackupVaultName=name)["EncryptionKeyArn"] == key


def test_a_vault_without_a_key_has_that_of_aws(backup: Any, kms: Any, name: str) -> None:
    backup.create_backup_vault(BackupVaultName=name)
    key = backup.describe_backup_vault(BackupVaultName=name)["EncryptionKeyArn"]
    assert kms.describe_key(KeyId="alias/aws/backup")["KeyMetadata"]["Arn"] == key


@pytest.mark.parametrize("action", ["kms:CreateGrant", "kms:DescribeKey", "kms:Decrypt", "kms:GenerateDataKey"])
def test_a_vault_needs_each_of_the_four_actions(
    backup: Any, kms: Any, name: str, last_call: Callable[[], dict[str, Any]], action: str
) -> None:
    uses = [use for use in ("kms:DescribeKey", "kms:Decrypt", "kms:GenerateDataKey") if use != action]
    grant = [GRANT] if action != "kms:CreateGrant" else []
    key = key_with(kms, through("backup", uses), *grant)
    assert refusal(backup.create_backup_vault, BackupVaultName=name, EncryptionKeyArn=key) == DENIED
    assert last_call()["note"].startswith(f"{action} by arn:aws:sts::{ACCOUNT}:assumed-role/kms-baseline-deploy/test: ")
    assert status(backup.create_backup_vault, BackupVaultName=name, EncryptionKeyArn=key) == 403
    assert name not in [vault["BackupVaultName"] for vault in backup.list_backup_vaults()["BackupVaultList"]]


def test_a_vault_needs_a_key_of_its_region_that_is_enabled(backup: Any, kms: Any, client: Client, name: str) -> None:
    elsewhere = client("kms", DEPLOY_ROLE, "us-east-1").create_key()["KeyMetadata"]["Arn"]
    disabled = key_with(kms, USE, GRANT)
    kms.disable_key(KeyId=disabled)
    for key in (elsewhere, disabled, f"arn:aws:kms:{REGION}:{ACCOUNT}:key/nobody"):
        assert refusal(backup.create_backup_vault, BackupVaultName=name, EncryptionKeyArn=key) == DENIED


def test_a_plan_changes_and_stays_the_same_plan(backup: Any, plan: str, name: str) -> None:
    before = backup.get_backup_plan(BackupPlanId=plan)
    changed = backup.update_backup_plan(BackupPlanId=plan, BackupPlan=document(name, 90))
    after = backup.get_backup_plan(BackupPlanId=plan)
    assert (changed["BackupPlanId"], changed["BackupPlanArn"]) == (plan, before["BackupPlanArn"])
    assert after["BackupPlan"]["Rules"][0]["Lifecycle"]["DeleteAfterDays"] == 90
    assert after["VersionId"] == changed["VersionId"] != before["VersionId"]


def test_a_plan_that_is_not_there_does_not_change(backup: Any, name: str) -> None:
    arguments = {"BackupPlanId": "nowhere", "BackupPlan": document(name)}
    assert refusal(backup.update_backup_plan, **arguments)[0] == "ResourceNotFoundException"


def test_a_selection_is_read_listed_and_deleted(backup: Any, plan: str, role: str) -> None:
    wanted = {"SelectionName": "all", "IamRoleArn": role, "Resources": ["*"]}
    made = backup.create_backup_selection(BackupPlanId=plan, BackupSelection=wanted)["SelectionId"]
    where = {"BackupPlanId": plan, "SelectionId": made}
    assert backup.get_backup_selection(**where)["BackupSelection"] == wanted
    listed = backup.list_backup_selections(BackupPlanId=plan)["BackupSelectionsList"]
    assert [(one["SelectionId"], one["SelectionName"], one["IamRoleArn"]) for one in listed] == [(made, "all", role)]
    backup.delete_backup_selection(**where)
    assert backup.list_backup_selections(BackupPlanId=plan)["BackupSelectionsList"] == []
    assert refusal(backup.get_backup_selection, **where)[0] == "ResourceNotFoundException"


def test_a_plan_goes_after_its_selections_and_leaves_its_name(backup: Any, plan: str, role: str, name: str) -> None:
    wanted = {"SelectionName": "all", "IamRoleArn": role, "Resources": ["*"]}
    made = backup.create_backup_selection(BackupPlanId=plan, BackupSelection=wanted)["SelectionId"]
    message = "Related backup plan selections must be deleted prior to backup plan deletion"
    assert refusal(backup.delete_backup_plan, BackupPlanId=plan) == ("InvalidRequestException", message)
    backup.delete_backup_selection(BackupPlanId=plan, SelectionId=made)
    backup.delete_backup_plan(BackupPlanId=plan)
    assert refusal(backup.get_backup_plan, BackupPlanId=plan)[0] == "ResourceNotFoundException"
    assert backup.create_backup_plan(BackupPlan=document(name))["BackupPlanId"] != plan


def test_a_selection_needs_a_role_that_backup_can_assume(
    backup: Any, role_for: MakeRole, plan: str, name: str, last_call: Callable[[], dict[str, Any]]
) -> None:
    theirs = {"StringEquals": {"aws:SourceAccount": CALLER_ACCOUNT}}
    service = {"Service": "backup.amazonaws.com"}
    refused = [
        f"arn:aws:iam::{ACCOUNT}:role/nobody",
        role_for({"Service": "ec2.amazonaws.com"}, f"{name}-ec2"),
        role_for(service, f"{name}-theirs", Condition=theirs),
    ]
    for arn in refused:
        wanted = {"SelectionName": "all", "IamRoleArn": arn}
        expected = ("InvalidParameterValueException", f"IAM Role {arn} cannot be assumed by AWS Backup")
        assert refusal(backup.create_backup_selection, BackupPlanId=plan, BackupSelection=wanted) == expected
        assert last_call()["note"]


def test_a_selection_needs_a_role_that_can_read_tags(
    backup: Any, role_for: MakeRole, plan: str, name: str, attach: Callable[..., None]
) -> None:
    role = role_for({"Service": "backup.amazonaws.com"}, name)
    wanted = {"BackupPlanId": plan, "BackupSelection": {"SelectionName": "all", "IamRoleArn": role}}
    message = f"IAM Role {role} is not authorized to call tag:GetResources"
    assert refusal(backup.create_backup_selection, **wanted) == ("InvalidParameterValueException", message)
    attach(role, "AWSBackupServiceRolePolicyForS3Restore")
    assert refusal(backup.create_backup_selection, **wanted)[1] == message
    attach(role, BACKUPS)
    assert backup.create_backup_selection(**wanted)["SelectionId"]


def test_tags_are_listed_however_the_path_ends(backup: Any, name: str, client: Client) -> None:
    arn = backup.create_backup_vault(BackupVaultName=name, BackupVaultTags={"purpose": "backup"})["BackupVaultArn"]
    assert backup.list_tags(ResourceArn=arn)["Tags"] == {"purpose": "backup"}
    as_terraform = client("backup", DEPLOY_ROLE)
    as_terraform.meta.events.register("before-sign.backup.ListTags", _without_the_last_slash)
    assert as_terraform.list_tags(ResourceArn=arn)["Tags"] == {"purpose": "backup"}


def _without_the_last_slash(request: Any, **_: object) -> None:
    request.url = request.url.removesuffix("/")
