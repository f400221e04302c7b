"""What features made is taken over like keys, through the real Terraform and its provider."""

from collections.abc import Iterator

import pytest

from deployment.mirror import Mirror
from tests.forever.world import NOTHING, World, world

MOST = """\
  ebs_default_encryption: true
  log_groups: {groups: [{name: /baseline/automation}]}
  log_group_encryption: {remediation: automatic, recorder: managed}
  backup: {failure_emails: [ops@example.com]}
  cloudtrail: true
  notification_topics: {topics: [{name: alerts, publishers: [cloudwatch],
    subscriptions: [{protocol: email, endpoint: ops@example.com}]}]}
  savings_plans_notifications: {emails: [finops@example.com]}
"""
SUBSCRIPTIONS = 3
"""They have no ID that follows from anything, and SNS makes none twice."""
WITHOUT_BACKUP = MOST.replace("  backup: {failure_emails: [ops@example.com]}\n", "")


@pytest.fixture(scope="module")
def deployed(provider_mirror: Mirror, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """An account in which every feature is on."""
    with world(provider_mirror, tmp_path_factory) as trial:
        trial.configure(f"features:\n{MOST}")
        trial.deploy()
        yield trial


def test_with_a_lost_state_all_that_features_made_is_taken_over(deployed: World) -> None:
    deployed.state.unlink()
    keys = deployed.keys()
    assert "kms-baseline deploy --take-over" in deployed.refused()
    imported, created, _, *others = deployed.deploy("--take-over")
    assert (created, others) == (SUBSCRIPTIONS, [0, 0, 0])
    assert imported > 50
    assert deployed.keys() == keys
    assert deployed.deploy() == NOTHING


def test_a_feature_that_comes_back_finds_its_vault(deployed: World) -> None:
    vaults = deployed.aws.client("backup", "222222222222", "eu-west-2")
    [before] = vaults.list_backup_vaults()["BackupVaultList"]
    deployed.configure(f"features:\n{WITHOUT_BACKUP}retired:\n  - {{account: trial, purpose: backup, then: keep}}\n")
    *_, destroyed, forgotten = deployed.deploy()
    assert destroyed
    assert forgotten > 3
    deployed.configure(f"features:\n{MOST}")
    imported, created, *_ = deployed.deploy("--take-over")
    assert (imported > 3, created) == (True, destroyed)
    assert vaults.list_backup_vaults()["BackupVaultList"] == [before]
    assert deployed.deploy() == NOTHING


def test_something_of_somebody_else_is_taken_over_by_the_owners_word_alone(deployed: World) -> None:
    logs = deployed.aws.client("logs", "222222222222", "eu-west-2")
    logs.create_log_group(logGroupName="/theirs")
    deployed.configure(
        f"features:\n{MOST.replace('[{name: /baseline', '[{name: /theirs}, {name: /ours}, {name: /baseline')}"
    )
    said = deployed.refused()
    assert "aws_cloudwatch_log_group.log_group__theirs_eu_west_2 (/theirs)" in said
    assert "/ours" not in said
    assert "kmsKeyId" not in logs.describe_log_groups(logGroupNamePrefix="/theirs")["logGroups"][0]
    assert deployed.deploy("--take-over")[:2] == [1, 1]
    assert "kmsKeyId" in logs.describe_log_groups(logGroupNamePrefix="/theirs")["logGroups"][0]
    assert deployed.deploy() == NOTHING
