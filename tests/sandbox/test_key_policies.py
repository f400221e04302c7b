"""Key policies: what CreateKey and PutKeyPolicy do not take, and what a policy does not allow."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.sandbox.conftest import ACCOUNT, DEPLOY_ROLE, ROOT, SSO_ROLE, Client, policy, statement
from tests.sandbox.refusals import refusal

MALFORMED = "MalformedPolicyDocumentException"
LOCKOUT = (MALFORMED, "The new key policy will not allow you to update the key policy in the future.")
INVALID_PRINCIPAL = (MALFORMED, "Policy contains a statement with one or more invalid principals.")
USE = ["kms:Encrypt", "kms:Decrypt"]
LOCKING = policy(statement("OnlyReading", {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "kms:GetKeyPolicy"))


def test_a_policy_that_the_caller_could_not_change_again_makes_no_key(kms: Any) -> None:
    before = len(kms.list_keys()["Keys"])
    assert refusal(kms.create_key, Policy=LOCKING) == LOCKOUT
    assert len(kms.list_keys()["Keys"]) == before


def test_a_policy_that_the_caller_could_not_change_again_does_not_replace_the_old_one(kms: Any, key: str) -> None:
    before = kms.get_key_policy(KeyId=key)["Policy"]
    assert refusal(kms.put_key_policy, KeyId=key, Policy=LOCKING) == LOCKOUT
    assert kms.get_key_policy(KeyId=key)["Policy"] == before


def test_the_journal_says_which_statement_missed_the_caller(kms: Any, last_call: Callable[[], dict[str, Any]]) -> None:
    refusal(kms.create_key, Policy=LOCKING)
    assert last_call()["note"] == "OnlyReading: Action"


def test_a_deny_of_changing_the_policy_locks_out_as_well(kms: Any, last_call: Callable[[], dict[str, Any]]) -> None:
    deny = statement("NobodyChangesIt", {"AWS": "*"}, "kms:PutKeyPolicy", Effect="Deny")
    assert refusal(kms.create_key, Policy=policy(ROOT, deny)) == LOCKOUT
    assert last_call()["note"] == "denied by NobodyChangesIt"


def test_the_lockout_check_can_be_bypassed(kms: Any) -> None:
    assert kms.create_key(Policy=LOCKING, BypassPolicyLockoutSafetyCheck=True)["KeyMetadata"]["Enabled"]


def test_a_policy_that_denies_only_the_bypass_passes_the_lockout_check(kms: Any) -> None:
    bypass = {"Bool": {"kms:BypassPolicyLockoutSafetyCheck": "true"}}
    deny = statement("NoBypass", {"AWS": "*"}, "kms:PutKeyPolicy", Effect="Deny", Condition=bypass)
    key = kms.create_key(Policy=policy(ROOT, deny))["KeyMetadata"]["KeyId"]
    kms.put_key_policy(KeyId=key, Policy=policy(ROOT, deny))
    code, message = refusal(kms.put_key_policy, KeyId=key, Policy=policy(ROOT), BypassPolicyLockoutSafetyCheck=True)
    assert code == "AccessDeniedException"
    assert message.endswith("with an explicit deny in a resource-based policy")


@pytest.mark.parametrize(
    "principal",
    [
        {"AWS": f"arn:aws:iam::{ACCOUNT}:role/Nobody"},
        {"AWS": f"arn:aws:iam::{ACCOUNT}:user/Nobody"},
        {"AWS": SSO_ROLE.replace("aws-reserved/sso.amazonaws.com/", "")},
        {"AWS": f"arn:aws:iam::{ACCOUNT}:user/glass"},
        {"AWS": f"arn:aws:iam::{ACCOUNT}:role/*"},
        {"AWS": "arn:aws:iam::999999999999:role/*"},
        {"AWS": "arn:aws:iam::999999999999:group/Administrators"},
        {"AWS": f"arn:aws:iam::{ACCOUNT}:group/Administrators"},
        {"AWS": f"arn:aws-cn:iam::{ACCOUNT}:root"},
        {"AWS": f"arn:aws:sts::{ACCOUNT}:assumed-role/Nobody/session"},
        {"AWS": f"arn:aws:s3::{ACCOUNT}:root"},
        {"AWS": "AROAQAAAAAAABIFJZJBJN"},
        {"AWS": "SecurityAdministrators"},
        {"AWS": [f"arn:aws:iam::{ACCOUNT}:root", f"arn:aws:iam::{ACCOUNT}:role/Nobody"]},
        {"Service": "logs.eu-west-2.example.com"},
    ],
    ids=str,
)
def test_a_principal_that_is_nobody_is_refused(kms: Any, principal: object) -> None:
    bad = policy(ROOT, statement("UsersUseTheKey", principal, USE))
    assert refusal(kms.create_key, Policy=bad) == INVALID_PRINCIPAL


@pytest.mark.parametrize(
    "principal",
    [
        "*",
        {"AWS": "*"},
        {"AWS": "999999999999"},
        {"AWS": SSO_ROLE},
        {"AWS": f"arn:aws:iam::{ACCOUNT}:user/break/glass"},
        {"AWS": f"arn:aws:sts::{ACCOUNT}:assumed-role/SecurityAdministrators/session"},
        {"AWS": f"arn:aws:sts::{ACCOUNT}:assumed-role/AWSReservedSSO_Admin_0123456789abcdef/session"},
        {"AWS": "arn:aws:iam::999999999999:role/InAnAccountThatIsNotOurs"},
        {"Service": "logs.eu-west-2.amazonaws.com"},
        {"Service": ["logs.cn-north-1.amazonaws.com.cn", "events.amazonaws.com"]},
    ],
    ids=str,
)
def test_a_principal_that_exists_is_taken(kms: Any, principal: object) -> None:
    key = kms.create_key(Policy=policy(ROOT, statement("UsersUseTheKey", principal, USE)))["KeyMetadata"]
    assert '"UsersUseTheKey"' in kms.get_key_policy(KeyId=key["KeyId"])["Policy"]


def test_a_role_named_in_a_condition_need_not_exist(kms: Any) -> None:
    named = {"StringEquals": {"aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:role/Later"}}
    kms.create_key(Policy=policy(ROOT, statement("UsersUseTheKey", {"AWS": "*"}, USE, Condition=named)))


def test_a_policy_has_at_most_32768_bytes(kms: Any) -> None:
    room = 32_768 - len(policy(ROOT, statement("", {"AWS": "*"}, USE)).encode())
    kms.create_key(Policy=policy(ROOT, statement("x" * room, {"AWS": "*"}, USE)))
    one_more = policy(ROOT, statement("x" * (room + 1), {"AWS": "*"}, USE))
    assert refusal(kms.create_key, Policy=one_more)[0] == "LimitExceededException"


@pytest.mark.parametrize("text", ["{", "[]", "null"])
def test_what_is_no_policy_is_refused(kms: Any, text: str) -> None:
    assert refusal(kms.create_key, Policy=text) == (MALFORMED, "Syntax errors in policy.")


def test_what_the_evaluator_does_not_decide_is_refused_by_name(kms: Any) -> None:
    varied = {"StringNotEquals": {"aws:PrincipalTag/team": "${aws:username}"}}
    odd = {"Sid": "Odd", "Effect": "Deny", "Principal": "*", "Action": "kms:*", "Resource": "*", "Condition": varied}
    code, message = refusal(kms.create_key, Policy=policy(ROOT, odd))
    assert code == "NotImplementedException"
    assert "the policy variable in `${aws:username}` is not decided" in message


def test_a_call_that_the_policy_does_not_allow_is_refused_in_the_callers_name(
    kms: Any, last_call: Callable[[], dict[str, Any]]
) -> None:
    key = kms.create_key(Policy=policy(ROOT))["KeyMetadata"]["Arn"]
    assert refusal(kms.encrypt, KeyId=key, Plaintext=b"x") == (
        "AccessDeniedException",
        f"User: arn:aws:sts::{ACCOUNT}:assumed-role/kms-baseline-deploy/test is not authorized to perform: "
        f"kms:Encrypt on resource: {key} because no resource-based policy allows the kms:Encrypt action",
    )
    assert last_call()["note"] == "AccountManagesTheKey: Action"


def test_a_deny_for_somebody_else_does_not_hide_the_key_from_the_caller(kms: Any) -> None:
    others = {"ArnNotLike": {"aws:PrincipalArn": DEPLOY_ROLE}}
    hide = statement("HideIt", {"AWS": "*"}, "kms:*", Effect="Deny", Condition=others)
    manage = statement("Manage", {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "kms:*")
    key = kms.create_key(Policy=policy(manage, hide))["KeyMetadata"]["KeyId"]
    assert kms.describe_key(KeyId=key)["KeyMetadata"]["KeyId"] == key


def test_the_roles_path_counts_in_conditions_though_a_sessions_arn_lacks_it(kms: Any, client: Client) -> None:
    named = {"StringEquals": {"aws:PrincipalArn": SSO_ROLE}}
    text = policy(ROOT, statement("UsersUseTheKey", {"AWS": "*"}, USE, Condition=named))
    key = kms.create_key(Policy=text)["KeyMetadata"]["Arn"]
    assert client("kms", SSO_ROLE).encrypt(KeyId=key, Plaintext=b"x")["KeyId"] == key
    assert refusal(kms.encrypt, KeyId=key, Plaintext=b"x")[0] == "AccessDeniedException"


def test_the_encryption_context_is_a_condition_of_use(kms: Any) -> None:
    context = {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": f"arn:aws:logs:eu-west-2:{ACCOUNT}:log-group:*"}}
    text = policy(ROOT, statement("OfLogGroups", {"AWS": "*"}, USE, Condition=context))
    key = kms.create_key(Policy=text)["KeyMetadata"]["Arn"]
    ours = {"aws:logs:arn": f"arn:aws:logs:eu-west-2:{ACCOUNT}:log-group:ours"}
    sealed = kms.encrypt(KeyId=key, Plaintext=b"x", EncryptionContext=ours)["CiphertextBlob"]
    assert kms.decrypt(CiphertextBlob=sealed, EncryptionContext=ours)["Plaintext"] == b"x"
    assert refusal(kms.decrypt, CiphertextBlob=sealed)[0] == "AccessDeniedException"


def test_reencrypting_needs_both_keys_to_allow_it(kms: Any, key: str) -> None:
    keeping = statement("Keeping", {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, ["kms:Encrypt", "kms:ReEncryptTo"])
    other = kms.create_key(Policy=policy(ROOT, keeping))["KeyMetadata"]["Arn"]
    here = kms.encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"]
    there = kms.re_encrypt(CiphertextBlob=here, DestinationKeyId=other)["CiphertextBlob"]
    code, message = refusal(kms.re_encrypt, CiphertextBlob=there, DestinationKeyId=key)
    assert (code, "kms:ReEncryptFrom" in message) == ("AccessDeniedException", True)


def test_a_policy_can_keep_a_key_that_was_used_lately(kms: Any) -> None:
    recently = {"NumericLessThanEquals": {"kms:TrailingDaysWithoutKeyUsage": "30"}}
    keep = statement("RecentlyUsedKeysStay", {"AWS": "*"}, "kms:ScheduleKeyDeletion", Effect="Deny", Condition=recently)
    manage = statement("Manage", {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "kms:*")
    key = kms.create_key(Policy=policy(manage, keep))["KeyMetadata"]["KeyId"]
    assert refusal(kms.schedule_key_deletion, KeyId=key)[0] == "AccessDeniedException"
