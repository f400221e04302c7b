"""Backup, deployed: in every region a vault with the backup key of that region."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.deployed.deployment import IDS, PLACES, Deployment


def plan(deployed: Deployment, account: str, region: str) -> dict[str, Any]:
    """The only plan of an account's region."""
    backup = deployed.client("backup", account, region)
    [listed] = backup.list_backup_plans()["BackupPlansList"]
    return dict(backup.get_backup_plan(BackupPlanId=listed["BackupPlanId"]))


@pytest.mark.parametrize(("account", "region"), PLACES)
def test_the_vaults_key_is_the_backup_key_of_its_account_and_region(
    switched_on: Deployment, account: str, region: str
) -> None:
    vault = switched_on.client("backup", account, region).describe_backup_vault(BackupVaultName="baseline")
    assert vault["EncryptionKeyArn"] == switched_on.key_arn(account, region, "backup")


@pytest.mark.parametrize(("account", "region"), PLACES)
def test_the_plan_fills_the_vault_with_what_has_the_tag_by_the_role_of_its_region(
    switched_on: Deployment, account: str, region: str
) -> None:
    found = plan(switched_on, account, region)
    [rule] = found["BackupPlan"]["Rules"]
    assert (rule["TargetBackupVaultName"], rule["ScheduleExpression"]) == ("baseline", "cron(0 5 ? * * *)")
    assert rule["Lifecycle"]["MoveToColdStorageAfterDays"] == 30
    assert rule["Lifecycle"]["DeleteAfterDays"] == 120
    backup = switched_on.client("backup", account, region)
    [listed] = backup.list_backup_selections(BackupPlanId=found["BackupPlanId"])["BackupSelectionsList"]
    selection = backup.get_backup_selection(BackupPlanId=found["BackupPlanId"], SelectionId=listed["SelectionId"])
    assert selection["BackupSelection"]["ListOfTags"] == [
        {"ConditionType": "STRINGEQUALS", "ConditionKey": "backup", "ConditionValue": "true"}
    ]
    role = f"arn:aws:iam::{IDS[account]}:role/baseline-backup-{region}"
    assert selection["BackupSelection"]["IamRoleArn"] == role


@pytest.mark.parametrize(("account", "region"), PLACES)
def test_the_role_may_use_the_vaults_and_the_volumes_key_of_its_region_and_no_other(
    switched_on: Deployment, account: str, region: str
) -> None:
    iam = switched_on.client("iam", account, region)
    name = f"baseline-backup-{region}"
    attached = {p["PolicyName"] for p in iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]}
    assert attached == {"AWSBackupServiceRolePolicyForBackup", "AWSBackupServiceRolePolicyForS3Backup"}
    policy = iam.get_role_policy(RoleName=name, PolicyName="keys")["PolicyDocument"]
    resources = {statement["Resource"] for statement in policy["Statement"]}
    assert resources == {switched_on.key_arn(account, region, purpose) for purpose in ("backup", "ebs")}
    assert "backup.amazonaws.com" in json.dumps(iam.get_role(RoleName=name)["Role"]["AssumeRolePolicyDocument"])


def test_another_schedule_and_retention_change_the_plan_in_place(changed: Deployment) -> None:
    [rule] = plan(changed, "data", "us-east-1")["BackupPlan"]["Rules"]
    assert rule["ScheduleExpression"] == "cron(0 2 ? * SUN *)"
    assert "MoveToColdStorageAfterDays" not in rule["Lifecycle"]
    assert rule["Lifecycle"]["DeleteAfterDays"] == 365
    assert changed.changes["payer"] == [0, 8, 0, 0, 0]  # two of them plans


@pytest.mark.parametrize(("account", "region"), PLACES)
def test_switched_off_the_vault_stays_with_its_key_and_the_rest_is_gone(
    switched_off: Deployment, account: str, region: str
) -> None:
    backup = switched_off.client("backup", account, region)
    vault = backup.describe_backup_vault(BackupVaultName="baseline")
    assert vault["EncryptionKeyArn"] == switched_off.key_arn(account, region, "backup")
    assert backup.list_backup_plans()["BackupPlansList"] == []
    with pytest.raises(ClientError, match="NoSuchEntity"):
        switched_off.client("iam", account, region).get_role(RoleName=f"baseline-backup-{region}")
