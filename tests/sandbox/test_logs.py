"""CloudWatch Logs: the key of a log group, usable by the service and by the caller through it."""

import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from tests.sandbox.conftest import ACCOUNT, DEPLOY_ROLE, REGION, Client, policy, statement
from tests.sandbox.key_statements import MANAGE, key_with, through
from tests.sandbox.refusals import refusal, status

SERVICE = f"logs.{REGION}.amazonaws.com"
GROUPS = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:*"
CRYPTO = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*"]


def by_service(context: str = GROUPS, actions: object = CRYPTO, principal: str = SERVICE) -> dict[str, object]:
    """The statement for the service, for the groups of a pattern."""
    condition = {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": context}}
    return statement("LogsUsesTheKey", {"Service": principal}, actions, Condition=condition)


BY_ACCOUNT = through("logs", [*CRYPTO, "kms:DescribeKey"], "AccountUsesTheKeyThroughLogs")
"""The statement for everybody in the account."""


@pytest.fixture(scope="module")
def logs(client: Client) -> Any:
    """CloudWatch Logs in the second account."""
    return client("logs", DEPLOY_ROLE)


@pytest.fixture
def name() -> str:
    """A log group's name of the test's own."""
    return f"/applications/{uuid4()}"


@pytest.fixture
def regional_key(kms: Any) -> str:
    """The ARN of a key that log groups can have."""
    return key_with(kms, by_service(), BY_ACCOUNT)


def key_of(logs: Any, name: str) -> str | None:
    """The key of a log group as DescribeLogGroups has it."""
    group = next(g for g in logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"])
    return group.get("kmsKeyId") and str(group["kmsKeyId"])


def test_a_group_is_created_with_a_key_that_allows_it(logs: Any, regional_key: str, name: str) -> None:
    logs.create_log_group(logGroupName=name, kmsKeyId=regional_key)
    assert key_of(logs, name) == regional_key


def test_a_group_gets_and_loses_its_key(logs: Any, regional_key: str, name: str) -> None:
    logs.create_log_group(logGroupName=name)
    logs.associate_kms_key(logGroupName=name, kmsKeyId=regional_key)
    assert key_of(logs, name) == regional_key
    logs.disassociate_kms_key(logGroupName=name)
    assert key_of(logs, name) is None


def test_a_group_can_be_named_by_its_arn(logs: Any, regional_key: str, name: str) -> None:
    logs.create_log_group(logGroupName=name)
    arn = GROUPS.replace("*", name)
    logs.associate_kms_key(resourceIdentifier=arn, kmsKeyId=regional_key)
    assert key_of(logs, name) == regional_key
    logs.disassociate_kms_key(resourceIdentifier=f"{arn}:*")
    assert key_of(logs, name) is None


OURS = {"StringEquals": {"aws:SourceAccount": ACCOUNT}}
BAD_FOR_THE_SERVICE = {
    "nobody but the account": ([BY_ACCOUNT], "AccountUsesTheKeyThroughLogs: "),
    "another region's service": (
        [by_service(principal="logs.us-east-1.amazonaws.com"), BY_ACCOUNT],
        "LogsUsesTheKey: Principal",
    ),
    "another account's groups": (
        [by_service(GROUPS.replace(ACCOUNT, "999999999999")), BY_ACCOUNT],
        "LogsUsesTheKey: ArnLike kms:EncryptionContext:aws:logs:arn=",
    ),
    "the ARN with a star of its own": (
        [by_service(GROUPS + ":*"), BY_ACCOUNT],
        "LogsUsesTheKey: ArnLike kms:EncryptionContext:aws:logs:arn=",
    ),
    "no Decrypt": (
        [by_service(actions=["kms:Encrypt", "kms:GenerateDataKey"]), BY_ACCOUNT],
        "kms:Decrypt by logs.",
    ),
    "a source that the service is not known to send": (
        [statement("BySource", {"Service": SERVICE}, CRYPTO, Condition=OURS), BY_ACCOUNT],
        "BySource: StringEquals aws:SourceAccount=(absent)",
    ),
}


@pytest.mark.parametrize(("bad", "note"), BAD_FOR_THE_SERVICE.values(), ids=BAD_FOR_THE_SERVICE)
def test_a_key_that_refuses_the_service_is_refused_with_the_groups_arn(
    logs: Any, kms: Any, name: str, last_call: Callable[[], dict[str, Any]], bad: list[dict[str, object]], note: str
) -> None:
    key = key_with(kms, *bad)
    arn = GROUPS.replace("*", name)
    expected = (
        "AccessDeniedException",
        f"The specified KMS key does not exist or is not allowed to be used with Arn '{arn}'",
    )
    assert refusal(logs.create_log_group, logGroupName=name, kmsKeyId=key) == expected
    assert note in last_call()["note"]
    assert status(logs.create_log_group, logGroupName=name, kmsKeyId=key) == 400
    logs.create_log_group(logGroupName=name)
    assert refusal(logs.associate_kms_key, logGroupName=name, kmsKeyId=key) == expected
    assert key_of(logs, name) is None


@pytest.mark.parametrize("action", ["kms:DescribeKey", "kms:Encrypt", "kms:Decrypt", "kms:GenerateDataKey"])
def test_the_caller_too_has_to_be_able_to_use_the_key_through_logs(
    logs: Any, kms: Any, name: str, last_call: Callable[[], dict[str, Any]], action: str
) -> None:
    others = [a for a in ("kms:DescribeKey", "kms:Encrypt", "kms:Decrypt", "kms:GenerateDataKey") if a != action]
    key = key_with(kms, by_service(), through("logs", others))
    code, message = refusal(logs.create_log_group, logGroupName=name, kmsKeyId=key)
    assert (code, f"is not authorized to perform: {action} on resource: {key}" in message) == (
        "AccessDeniedException",
        True,
    )
    assert "AccountThroughTheService: Action" in last_call()["note"]


def test_the_callers_call_comes_through_logs_of_the_region(
    logs: Any, kms: Any, name: str, last_call: Callable[[], dict[str, Any]]
) -> None:
    key = key_with(kms, by_service(), through("sns", [*CRYPTO, "kms:DescribeKey"]))
    assert refusal(logs.create_log_group, logGroupName=name, kmsKeyId=key)[0] == "AccessDeniedException"
    missed = f"AccountThroughTheService: StringEquals kms:ViaService={SERVICE}"
    assert missed in last_call()["note"]


def test_describing_the_key_carries_no_encryption_context(
    logs: Any, kms: Any, name: str, last_call: Callable[[], dict[str, Any]]
) -> None:
    of_groups = {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": GROUPS}}
    by_account = through("logs", [*CRYPTO, "kms:DescribeKey"], "OfGroups", **of_groups)
    key = key_with(kms, by_service(), by_account)
    assert refusal(logs.create_log_group, logGroupName=name, kmsKeyId=key)[0] == "AccessDeniedException"
    assert "OfGroups: ArnLike kms:EncryptionContext:aws:logs:arn=(absent)" in last_call()["note"]
    logs.create_log_group(logGroupName=name, kmsKeyId=key_with(kms, by_service(), BY_ACCOUNT, by_account))


def test_what_is_no_arn_of_an_enabled_key_of_the_region_cannot_be_found(
    logs: Any, kms: Any, client: Client, name: str, regional_key: str
) -> None:
    kms.create_alias(AliasName="alias/of-logs", TargetKeyId=regional_key)
    kms_elsewhere = client("kms", DEPLOY_ROLE, "us-east-1")
    elsewhere = kms_elsewhere.create_key(MultiRegion=True)["KeyMetadata"]["Arn"]
    kms_elsewhere.replicate_key(KeyId=elsewhere, ReplicaRegion=REGION)
    disabled, pending = (key_with(kms, by_service(), BY_ACCOUNT) for _ in range(2))
    kms.disable_key(KeyId=disabled)
    kms.schedule_key_deletion(KeyId=pending)
    alias = regional_key.replace(regional_key.split(":")[5], "alias/of-logs")
    nobody = regional_key[:-4] + "0000"
    expected = ("InvalidParameterException", f"The specified KMS Key Id could not be found. '{name}'")
    for key in (regional_key.rpartition("/")[2], "alias/of-logs", alias, nobody, elsewhere, disabled, pending):
        assert refusal(logs.create_log_group, logGroupName=name, kmsKeyId=key) == expected


def test_an_encrypted_group_is_written_and_read_with_its_key(logs: Any, kms: Any, regional_key: str, name: str) -> None:
    stream = {"logGroupName": name, "logStreamName": "one"}
    event = {"timestamp": int(time.time() * 1000), "message": "hello"}
    logs.create_log_group(logGroupName=name, kmsKeyId=regional_key)
    logs.create_log_stream(**stream)
    logs.put_log_events(**stream, logEvents=[event])
    assert [found["message"] for found in logs.get_log_events(**stream)["events"]] == ["hello"]
    kms.put_key_policy(KeyId=regional_key, Policy=policy(MANAGE, BY_ACCOUNT))
    for call in (lambda: logs.put_log_events(**stream, logEvents=[event]), lambda: logs.get_log_events(**stream)):
        assert refusal(call)[0] == "AccessDeniedException"
    assert refusal(logs.filter_log_events, logGroupName=name)[0] == "AccessDeniedException"
    logs.disassociate_kms_key(logGroupName=name)
    logs.put_log_events(**stream, logEvents=[event])


def test_a_group_that_is_not_there_gets_no_key(logs: Any, regional_key: str, name: str) -> None:
    missing = ("ResourceNotFoundException", "The specified log group does not exist.")
    assert refusal(logs.associate_kms_key, logGroupName=name, kmsKeyId=regional_key) == missing
    assert refusal(logs.disassociate_kms_key, logGroupName=name) == missing
    assert refusal(logs.put_log_events, logGroupName=name, logStreamName="one", logEvents=[]) == missing


def test_the_key_of_query_results_is_not_known(logs: Any, regional_key: str) -> None:
    results = f"arn:aws:logs:{REGION}:{ACCOUNT}:query-result:*"
    code, _ = refusal(logs.associate_kms_key, resourceIdentifier=results, kmsKeyId=regional_key)
    assert code == "NotImplementedException"
