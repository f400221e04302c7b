"""A role that is enforced may do what its policy says, on what it says, in every protocol that AWS speaks."""

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.pages import ask
from sandbox.seed import AccountSeed, seed
from tests.sandbox.conftest import connect, policy
from tests.sandbox.refusals import refusal

ACCOUNT = "131313131313"
REGION = "eu-west-2"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/judged"
HERE = f"{REGION}:{ACCOUNT}"
May = Callable[..., Callable[[str], Any]]


@pytest.fixture(scope="module")
def may(url: str) -> Iterator[May]:
    """Gives the role its statements, as pairs of an action and a resource, and answers its clients."""
    key = seed(url, ACCOUNT, [AccountSeed(ACCOUNT, "aws")], [ROLE])
    sts = connect(url, "sts", REGION, (key.access_key_id, key.secret_access_key, None))
    given = sts.assume_role(RoleArn=ROLE, RoleSessionName="test")["Credentials"]
    session = given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"]

    def enforce(*allowed: tuple[str, str], **conditions: Any) -> Callable[[str], Any]:
        statements = [
            {"Sid": f"S{i}", "Effect": "Allow", "Action": action, "Resource": resource, **conditions}
            for i, (action, resource) in enumerate(allowed)
        ]
        body = json.dumps({"role_arn": ROLE, "policy": json.loads(policy(*statements))})
        ask(url, "POST", "/sandbox/enforce", body)
        return lambda service: connect(url, service, REGION, session)

    yield enforce
    enforce(("*", "*"))


@pytest.mark.parametrize(
    ("service", "operation", "arguments", "action", "resource", "code"),
    [
        ("kms", "list_keys", {}, "kms:ListKeys", "*", "AccessDeniedException"),
        (
            "sns",
            "create_topic",
            {"Name": "alerts"},
            "sns:CreateTopic",
            f"arn:aws:sns:{HERE}:alerts",
            "AuthorizationError",
        ),
        ("ec2", "get_ebs_default_kms_key_id", {}, "ec2:GetEbsDefaultKmsKeyId", "*", "UnauthorizedOperation"),
        ("s3", "get_bucket_cors", {"Bucket": "mine"}, "s3:GetBucketCORS", "arn:aws:s3:::mine", "AccessDenied"),
        (
            "backup",
            "get_backup_vault_access_policy",
            {"BackupVaultName": "v"},
            "backup:GetBackupVaultAccessPolicy",
            f"arn:aws:backup:{HERE}:backup-vault:v",
            "AccessDeniedException",
        ),
        (
            "budgets",
            "describe_budget",
            {"AccountId": ACCOUNT, "BudgetName": "b"},
            "budgets:ViewBudget",
            f"arn:aws:budgets::{ACCOUNT}:budget/b",
            "AccessDeniedException",
        ),
        (
            "iam",
            "get_role",
            {"RoleName": "judged"},
            "iam:GetRole",
            f"arn:aws:iam::{ACCOUNT}:role/judged",
            "AccessDenied",
        ),
        (
            "ssm",
            "get_parameter",
            {"Name": "/a/b"},
            "ssm:GetParameter",
            f"arn:aws:ssm:{HERE}:parameter/a/b",
            "AccessDeniedException",
        ),
        (
            "logs",
            "create_log_group",
            {"logGroupName": "/a"},
            "logs:CreateLogGroup",
            f"arn:aws:logs:{HERE}:log-group:/a",
            "AccessDeniedException",
        ),
    ],
)
def test_what_no_statement_allows_is_denied_as_the_service_says_it(
    may: May,
    service: str,
    operation: str,
    arguments: dict[str, Any],
    action: str,
    resource: str,
    code: str,
    last_call: Callable[[], dict[str, Any]],
) -> None:
    call = getattr(may(("kms:DescribeKey", "*"), (action, f"{resource}-of-others"))(service), operation)
    said = refusal(call, **arguments)
    assert said[0] == code
    assert f"is not authorized to perform: {action} on resource: {resource} because" in said[1]
    assert last_call()["needs"] == []
    call = getattr(may((action, resource))(service), operation)
    with suppress(ClientError):  # what is asked for is not there
        call(**arguments)
    assert last_call()["needs"] == [action]


def test_what_comes_with_a_call_is_needed_too(may: May, last_call: Callable[[], dict[str, Any]]) -> None:
    tags = [{"TagKey": "managed-by", "TagValue": "kms-baseline"}]
    keys = f"arn:aws:kms:{HERE}:key/*"
    kms = may(("kms:CreateKey", "*"))("kms")
    assert "kms:TagResource" in refusal(kms.create_key, Tags=tags)[1]
    kms = may(("kms:CreateKey", "*"), ("kms:TagResource", keys), ("kms:CreateAlias", keys))("kms")
    key = kms.create_key(Tags=tags)["KeyMetadata"]["KeyId"]
    assert last_call()["needs"] == ["kms:CreateKey", "kms:TagResource"]
    said = refusal(kms.create_alias, AliasName="alias/a", TargetKeyId=key)[1]
    assert f"kms:CreateAlias on resource: arn:aws:kms:{HERE}:alias/a" in said
    backup = may(("backup:CreateBackupVault", "*"))("backup")
    assert "backup-storage:MountCapsule" in refusal(backup.create_backup_vault, BackupVaultName="v")[1]


def test_conditions_count(may: May) -> None:
    tagged = {"StringEquals": {"aws:RequestTag/managed-by": "kms-baseline"}}
    kms = may(("kms:CreateKey", "*"), ("kms:TagResource", "*"), Condition=tagged)("kms")
    assert "kms:CreateKey" in refusal(kms.create_key)[1]
    assert "kms:CreateKey" in refusal(kms.create_key, Tags=[{"TagKey": "managed-by", "TagValue": "me"}])[1]
    assert kms.create_key(Tags=[{"TagKey": "managed-by", "TagValue": "kms-baseline"}])


def test_a_call_of_which_nobody_knows_what_it_needs_is_named(may: May) -> None:
    code, said = refusal(may(("*", "*"))("rds").describe_db_instances)
    assert (code, "the sandbox does not know what rds DescribeDBInstances needs" in said) == (
        "NotImplementedException",
        True,
    )
