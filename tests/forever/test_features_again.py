"""What features made is taken over like keys, through the real Terraform and its provider."""

import pytest

from deployment.mirror import Mirror
from tests.forever.world import NOTHING, world

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


def test_with_a_lost_state_all_that_features_made_is_taken_over(
    provider_mirror: Mirror, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with world(provider_mirror, tmp_path_factory) as trial:
        trial.configure(f"features:\n{MOST}")
        trial.deploy()
        keys = trial.keys()
        trial.state.unlink()
        imported, created, _, *others = trial.deploy("--take-over")
        assert (created, others) == (SUBSCRIPTIONS, [0, 0, 0])
        assert imported > 50
        assert trial.keys() == keys
        assert trial.deploy() == NOTHING
