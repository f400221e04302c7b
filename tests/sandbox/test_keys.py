"""Keys: their states, their aliases, their rotation, and the names by which KMS takes them."""

from typing import Any

import pytest

from tests.sandbox.conftest import ACCOUNT, DEPLOY_ROLE, Client
from tests.sandbox.refusals import refusal

USES: dict[str, dict[str, Any]] = {
    "encrypt": {"Plaintext": b"x"},
    "generate_data_key": {"KeySpec": "AES_256"},
    "enable_key_rotation": {},
    "disable_key_rotation": {},
    "create_grant": {"GranteePrincipal": DEPLOY_ROLE, "Operations": ["Decrypt"]},
}
CHANGES: dict[str, dict[str, Any]] = {
    "enable_key": {},
    "disable_key": {},
    "schedule_key_deletion": {},
    "update_key_description": {"Description": "x"},
    "tag_resource": {"Tags": [{"TagKey": "a", "TagValue": "b"}]},
    "untag_resource": {"TagKeys": ["a"]},
}
READS: dict[str, dict[str, Any]] = {
    "describe_key": {},
    "get_key_policy": {},
    "get_key_rotation_status": {},
    "list_resource_tags": {},
    "list_grants": {},
}


@pytest.mark.parametrize("operation", USES)
def test_a_disabled_key_refuses_every_use(kms: Any, key: str, operation: str) -> None:
    kms.disable_key(KeyId=key)
    assert refusal(getattr(kms, operation), KeyId=key, **USES[operation]) == (
        "DisabledException",
        f"{key} is disabled.",
    )


@pytest.mark.parametrize("operation", CHANGES)
def test_a_disabled_key_can_still_be_managed(kms: Any, key: str, operation: str) -> None:
    kms.disable_key(KeyId=key)
    getattr(kms, operation)(KeyId=key, **CHANGES[operation])


@pytest.mark.parametrize("operation", USES | CHANGES)
def test_a_key_pending_deletion_refuses_use_and_change(kms: Any, key: str, operation: str) -> None:
    kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    arguments = (USES | CHANGES)[operation]
    expected = ("KMSInvalidStateException", f"{key} is pending deletion.")
    assert refusal(getattr(kms, operation), KeyId=key, **arguments) == expected


@pytest.mark.parametrize("operation", READS)
def test_a_key_pending_deletion_can_be_looked_at(kms: Any, key: str, operation: str) -> None:
    kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    getattr(kms, operation)(KeyId=key, **READS[operation])


def test_what_was_encrypted_cannot_be_decrypted_once_the_key_is_pending_deletion(kms: Any, key: str) -> None:
    sealed = kms.encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"]
    kms.schedule_key_deletion(KeyId=key)
    assert refusal(kms.decrypt, CiphertextBlob=sealed)[0] == "KMSInvalidStateException"


def test_a_deletion_can_be_cancelled_once(kms: Any, key: str) -> None:
    kms.schedule_key_deletion(KeyId=key)
    kms.cancel_key_deletion(KeyId=key)
    assert kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"] == "Disabled"
    expected = ("KMSInvalidStateException", f"{key} is not pending deletion.")
    assert refusal(kms.cancel_key_deletion, KeyId=key) == expected


@pytest.mark.parametrize(("days", "is_taken"), [(6, False), (7, True), (30, True), (31, False)])
def test_a_deletion_waits_7_to_30_days(kms: Any, key: str, days: int, is_taken: bool) -> None:
    if is_taken:
        assert kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=days)["DeletionDate"]
    else:
        assert refusal(kms.schedule_key_deletion, KeyId=key, PendingWindowInDays=days)[0] == "ValidationException"


def test_the_rotation_period_comes_back(kms: Any, key: str) -> None:
    kms.enable_key_rotation(KeyId=key, RotationPeriodInDays=180)
    status = kms.get_key_rotation_status(KeyId=key)
    assert (status["KeyId"], status["KeyRotationEnabled"], status["RotationPeriodInDays"]) == (key, True, 180)
    ahead = status["NextRotationDate"] - kms.describe_key(KeyId=key)["KeyMetadata"]["CreationDate"]
    assert ahead.days == 180


def test_rotation_is_yearly_unless_a_period_is_given_and_can_be_changed_in_place(kms: Any, key: str) -> None:
    kms.enable_key_rotation(KeyId=key)
    assert kms.get_key_rotation_status(KeyId=key)["RotationPeriodInDays"] == 365
    kms.enable_key_rotation(KeyId=key, RotationPeriodInDays=90)
    assert kms.get_key_rotation_status(KeyId=key)["RotationPeriodInDays"] == 90


def test_a_key_that_does_not_rotate_has_no_period(kms: Any, key: str) -> None:
    kms.enable_key_rotation(KeyId=key)
    kms.disable_key_rotation(KeyId=key)
    status = kms.get_key_rotation_status(KeyId=key)
    assert (status["KeyRotationEnabled"], "RotationPeriodInDays" in status) == (False, False)


