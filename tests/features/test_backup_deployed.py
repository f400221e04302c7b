"""Backup, deployed: in every region a vault with the backup key of that region. The tests follow each other."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.features.deployed import IDS, PLACES, Deployment, deployment
from tests.features.synthesis import TWO_BY_TWO

ON = TWO_BY_TWO + "features: {backup: {cold_storage_after_days: 30, delete_after_days: 120}}\n"
CHANGED = TWO_BY_TWO + 'features: {backup: {schedule: "cron(0 2 ? * SUN *)", delete_after_days: 365}}\n'
OFF = TWO_BY_TWO + (
    "retired: [{account: data, purpose: backup, then: keep}, {account: payer, purpose: backup, then: keep}]\n"
)


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    with deployment(ON, tmp_path_factory) as running:
        yield running


def plan(deployed: Deployment, account: str, region: str) -> dict[str, Any]:
    """The only plan of an account's region."""
    backup = deployed.client("backup", account, region)
    [listed] = backup.list_backup_plans()["BackupPlansList"]
    return dict(backup.get_backup_plan(BackupPlanId=listed["BackupPlanId"]))


def test_it_is_deployed_and_the_next_plan_is_empty(deployed: Deployment) -> None:
    done = deployed.deploy(ON)
    assert done.returncode == 0, done.stderr
    assert "no changes" in deployed.deploy(ON).stderr


@pytest.mark.parametrize(("account", "region"), PLACES)
def test_the_vaults_key_is_the_backup_key_of_its_account_and_region(
    deployed: Deployment, account: str, region: str
) -> None:
    vault = deployed.client("backup", account, region).describe_backup_vault(BackupVaultName="baseline")
    assert vault["EncryptionKeyArn"] == deployed.key_arn(account, region, "backup")


@pytest.mark.parametrize(("account", "region"), PLACES)
def test_the_plan_fills_the_vault_with_what_has_the_tag_by_the_role_of_its_region(
    deployed: Deployment, account: str, region: str
) -> None:
    found = plan(deployed, account, region)
    [rule] = found["BackupPlan"]["Rules"]
    assert (rule["TargetBackupVaultName"], rule["ScheduleExpression"]) == ("baseline", "cron(0 5 ? * * *)")
    assert rule["Lifecycle"]["MoveToColdStorageAfterDays"] == 30
    assert rule["Lifecycle"]["DeleteAfterDays"] == 120
    backup = deployed.client("backup", account, region)
    [listed] = backup.list_backup_selections(BackupPlanId=found["BackupPlanId"])["BackupSelectionsList"]
    selection = backup.get_backup_selection(BackupPlanId=found["BackupPlanId"], SelectionId=listed["SelectionId"])
    assert selection["BackupSelection"]["ListOfTags"] == [
        {"ConditionType": "STRINGEQUALS", "ConditionKey": "backup", "ConditionValue": "true"}
    ]
    role = f"arn:aws:iam::{IDS[account]}:role/baseline-backup-{region}"
    assert selection["BackupSelection"]["IamRoleArn"] == role


@pytest.mark.parametrize(("account", "region"), PLACES)
def test_the_role_may_use_the_vaults_and_the_volumes_key_of_its_region_and_no_other(
    deployed: Deployment, account: str, region: str
) -> None:
    iam = deployed.client("iam", account, region)
    name = f"baseline-backup-{region}"
    attached = {p["PolicyName"] for p in iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]}
    assert attached == {"AWSBackupServiceRolePolicyForBackup", "AWSBackupServiceRolePolicyForRestores"}
    policy = iam.get_role_policy(RoleName=name, PolicyName="keys")["PolicyDocument"]
    resources = {statement["Resource"] for statement in policy["Statement"]}
    assert resources == {deployed.key_arn(account, region, purpose) for purpose in ("backup", "ebs")}
    assert "backup.amazonaws.com" in json.dumps(iam.get_role(RoleName=name)["Role"]["AssumeRolePolicyDocument"])


def test_another_schedule_and_retention_change_the_plan_in_place(deployed: Deployment) -> None:
    before = plan(deployed, "data", "us-east-1")["BackupPlanId"]
    done = deployed.deploy(CHANGED, "--account", "data")
    assert done.returncode == 0, done.stderr
    found = plan(deployed, "data", "us-east-1")
    [rule] = found["BackupPlan"]["Rules"]
    assert found["BackupPlanId"] == before
    assert rule["ScheduleExpression"] == "cron(0 2 ? * SUN *)"
    assert "MoveToColdStorageAfterDays" not in rule["Lifecycle"]
    assert rule["Lifecycle"]["DeleteAfterDays"] == 365


def test_switched_off_the_vault_stays_with_its_key_and_the_rest_is_gone(deployed: Deployment) -> None:
    done = deployed.deploy(OFF)
    assert done.returncode == 0, done.stderr
    for account, region in PLACES:
        backup = deployed.client("backup", account, region)
        vault = backup.describe_backup_vault(BackupVaultName="baseline")
        assert vault["EncryptionKeyArn"] == deployed.key_arn(account, region, "backup")
        assert backup.list_backup_plans()["BackupPlansList"] == []
        with pytest.raises(ClientError, match="NoSuchEntity"):
            deployed.client("iam", account, region).get_role(RoleName=f"baseline-backup-{region}")
