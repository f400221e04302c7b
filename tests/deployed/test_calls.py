"""What the deployment role calls when it deploys every feature."""

import re

from baseline.features import FEATURES
from baseline.iam.actions import CRYPTOGRAPHIC
from tests.conftest import ROOT
from tests.deployed.configurations import ON
from tests.deployed.deployment import Deployment

RENAMED = {
    "budgets:CreateBudget": "budgets:ModifyBudget",
    "budgets:DescribeBudget": "budgets:ViewBudget",
    "budgets:DescribeNotificationsForBudget": "budgets:ViewBudget",
    "budgets:DescribeSubscribersForNotification": "budgets:ViewBudget",
    "budgets:CreateNotification": "budgets:ModifyBudget",
}
"""Actions that are not called as their operations.
https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsbudgetservice.html"""
NO_PERMISSION = {"sts:GetCallerIdentity", "sts:AssumeRole"}
BY_PATH = ("backup", "s3")
"""Services whose operations the journal knows by method and path only."""


def test_the_pages_list_every_action_that_a_deployment_calls(switched_on: Deployment) -> None:
    """What is missing there would stop a deployment by a role that has exactly those permissions."""
    pages = [ROOT / "docs" / "deploying.md", *(ROOT / "docs" / "features").glob("*.md")]
    listed = {action for page in pages for action in re.findall(r"[a-z0-9-]+:[A-Z][A-Za-z]+", page.read_text())}
    called = {f"{service}:{operation}" for service, operation in switched_on.calls if service not in BY_PATH}
    assert len(called) > 40
    assert {RENAMED.get(action, action) for action in called} - NO_PERMISSION - listed == set()


def test_no_deployment_uses_a_key_itself(switched_on: Deployment) -> None:
    assert not {f"kms:{operation}" for service, operation in switched_on.calls if service == "kms"} & CRYPTOGRAPHIC


def test_every_feature_is_in_it() -> None:
    assert all(f"{name}: " in ON for name in FEATURES)