def test_a_key_pending_deletion_does_not_rotate(kms: Any, key: str) -> None:
    kms.enable_key_rotation(KeyId=key)
    kms.schedule_key_deletion(KeyId=key)
    assert not kms.get_key_rotation_status(KeyId=key)["KeyRotationEnabled"]


@pytest.mark.parametrize("days", [89, 2561])
def test_the_rotation_period_has_its_limits(kms: Any, key: str, days: int) -> None:
    code, message = refusal(kms.enable_key_rotation, KeyId=key, RotationPeriodInDays=days)
    assert (code, f"Value '{days}' at 'rotationPeriodInDays'" in message) == ("ValidationException", True)
    assert not kms.get_key_rotation_status(KeyId=key)["KeyRotationEnabled"]


@pytest.mark.parametrize("days", [90, 2560])
def test_the_limits_themselves_are_rotation_periods(kms: Any, key: str, days: int) -> None:
    kms.enable_key_rotation(KeyId=key, RotationPeriodInDays=days)
    assert kms.get_key_rotation_status(KeyId=key)["RotationPeriodInDays"] == days


def test_an_alias_names_one_key_by_name_and_by_arn(kms: Any, key: str) -> None:
    kms.create_alias(AliasName="alias/baseline/named", TargetKeyId=key)
    for name in ("alias/baseline/named", f"arn:aws:kms:eu-west-2:{ACCOUNT}:alias/baseline/named"):
        assert kms.describe_key(KeyId=name)["KeyMetadata"]["Arn"] == key
    assert refusal(kms.create_alias, AliasName="alias/baseline/named", TargetKeyId=key)[0] == "AlreadyExistsException"


def test_the_arn_of_an_alias_elsewhere_does_not_mean_the_one_here(kms: Any, key: str) -> None:
    kms.create_alias(AliasName="alias/baseline/here", TargetKeyId=key)
    elsewhere = f"arn:aws:kms:us-east-1:{ACCOUNT}:alias/baseline/here"
    assert refusal(kms.describe_key, KeyId=elsewhere)[0] == "NotFoundException"


def test_an_alias_cannot_name_a_key_of_another_account_or_region(kms: Any, key: str, client: Client) -> None:
    elsewhere = client("kms", DEPLOY_ROLE, "us-east-1").create_key()["KeyMetadata"]["Arn"]
    abroad = client("kms").create_key()["KeyMetadata"]["Arn"]
    for target in (elsewhere, abroad, key.replace("key/", "key/0")):
        assert refusal(kms.create_alias, AliasName="alias/baseline/x", TargetKeyId=target)[0] == "NotFoundException"


def test_the_names_of_aws_are_not_ours(kms: Any, key: str) -> None:
    assert refusal(kms.create_alias, AliasName="alias/aws/sns", TargetKeyId=key)[0] == "NotAuthorizedException"


def test_a_key_has_at_most_50_aliases(kms: Any, key: str) -> None:
    for number in range(50):
        kms.create_alias(AliasName=f"alias/many/{number}", TargetKeyId=key)
    assert refusal(kms.create_alias, AliasName="alias/many/50", TargetKeyId=key)[0] == "LimitExceededException"


def test_an_alias_moves_to_no_key_that_is_pending_deletion(kms: Any, key: str) -> None:
    kms.create_alias(AliasName="alias/baseline/moving", TargetKeyId=key)
    leaving = kms.create_key()["KeyMetadata"]["Arn"]
    kms.schedule_key_deletion(KeyId=leaving)
    code, _ = refusal(kms.update_alias, AliasName="alias/baseline/moving", TargetKeyId=leaving)
    assert code == "KMSInvalidStateException"


def test_a_key_pending_deletion_gets_no_alias_and_can_lose_its_own(kms: Any, key: str) -> None:
    kms.create_alias(AliasName="alias/baseline/leaving", TargetKeyId=key)
    kms.schedule_key_deletion(KeyId=key)
    code, _ = refusal(kms.create_alias, AliasName="alias/baseline/another", TargetKeyId=key)
    assert code == "KMSInvalidStateException"
    kms.delete_alias(AliasName="alias/baseline/leaving")


def test_an_unknown_key_is_not_found(kms: Any) -> None:
    arn = f"arn:aws:kms:eu-west-2:{ACCOUNT}:key/00000000-0000-0000-0000-000000000000"
    assert refusal(kms.describe_key, KeyId=arn)[0] == "NotFoundException"
    assert refusal(kms.describe_key, KeyId="arn:nonsense")[0] == "NotFoundException"


def test_only_an_asymmetric_key_has_a_public_part(kms: Any, key: str) -> None:
    refused = refusal(kms.get_public_key, KeyId=key)
    assert refused[0] == "UnsupportedOperationException"
    pair = kms.create_key(KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["Arn"]
    call = {"KeyId": pair, "Message": b"x", "SigningAlgorithm": "RSASSA_PSS_SHA_256"}
    assert kms.verify(**call, Signature=kms.sign(**call)["Signature"])["SignatureValid"]
    assert kms.get_public_key(KeyId=pair)["PublicKey"]
