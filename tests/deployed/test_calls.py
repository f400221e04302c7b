"""What the deployment role calls when it deploys every feature."""

from baseline.deployer.needed import deployment_roles
from baseline.features import FEATURES
from baseline.iam.actions import CRYPTOGRAPHIC
from sandbox.operations import REST
from tests.conftest import inventory
from tests.deployed.configurations import ON
from tests.deployed.deployment import Deployment

RENAMED = {
    "budgets:CreateBudget": "budgets:ModifyBudget",
    "budgets:DescribeBudget": "budgets:ViewBudget",
    "budgets:DescribeNotificationsForBudget": "budgets:ViewBudget",
    "budgets:DescribeSubscribersForNotification": "budgets:ViewBudget",
    "budgets:CreateNotification": "budgets:ModifyBudget",
    "s3:GetBucketAccelerateConfiguration": "s3:GetAccelerateConfiguration",
    "s3:GetBucketCors": "s3:GetBucketCORS",
    "s3:GetBucketEncryption": "s3:GetEncryptionConfiguration",
    "s3:GetBucketLifecycle": "s3:GetLifecycleConfiguration",
    "s3:GetBucketReplication": "s3:GetReplicationConfiguration",
    "s3:GetObjectLockConfiguration": "s3:GetBucketObjectLockConfiguration",
    "s3:GetPublicAccessBlock": "s3:GetBucketPublicAccessBlock",
    "s3:HeadBucket": "s3:ListBucket",
    "s3:PutBucketEncryption": "s3:PutEncryptionConfiguration",
    "s3:PutBucketLifecycle": "s3:PutLifecycleConfiguration",
    "s3:PutPublicAccessBlock": "s3:PutBucketPublicAccessBlock",
}
"""Actions that are not called as their operations.
https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsbudgetservice.html
https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html"""
NO_PERMISSION = {"sts:GetCallerIdentity", "sts:AssumeRole"}
OF_THE_TEST = {"s3:DeleteBucket"}
"""By the fixture that gives the trail's bucket back."""


def test_the_role_may_do_all_that_a_deployment_calls(switched_on: Deployment) -> None:
    """These deployments end with every call answered; `tests/forever/test_features_again.py` lets the role be judged."""
    [role] = deployment_roles(inventory(ON.replace("role: null, ", "")))
    allowed = {action for statement in role.statements for action in statement.actions}
    called = {f"{service}:{operation}" for service, operation in switched_on.calls}
    assert {service for service, _ in switched_on.calls} >= {"kms", "ssm", *REST}
    assert len(called) > 60
    assert {RENAMED.get(action, action) for action in called - OF_THE_TEST} - NO_PERMISSION - allowed == set()


def test_no_deployment_uses_a_key_itself(switched_on: Deployment) -> None:
    assert not {f"kms:{operation}" for service, operation in switched_on.calls if service == "kms"} & CRYPTOGRAPHIC


def test_every_feature_is_in_it() -> None:
    assert all(f"{name}: " in ON for name in FEATURES)
