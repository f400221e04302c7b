"""A feature that comes back finds what it left, and what somebody else made waits for the owner's word."""

import pytest

from deployment.mirror import Mirror
from tests.forever.world import ACCOUNT_ID, REGION, World, world

ON = "features: {backup: true}\n"
OFF = "retired:\n  - {account: trial, purpose: backup, then: keep}\n"
WITH_GROUPS = "features: {backup: true, log_groups: {groups: [{name: /theirs}, {name: /ours}]}}\n"


def key_of_theirs(trial: World) -> str | None:
    logs = trial.aws.client("logs", ACCOUNT_ID, REGION)
    [group] = logs.describe_log_groups(logGroupNamePrefix="/theirs")["logGroups"]
    key: str | None = group.get("kmsKeyId")
    return key


def test_a_vault_comes_back_and_a_log_group_of_others_is_asked_for(
    provider_mirror: Mirror, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with world(provider_mirror, tmp_path_factory) as trial:
        trial.configure(ON)
        trial.deploy()
        vaults = trial.aws.client("backup", ACCOUNT_ID, REGION)
        [before] = vaults.list_backup_vaults()["BackupVaultList"]
        trial.configure(OFF)
        *_, destroyed, forgotten = trial.deploy()
        assert destroyed
        assert forgotten > 3
        trial.configure(ON)
        imported, created, *_ = trial.deploy("--take-over")
        assert (imported > 3, created) == (True, destroyed)
        assert vaults.list_backup_vaults()["BackupVaultList"] == [before]
        trial.aws.client("logs", ACCOUNT_ID, REGION).create_log_group(logGroupName="/theirs")
        trial.configure(WITH_GROUPS)
        said = trial.refused()
        assert "aws_cloudwatch_log_group.log_group__theirs_eu_west_2 (/theirs)" in said
        assert "/ours" not in said
        assert key_of_theirs(trial) is None
        assert trial.deploy("--take-over") == [1, 1, 1, 0, 0, 0]
        assert key_of_theirs(trial)
