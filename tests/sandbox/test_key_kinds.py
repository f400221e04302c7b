"""Keys of every kind, as CreateKey and ReplicateKey make them."""

from typing import Any

import pytest

from tests.sandbox.conftest import DEPLOY_ROLE, Client
from tests.sandbox.refusals import refusal


def metadata(kms: Any, **arguments: Any) -> dict[str, Any]:
    key_id = kms.create_key(**arguments)["KeyMetadata"]["KeyId"]
    return dict(kms.describe_key(KeyId=key_id)["KeyMetadata"])


def test_a_key_of_which_nothing_is_said_is_symmetric_and_of_one_region(kms: Any) -> None:
    found = metadata(kms)
    assert (found["KeyUsage"], found["KeySpec"], found["Origin"]) == ("ENCRYPT_DECRYPT", "SYMMETRIC_DEFAULT", "AWS_KMS")
    assert found["MultiRegion"] is False


@pytest.mark.parametrize(("spec", "usage"), [("RSA_2048", "SIGN_VERIFY"), ("HMAC_256", "GENERATE_VERIFY_MAC")])
def test_a_key_of_another_kind_is_that(kms: Any, spec: str, usage: str) -> None:
    found = metadata(kms, KeySpec=spec, KeyUsage=usage)
    assert (found["KeyUsage"], found["KeySpec"]) == (usage, spec)


def test_a_key_with_material_of_others_waits_for_it_and_never_rotates(kms: Any) -> None:
    key = metadata(kms, Origin="EXTERNAL")
    assert (key["KeyState"], key["Enabled"]) == ("PendingImport", False)
    invalid = ("KMSInvalidStateException", f"{key['Arn']} is pending import.")
    assert refusal(kms.encrypt, KeyId=key["KeyId"], Plaintext=b"x") == invalid
    assert refusal(kms.enable_key, KeyId=key["KeyId"]) == invalid
    for operation in (kms.enable_key_rotation, kms.get_key_rotation_status):
        assert refusal(operation, KeyId=key["KeyId"])[0] == "UnsupportedOperationException"
    assert kms.get_key_policy(KeyId=key["KeyId"], PolicyName="default")["Policy"]


def test_a_primary_and_its_replica_are_told_apart(kms: Any, client: Client) -> None:
    key_id = metadata(kms, MultiRegion=True)["KeyId"]
    kms.replicate_key(KeyId=key_id, ReplicaRegion="us-east-1")
    replica = client("kms", DEPLOY_ROLE, "us-east-1").describe_key(KeyId=key_id)["KeyMetadata"]
    primary = kms.describe_key(KeyId=key_id)["KeyMetadata"]
    kinds = [one["MultiRegionConfiguration"]["MultiRegionKeyType"] for one in (primary, replica)]
    assert kinds == ["PRIMARY", "REPLICA"]
