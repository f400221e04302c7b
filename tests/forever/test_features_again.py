"""All that features make, by a deployment role that may do exactly what `bootstrap` says: made, taken over, changed, ended.

The embedded AWS denies the role what its policy does not give, so each deployment here shows that nothing lacks. The
journal has what was needed of it, so the last test shows that nothing is too much.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from baseline.deployer.needed import deployment_roles
from baseline.deployer.plan import policy
from baseline.lock_reading import parse_lock
from deployment.mirror import Mirror
from sandbox.pages import ask
from tests.conftest import inventory
from tests.forever.world import ACCOUNT_ID, CONFIGURATION, World, table, world

MOST = """\
features:
  ebs_default_encryption: true
  log_groups: {{groups: [{{name: /baseline/automation}}], retention_days: {days}}}
  log_group_encryption: {{remediation: automatic, recorder: managed, evaluate_every_hours: {hours}, exclude: ["{exclude}"]}}
  backup: {{failure_emails: [ops@example.com], delete_after_days: {days}}}
  cloudtrail: {{retention_days: {days}}}
  notification_topics: {{topics: [{{name: alerts, publishers: [cloudwatch],
    subscriptions: [{{protocol: email, endpoint: ops@example.com}}]}}]}}
  savings_plans_notifications: {{emails: [finops@example.com]}}
keys: {{purposes: {{backup: {{share_with: [organization]}}{more}}}}}
"""
OFF = """\
deployment: {publish_parameters: false}
keys: {rotation: false}
retired:
  - {account: trial, purpose: backup, then: keep}
  - {account: trial, purpose: cloudtrail, then: keep}
  - {account: trial, purpose: sns, then: disable}
"""
SUBSCRIPTIONS = 3
"""They have no ID that follows from anything, and SNS makes none twice."""
ROLE = f"arn:aws:iam::{ACCOUNT_ID}:role/kms-baseline-deploy"
EXCEPTIONAL = {
    "cloudtrail:GetEventSelectors": "read where somebody gave the trail selectors, or the plan fails",
    "cloudtrail:GetInsightSelectors": "the same of insights",
    "cloudtrail:UpdateTrail": "another bucket is written under `cloudtrail`, or somebody changed the trail",
    "iam:UpdateAssumeRolePolicy": "a later version trusts otherwise, or somebody changed whom a role trusts",
    "iam:UpdateRole": "a later version words the description otherwise, or somebody changed it",
    "kms:DeleteAlias": "another namespace: the alias is replaced",
    "kms:EnableKey": "a retirement by `disable` is taken back; `test_retired.py` counts the call",
    "kms:UpdateAlias": "somebody moved an alias, and a deployment moves it back",
    "kms:UpdateKeyDescription": "a later version words it otherwise, or the key was adopted",
}
"""What none of these deployments needs, each with what does. An action that is neither needed nor here is one too many."""


def written(tag: str, more: str) -> str:
    own = f"id: o-a1b2c3d4e5, tags: {{{tag}: x}}, regions: ["
    return CONFIGURATION.replace("regions: [", own) + more


FIRST = written("a", MOST.format(days=30, hours=24, exclude="aws-controltower/*", more=""))
CHANGED = written("b", MOST.format(days=60, hours=12, exclude="others/*", more=", ebs: {share_with: [organization]}"))
ENDED = written("b", OFF)


@dataclass
class Judged:
    """The world, whose deployment role may do what it was given and nothing else."""

    trial: World
    used: set[str] = field(default_factory=set)
    """The actions that it needed so far."""

    def may(self, configuration: str, *, without: str = "") -> set[str]:
        """Give the role what it needs for a configuration, or one action less; returns all that it needs."""
        path = self.trial.folder / "organization.lock.json"
        lock = parse_lock(path.read_text(encoding="utf-8"), path.name) if path.exists() else None
        [role] = deployment_roles(inventory(configuration, lock))
        given = policy(role.statements)
        actions: set[str] = set()
        for statement in given["Statement"]:  # type: ignore[attr-defined]
            named = [statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"]
            actions.update(named)
            statement["Action"] = [action for action in named if action != without] or "none:AtAll"
        text = json.dumps({"role_arn": ROLE, "policy": given}).replace("{account}", ACCOUNT_ID)
        ask(self.trial.aws.url, "POST", "/sandbox/enforce", text)
        return actions

    def run(self, configuration: str, *arguments: str) -> Any:
        """Run a command with a configuration, and note what it needed."""
        (self.trial.folder / "organization.yaml").write_text(configuration, encoding="utf-8")
        ask(self.trial.aws.url, "DELETE", "/sandbox/calls")
        done = self.trial.run(*arguments)
        self.used |= {need for call in ask(self.trial.aws.url, "GET", "/sandbox/calls") for need in call["needs"]}
        return done

    def deploy(self, configuration: str, *arguments: str) -> list[int]:
        done = self.run(configuration, "deploy", "--yes", *arguments)
        assert done.returncode == 0, done.stderr
        return table(done.stdout)


@pytest.fixture(scope="module")
def made(provider_mirror: Mirror, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Judged]:
    """All is made, by a second deployment, since the first lacks an action."""
    with world(provider_mirror, tmp_path_factory) as trial:
        judged = Judged(trial)
        judged.may(FIRST, without="iam:PassRole")
        denied = judged.run(FIRST, "deploy", "--yes")
        assert denied.returncode == 3
        assert "the deployment may not call iam:PassRole on arn:aws:iam::" in denied.stderr
        judged.may(FIRST)
        created = judged.deploy(FIRST)[1]
        assert 0 < created < 10
        yield judged


def test_with_a_lost_state_all_that_features_made_is_taken_over(made: Judged) -> None:
    keys = made.trial.keys()
    made.trial.state.unlink()
    imported, created, _, *others = made.deploy(FIRST, "--take-over")
    assert (created, others) == (SUBSCRIPTIONS, [0, 0, 0])
    assert imported > 50
    assert made.trial.keys() == keys


def test_all_that_can_change_is_changed_in_place(made: Judged) -> None:
    imported, created, changed, *others = made.deploy(CHANGED)
    assert (imported, created, others) == (0, 0, [0, 0, 0])
    assert changed > 25
    assert made.run(CHANGED, "verify").returncode == 0


def test_the_role_may_do_all_that_was_needed_and_nothing_else(made: Judged) -> None:
    """Its last deployment ends all features, and disables a key, for which the role needs one action more."""
    needed = made.may(FIRST)
    denied = made.run(ENDED, "deploy", "--yes")
    assert denied.returncode == 3
    assert "add kms:DisableKey to the role" in denied.stderr
    assert made.used - needed == set()
    assert needed - made.used == set(EXCEPTIONAL)
    assert made.may(ENDED) - needed == {"kms:DisableKey"}
    assert made.deploy(ENDED)[2] == 1
    assert "kms:DisableKey" in made.used
