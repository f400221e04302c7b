"""What KMS and CloudTrail tell of a key's past."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from baseline.errors import WorldError
from sandbox.pages import ask
from tests.sandbox.conftest import ACCOUNT, DEPLOY_ROLE, REGION, ROOT, Client, policy, statement
from tests.sandbox.refusals import refusal

NOW = datetime.now(UTC)


@pytest.fixture
def key(kms: Any) -> str:
    return str(kms.create_key()["KeyMetadata"]["KeyId"])


def rewrite(url: str, key: str, **values: Any) -> Any:
    where = {"account_id": ACCOUNT, "region": REGION, "key_id": key}
    return ask(url, "POST", "/sandbox/key-history", json.dumps(where | values, default=datetime.isoformat))


def test_a_new_key_was_never_used(kms: Any, key: str) -> None:
    found = kms.get_key_last_usage(KeyId=key)
    assert found["KeyLastUsage"] == {}
    assert found["TrackingStartDate"] == found["KeyCreationDate"]
    assert found["KeyId"].endswith(key)
    kms.create_alias(AliasName=f"alias/{key}", TargetKeyId=key)
    assert refusal(kms.get_key_last_usage, KeyId=f"alias/{key}")[0] == "NotFoundException"


def test_the_last_cryptographic_operation_is_told_and_no_other(kms: Any, key: str) -> None:
    sealed = kms.encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"]
    kms.describe_key(KeyId=key)
    used = kms.get_key_last_usage(KeyId=key)["KeyLastUsage"]
    assert used["Operation"] == "Encrypt"
    assert NOW - timedelta(seconds=1) <= used["Timestamp"] <= datetime.now(UTC)
    kms.re_encrypt(CiphertextBlob=sealed, DestinationKeyId=key)
    assert kms.get_key_last_usage(KeyId=key)["KeyLastUsage"]["Operation"] == "ReEncrypt"


def test_a_use_through_a_service_counts_and_a_refused_one_does_not(client: Client, kms: Any, key: str) -> None:
    ec2 = client("ec2", DEPLOY_ROLE)
    ec2.create_volume(Size=1, AvailabilityZone=f"{REGION}a", Encrypted=True, KmsKeyId=key)
    assert kms.get_key_last_usage(KeyId=key)["KeyLastUsage"]["Operation"] in (
        "Decrypt",
        "GenerateDataKeyWithoutPlaintext",
    )
    text = policy(ROOT, statement("Nobody", {"AWS": "*"}, "kms:Encrypt", Effect="Deny"))
    closed = kms.create_key(Policy=text)["KeyMetadata"]["KeyId"]
    assert refusal(kms.encrypt, KeyId=closed, Plaintext=b"x")[0] == "AccessDeniedException"
    assert kms.get_key_last_usage(KeyId=closed)["KeyLastUsage"] == {}


def test_a_test_can_make_a_key_old(url: str, kms: Any, key: str) -> None:
    created, tracking, used = (NOW - timedelta(days=days) for days in (900, 200, 100))
    rewrite(url, key, created=created, tracking_start=tracking, last_used=used, operation="Decrypt")
    found = kms.get_key_last_usage(KeyId=key)
    assert (found["KeyCreationDate"] - created, found["TrackingStartDate"] - tracking) == (timedelta(0), timedelta(0))
    assert found["KeyLastUsage"]["Timestamp"] - used < timedelta(seconds=1)
    for wrong in ({"key_id": "none"}, {"used": NOW}):
        with pytest.raises(WorldError, match=r"no such key|unknown field `used`"):
            rewrite(url, key, **wrong)


def test_the_days_without_use_are_a_condition(url: str, kms: Any) -> None:
    recently = {"NumericLessThanEquals": {"kms:TrailingDaysWithoutKeyUsage": "30"}}
    keep = statement(
        "Keep", {"AWS": "*"}, ["kms:DisableKey", "kms:ScheduleKeyDeletion"], Effect="Deny", Condition=recently
    )
    manage = statement("Manage", {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "kms:*")
    key = kms.create_key(Policy=policy(manage, keep))["KeyMetadata"]["KeyId"]
    rewrite(url, key, created=NOW - timedelta(days=900), last_used=NOW - timedelta(days=30))
    assert refusal(kms.disable_key, KeyId=key)[0] == "AccessDeniedException"
    rewrite(url, key, last_used=NOW - timedelta(days=31))
    kms.disable_key(KeyId=key)


def test_cloudtrail_tells_who_switched_a_key_for_90_days(url: str, client: Client, kms: Any, key: str) -> None:
    cloudtrail = client("cloudtrail", DEPLOY_ROLE)

    def found(name: str) -> list[Any]:
        asked = [{"AttributeKey": "EventName", "AttributeValue": name}]
        events = cloudtrail.lookup_events(LookupAttributes=asked)["Events"]
        return [event for event in events if event["Resources"][0]["ResourceName"].endswith(key)]

    assert not found("DisableKey")
    kms.disable_key(KeyId=key)
    kms.enable_key(KeyId=key)
    assert [event["EventName"] for event in found("DisableKey") + found("EnableKey")] == ["DisableKey", "EnableKey"]
    told = json.loads(found("DisableKey")[0]["CloudTrailEvent"])
    assert told["resources"][0]["ARN"].endswith(key)
    rewrite(url, key, disabled=NOW - timedelta(days=89))
    assert len(found("DisableKey")) == 1
    rewrite(url, key, disabled=NOW - timedelta(days=91))
    assert not found("DisableKey")
