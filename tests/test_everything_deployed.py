"""Every feature at once in one account's region: one deployment, and what the deployment role called for it."""

import re
from collections.abc import Iterator

import pytest

from baseline.features import FEATURES
from baseline.iam.actions import CRYPTOGRAPHIC
from benchmarks.deployment import configuration
from sandbox.pages import ask
from tests.conftest import ROOT
from tests.features.deployed import Deployment, deployment

EVERYTHING = configuration(accounts=1, regions=1, layout="account", features=True)
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

Calls = set[tuple[str, str]]


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    with deployment(EVERYTHING, tmp_path_factory) as running:
        yield running


@pytest.fixture(scope="module")
def calls(deployed: Deployment) -> Calls:
    """What Terraform calls while it deploys everything."""
    done = deployed.deploy(EVERYTHING)
    assert done.returncode == 0, done.stderr
    return {(call["service"], call["operation"]) for call in ask(deployed.aws.url, "GET", "/sandbox/calls")}


def test_the_pages_list_every_action_that_a_deployment_calls(calls: Calls) -> None:
    """What is missing there would stop a deployment by a role that has exactly those permissions."""
    pages = [ROOT / "docs" / "deploying.md", *(ROOT / "docs" / "features").glob("*.md")]
    listed = {action for page in pages for action in re.findall(r"[a-z0-9-]+:[A-Z][A-Za-z]+", page.read_text())}
    called = {f"{service}:{operation}" for service, operation in calls if service not in BY_PATH}
    assert len(called) > 40
    assert {RENAMED.get(action, action) for action in called} - NO_PERMISSION - listed == set()


def test_no_deployment_uses_a_key_itself(calls: Calls) -> None:
    assert not {f"kms:{operation}" for service, operation in calls if service == "kms"} & CRYPTOGRAPHIC


def test_the_next_plan_is_empty(deployed: Deployment, calls: Calls) -> None:
    again = deployed.deploy(EVERYTHING)
    assert again.returncode == 0, again.stderr
    assert "no changes" in again.stderr


def test_every_probe_works(deployed: Deployment, calls: Calls) -> None:
    done = deployed.run("probe", "account-1", "ap-northeast-1", "--yes")
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(done.stdout.splitlines()) == 12


def test_every_feature_is_in_it() -> None:
    assert all(f"{name}: " in EVERYTHING for name in FEATURES)
