import re

import pytest

from baseline.iam.actions import ACTIONS, CROSS_ACCOUNT, CRYPTOGRAPHIC, canonical, expand, expand_all
from baseline.iam.policy_error import PolicyError

DATA_KEYS = (
    "kms:GenerateDataKey",
    "kms:GenerateDataKeyPair",
    "kms:GenerateDataKeyPairWithoutPlaintext",
    "kms:GenerateDataKeyWithoutPlaintext",
)


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("kms:Decrypt", ("kms:Decrypt",)),
        ("KMS:decrypt", ("kms:Decrypt",)),
        ("kms:GenerateDataKey*", DATA_KEYS),
        ("kms:ReEncrypt*", ("kms:ReEncryptFrom", "kms:ReEncryptTo")),
        ("kms:ReEncrypt", ()),
        ("kms:Describe*", ("kms:DescribeKey",)),
        ("kms:?ncrypt", ("kms:Encrypt",)),
        ("kms:Decrypt?", ()),
        ("kms:Re*Grant", ("kms:RevokeGrant",)),
        ("kms:[DE]*", ()),
        ("kms.Decrypt", ()),
        ("s3:*", ()),
        ("", ()),
    ],
)
def test_a_pattern_means_these_actions_of_a_key_policy(pattern: str, expected: tuple[str, ...]) -> None:
    assert expand(pattern) == expected


def test_everything_is_the_46_actions_that_can_act_in_a_key_policy() -> None:
    assert len(expand("kms:*")) == len(expand("*")) == len(ACTIONS) == 46


@pytest.mark.parametrize("name", ["kms:CreateKey", "kms:ListKeys", "kms:GenerateRandom", "kms:RetireGrant"])
def test_an_action_without_a_key_is_not_among_them(name: str) -> None:
    assert name not in ACTIONS
    with pytest.raises(PolicyError, match=f"^action `{name}` has no effect in a key policy$"):
        canonical(name.lower())


def test_expanding_several_patterns_unites_them() -> None:
    assert expand_all(("kms:Encrypt", "kms:?ncrypt", "kms:Decrypt")) == {"kms:Encrypt", "kms:Decrypt"}


@pytest.mark.parametrize(
    ("written", "spelled"),
    [
        ("kms:generatedatakey", "kms:GenerateDataKey"),
        ("KMS:GENERATEDATAKEY*", "kms:GenerateDataKey*"),
        ("kms:reencrypt*", "kms:ReEncrypt*"),
        ("Kms:*", "kms:*"),
        ("*", "*"),
    ],
)
def test_an_action_is_spelled_as_aws_spells_it(written: str, spelled: str) -> None:
    assert canonical(written) == spelled
    assert canonical(spelled) == spelled


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ("kms:GenerateDatakeys", "unknown action `kms:GenerateDatakeys`; did you mean `kms:GenerateDataKey`"),
        ("kms=GenerateDataKey", "unknown action `kms=GenerateDataKey`; did you mean `kms:GenerateDataKey`"),
        ("kms:ReEncrypt", "unknown action `kms:ReEncrypt`; did you mean `kms:ReEncryptTo`"),
        ("s3:GetObject", "unknown action `s3:GetObject`"),
        ("", "unknown action ``"),
        ("kms:Zip*", "no action of a key policy matches `kms:Zip*`"),
        ("k*:Decrypt", "no action of a key policy matches `k*:Decrypt`"),
        ("kms:ListKeys*", "no action of a key policy matches `kms:ListKeys*`"),
    ],
)
def test_an_action_that_no_key_policy_can_use_is_refused(written: str, problem: str) -> None:
    with pytest.raises(PolicyError, match=f"^{re.escape(problem)}$") as caught:
        canonical(written)
    assert caught.value.element == "Action"


def test_the_cryptographic_actions_are_those_that_use_the_key_on_data() -> None:
    assert {*DATA_KEYS, "kms:Encrypt", "kms:Decrypt", "kms:ReEncryptFrom", "kms:Sign", "kms:VerifyMac"} < CRYPTOGRAPHIC
    assert not CRYPTOGRAPHIC & {"kms:CreateGrant", "kms:DescribeKey", "kms:PutKeyPolicy", "kms:GenerateRandom"}


def test_only_what_kms_calls_from_key_to_key_is_between_replicas() -> None:
    between = [name for name, action in ACTIONS.items() if action.is_between_replicas]
    assert between == ["kms:SynchronizeMultiRegionKey"]


def test_across_accounts_kms_honours_use_and_grants_and_no_management() -> None:
    assert {"kms:Sign", "kms:CreateGrant", "kms:DescribeKey", "kms:RevokeGrant", "kms:GetPublicKey"} < CROSS_ACCOUNT
    assert not CROSS_ACCOUNT & {"kms:PutKeyPolicy", "kms:GetKeyPolicy", "kms:ScheduleKeyDeletion", "kms:TagResource"}
