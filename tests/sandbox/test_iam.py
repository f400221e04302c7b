"""IAM: policies that AWS manages."""

import json
from typing import Any

import pytest

from tests.sandbox.conftest import DEPLOY_ROLE, Client
from tests.sandbox.refusals import refusal

TRUST = json.dumps({"Version": "2012-10-17", "Statement": []})


@pytest.fixture
def role(client: Client) -> Any:
    """IAM, and a role of the test's own."""
    iam = client("iam", DEPLOY_ROLE)
    iam.create_role(RoleName="with-managed-policies", AssumeRolePolicyDocument=TRUST)
    yield iam
    for policy in iam.list_attached_role_policies(RoleName="with-managed-policies")["AttachedPolicies"]:
        iam.detach_role_policy(RoleName="with-managed-policies", PolicyArn=policy["PolicyArn"])
    iam.delete_role(RoleName="with-managed-policies")


@pytest.mark.parametrize(
    "name",
    [
        "service-role/AWSBackupServiceRolePolicyForBackup",
        "service-role/AWSBackupServiceRolePolicyForRestores",
        "service-role/AWS_ConfigRole",
        "AWSBackupFullAccess",
    ],
)
def test_a_policy_of_aws_can_be_attached_and_read(role: Any, name: str) -> None:
    arn = f"arn:aws:iam::aws:policy/{name}"
    role.attach_role_policy(RoleName="with-managed-policies", PolicyArn=arn)
    (attached,) = role.list_attached_role_policies(RoleName="with-managed-policies")["AttachedPolicies"]
    assert attached == {"PolicyArn": arn, "PolicyName": name.rpartition("/")[2]}
    policy = role.get_policy(PolicyArn=arn)["Policy"]
    version = role.get_policy_version(PolicyArn=arn, VersionId=policy["DefaultVersionId"])["PolicyVersion"]
    assert version["Document"]["Statement"]


@pytest.mark.parametrize("name", ["AWS_ConfigRole", "service-role/AWSNothingServiceRolePolicy"])
def test_what_aws_does_not_publish_under_that_path_cannot_be_attached(role: Any, name: str) -> None:
    arn = f"arn:aws:iam::aws:policy/{name}"
    refused = refusal(role.attach_role_policy, RoleName="with-managed-policies", PolicyArn=arn)
    assert refused[0] == refusal(role.get_policy, PolicyArn=arn)[0] == "NoSuchEntity"
