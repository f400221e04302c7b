"""What becomes of a key without a call to KMS: another text of its policy, and policies of other names."""

import json
from typing import Any

from sandbox.pages import ask
from tests.sandbox.conftest import ACCOUNT, REGION


def planted(url: str, key_id: str, **fields: Any) -> None:
    where = {"account_id": ACCOUNT, "region": REGION, "key_id": key_id}
    ask(url, "POST", "/sandbox/key", json.dumps(where | fields))


def test_a_key_can_have_policies_of_other_names(kms: Any, url: str) -> None:
    key_id = kms.create_key()["KeyMetadata"]["KeyId"]
    assert kms.list_key_policies(KeyId=key_id)["PolicyNames"] == ["default"]
    planted(url, key_id, policy_names=["AWS_RAM"])
    assert kms.list_key_policies(KeyId=key_id)["PolicyNames"] == ["default", "AWS_RAM"]


def test_a_principal_that_was_deleted_is_shown_by_its_id_and_can_do_nothing(kms: Any, url: str) -> None:
    key_id = kms.create_key()["KeyMetadata"]["KeyId"]
    policy = json.loads(kms.get_key_policy(KeyId=key_id, PolicyName="default")["Policy"])
    gone = {
        "Sid": "Gone",
        "Effect": "Deny",
        "Principal": {"AWS": "AROAABCDEFGHIJKLMNOPQ"},
        "Action": "*",
        "Resource": "*",
    }
    planted(url, key_id, policy=json.dumps({**policy, "Statement": [*policy["Statement"], gone]}))
    assert "AROAABCDEFGHIJKLMNOPQ" in kms.get_key_policy(KeyId=key_id, PolicyName="default")["Policy"]
    assert kms.encrypt(KeyId=key_id, Plaintext=b"x")["CiphertextBlob"]
