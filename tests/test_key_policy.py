"""What holds of every key policy, whatever its purpose, numbered; tests/test_key_policy_purposes.py goes on."""

import json
from itertools import product
from typing import Any

import pytest

from baseline.errors import Mistakes
from baseline.iam.actions import ACTIONS, CRYPTOGRAPHIC, expand_all
from baseline.iam.condition_keys import GLOBAL
from baseline.iam.document import MAXIMUM_BYTES, Document
from baseline.iam.services import sends
from baseline.purposes import PURPOSES
from tests.conftest import EVERYWHERE, some
from tests.policy_cases import (
    ADMINISTRATOR,
    ANYONE,
    CASES,
    CI_USER,
    DEPLOYER,
    GRANTS_FOR_AWS,
    OTHER,
    OWN,
    REGIONS,
    SSO_ADMINISTRATOR,
    USE,
    USER,
    Case,
    Settings,
    allowing,
    conditions,
    each,
    keys_of,
    listed,
    organization,
    service,
)

ROOT = "AccountKeepsTheKeyManageable"
PROTECTION = {"NobodyBypassesTheLockoutCheck", "RecentlyUsedKeysStay"}
DUTIES = "AdministratorsNeverUseTheKey"
MANAGED_BY_ROOT = ("PutKeyPolicy", "GetKeyPolicy", "DescribeKey", "CancelKeyDeletion", "ScheduleKeyDeletion")
READ_BY_ALL = ("DescribeKey", "GetKeyPolicy", "GetKeyRotationStatus", "ListResourceTags", "ListGrants")
BYPASS = {"kms:BypassPolicyLockoutSafetyCheck": "true"}

every_policy = each(CASES)
with_separate_duties = each([case for case in CASES if case.settings.separate_duties])


@every_policy
def test_the_root_user_always_manages_the_key(case: Case) -> None:
    """1. Root may change and read the policy, describe the key, schedule its deletion and cancel that."""
    for context in ({}, case.via, case.everything):
        for action in MANAGED_BY_ROOT:
            assert case.gives("root", f"kms:{action}", context), (action, context)


@every_policy
def test_only_two_things_are_denied_to_the_root_user(case: Case) -> None:
    """1. They are PutKeyPolicy without the lockout check, and deleting a key that was used lately."""
    assert case.decide("root", "kms:PutKeyPolicy", BYPASS).effect == "denied"
    for days, effect in (("0", "denied"), ("365", "denied"), ("366", "allowed")):
        unused = {"kms:TrailingDaysWithoutKeyUsage": days}
        assert case.decide("root", "kms:ScheduleKeyDeletion", unused).effect == effect


@every_policy
def test_whoever_deploys_may_change_the_policy_afterwards(case: Case) -> None:
    """2. The lockout check passes without being bypassed."""
    assert case.allows(DEPLOYER, "kms:PutKeyPolicy")
    assert case.allows(DEPLOYER, "kms:PutKeyPolicy", {"kms:BypassPolicyLockoutSafetyCheck": "false"})


@pytest.mark.parametrize("purpose", PURPOSES)
def test_without_a_deployment_role_whoever_deploys_may_change_the_policy(purpose: str) -> None:
    """2. Under `administrators` with the caller's own credentials it must be said whose these are."""
    own = {"role": None, "deployer": "user/Ada"}
    keys = organization("aws", {"iam_delegation": "administrators"}, deployment=own).keys
    policy = next(key.policy for key in keys if key.purpose == purpose).as_dict()
    root = next(s for s in json.loads(json.dumps(policy))["Statement"] if s["Sid"] == ROOT)
    assert root["Condition"]["ArnLike"]["aws:PrincipalArn"] == [
        f"arn:aws:iam::{OWN}:role/KeyAdmins",
        f"arn:aws:iam::{OWN}:role/aws-reserved/sso.amazonaws.com*/AWSReservedSSO_KeyAdmins_*",
        f"arn:aws:iam::{OWN}:root",
        f"arn:aws:iam::{OWN}:user/Ada",
    ]
    with pytest.raises(Mistakes, match="caller's own credentials, and nothing says whose these are"):
        organization("aws", {"iam_delegation": "administrators"}, deployment={"role": None})


@every_policy
def test_nobody_of_another_account_may_do_anything(case: Case) -> None:
    """3. Not its root user, and not a role named like one of ours, with whatever they bring along."""
    for action in ACTIONS:
        assert not case.allows(case.who(USER, OTHER), action, case.everything), action
    for name in ("root", ADMINISTRATOR):
        for action in ("kms:Decrypt", "kms:CreateGrant", "kms:DescribeKey", "kms:PutKeyPolicy"):
            assert not case.allows(case.who(name, OTHER), action, GRANTS_FOR_AWS), (name, action)


@every_policy
def test_everybody_is_bound_to_the_account_and_to_a_service_or_exact_names(case: Case) -> None:
    """4. An allowing `*` pins the account, and either one service, of fixed regions, or exact ARNs."""
    regions = REGIONS[case.partition] if PURPOSES[case.purpose].is_used_from_every_region else (case.region,)
    through = [{case.through(s, region)["kms:ViaService"] for region in regions} for s in PURPOSES[case.purpose].via]
    for statement in allowing(case):
        if statement["Principal"] == {"AWS": "*"}:
            bound = statement["Condition"]["StringEquals"]
            assert bound["kms:CallerAccount"] == OWN
            assert any(set(listed(bound.get("kms:ViaService", []))) <= names for names in through)
            names = listed(bound.get("aws:PrincipalArn", []))
            assert names or "kms:ViaService" in bound
            assert all(
                name in (f"arn:{case.partition}:iam::{OWN}:role/{n}" for n in ("KeyAdmins", "App")) for name in names
            )


@every_policy
def test_administrators_are_given_no_use_and_no_way_to_it(case: Case) -> None:
    """5. Their statement has no cryptographic action, and neither grants, replicas nor imported key material."""
    never = CRYPTOGRAPHIC | {"kms:CreateGrant", "kms:ReplicateKey", "kms:ImportKeyMaterial"}
    for statement in case.statements:
        if statement["Sid"].startswith("AdministratorsManageTheKey"):
            assert not expand_all(tuple(statement["Action"])) & never
    for action in never:
        assert not case.gives(ADMINISTRATOR, action, GRANTS_FOR_AWS), action
    assert case.gives(ADMINISTRATOR, "kms:PutKeyPolicy")
    assert case.allows(SSO_ADMINISTRATOR, "kms:PutKeyPolicy")


@every_policy
def test_users_are_given_use_and_no_management(case: Case) -> None:
    """6. A user by exact name gets just these actions from the policy; of the trail's key none without its context."""
    given = {action for action in ACTIONS if case.gives(USER, action, GRANTS_FOR_AWS)}
    grants = {"kms:CreateGrant", "kms:ListGrants", "kms:RevokeGrant"}
    assert given == (set() if case.purpose == "cloudtrail" else {*USE, "kms:DescribeKey", *grants})
    assert {action for action in given if case.gives(USER, action)} == given - grants
    for statement in case.statements:
        if statement["Sid"].startswith(("Users", "Readers")):
            assert expand_all(tuple(listed(statement["Action"]))) <= {*USE, "kms:DescribeKey", *grants}


@every_policy
def test_users_by_pattern_use_the_key_as_their_own_policies_say(case: Case) -> None:
    """6. A pattern stands beside the account, which leaves the rest to IAM."""
    read = case.via | {"kms:EncryptionContext:aws:cloudtrail:arn": case.trail} if case.purpose == "cloudtrail" else {}
    assert case.allows(CI_USER, "kms:Decrypt", read)
    assert case.allows(ANYONE, "kms:Decrypt") == (case.settings.delegation == "full")


@every_policy
def test_grants_are_made_for_aws_resources_only(case: Case) -> None:
    """7. Under `full` alone IAM may give more, by root's statement."""
    for name in ("root", ADMINISTRATOR, USER, CI_USER, DEPLOYER, ANYONE):
        for grants in ({}, {"kms:GrantIsForAWSResource": "false"}):
            for context in (grants, case.everything | {"kms:GrantIsForAWSResource": "false"}):
                decision = case.decide(name, "kms:CreateGrant", context)
                assert decision.effect != "allowed" or (case.settings.delegation, decision.sid) == ("full", ROOT)
    for caller, _, context in case.service_calls():
        assert not case.allows(caller, "kms:CreateGrant", context | GRANTS_FOR_AWS)


@every_policy
def test_no_statement_says_what_it_does_not_mean(case: Case) -> None:
    """8. There is neither NotPrincipal, NotAction nor NotResource, and every action is allowed by root's alone."""
    for statement in case.statements:
        assert not [element for element in statement if element.startswith("Not")]
        actions = listed(statement["Action"])
        if statement["Effect"] == "Allow" and {"*", "kms:*"} & set(actions):
            assert (statement["Sid"], case.settings.delegation) == (ROOT, "full")


@every_policy
def test_every_statement_is_whole_and_can_match(case: Case) -> None:
    """9. One effect, somebody, something to do, the key itself, its own Sid, and conditions on what its actions carry."""
    sids = [statement["Sid"] for statement in case.statements]
    assert len(set(sids)) == len(sids)
    for statement in case.statements:
        assert statement["Effect"] in ("Allow", "Deny")
        assert all(statement["Principal"].values())
        assert statement["Principal"]
        assert statement["Action"]
        assert statement["Resource"] == "*"
        for action in expand_all(tuple(listed(statement["Action"]))):
            for _, key, _ in conditions(statement):
                assert _reference(key) in ACTIONS[action].condition_keys | GLOBAL.keys(), (
                    statement["Sid"],
                    action,
                    key,
                )


def _reference(key: str) -> str:
    """A condition key under its name in AWS's reference."""
    return "kms:EncryptionContext:${EncryptionContextKey}" if key.startswith("kms:EncryptionContext:") else key


@every_policy
def test_only_the_purposes_own_services_are_let_in_and_each_is_fenced(case: Case) -> None:
    """10. Each service statement has a condition, but for describing the key, which comes without a context."""
    expected = {caller.name for caller, _, _ in case.service_calls()}
    services = [s for s in case.statements if "Service" in s["Principal"]]
    assert {name for s in services for name in listed(s["Principal"]["Service"])} == expected
    assert all(s["Action"] == "kms:DescribeKey" for s in services if not s.get("Condition"))


@every_policy
def test_each_service_passes_with_what_it_is_known_to_send(case: Case) -> None:
    """11. No condition waits for a key that the service does not send with that action."""
    for caller, _, context in case.service_calls():
        assert not [key for key in context if sends(caller.name, key) is False], caller
    decisions = [(call, case.decide(*call)) for call in case.service_calls()]
    assert [call for call, decision in decisions if decision.strength != "direct"] == []
    of_services = {statement["Sid"] for statement in case.statements if "Service" in statement["Principal"]}
    assert {decision.sid for _, decision in decisions} == of_services


@every_policy
def test_no_service_is_asked_for_what_only_people_send(case: Case) -> None:
    """11. A service sends neither its caller's account nor ARN, and describing the key has no encryption context."""
    for statement in case.statements:
        keys = {key for _, key, _ in conditions(statement)}
        if "Service" in statement["Principal"]:
            assert not keys & {"kms:CallerAccount", "aws:PrincipalArn", "aws:PrincipalAccount", "aws:PrincipalOrgID"}
        if "kms:DescribeKey" in expand_all(tuple(listed(statement["Action"]))):
            assert not [key for key in keys if key.startswith("kms:EncryptionContext")]


@every_policy
def test_everybody_is_bound_by_fixed_values(case: Case) -> None:
    """12. Security Hub calls a key public when a condition beside `*` has a wildcard or a variable (KMS.5)."""
    for statement in allowing(case):
        if statement["Principal"] == {"AWS": "*"}:
            values = [value for _, _, value in conditions(statement)]
            assert not [value for value in values if set(value) & set("*?$")]


@every_policy
def test_the_text_is_short_enough_and_comes_back_the_same(case: Case) -> None:
    """13. At most 32,768 bytes of Latin-1; read and rendered again, the same bytes."""
    assert len(case.text.encode()) <= MAXIMUM_BYTES == 32_768
    case.text.encode("latin-1")
    assert Document.parse(case.text, case.partition).render() == case.text


@every_policy
def test_nothing_is_denied_but_for_protection_and_separate_duties(case: Case) -> None:
    """14. So no feature takes away what another one needs."""
    denied = {statement["Sid"] for statement in case.statements if statement["Effect"] == "Deny"}
    assert denied == PROTECTION | ({DUTIES} if case.settings.separate_duties else set())


def test_a_feature_changes_no_policy_of_another_purpose() -> None:
    """14. With CloudTrail and Backup off the other keys have the policies that they have with both on."""
    on = {key.locked: key.policy.render() for key in organization("aws", {}).keys}
    off = {key.locked: key.policy.render() for key in organization("aws", {}, features={}).keys}
    off = {locked: policy for locked, policy in off.items() if not PURPOSES[locked.purpose].optional}
    assert {key.purpose for key in off} == set(EVERYWHERE)
    assert off.items() <= on.items()


@every_policy
def test_nobody_bypasses_the_lockout_check(case: Case) -> None:
    """15. It is denied to all, and needed by none."""
    for name in ("root", DEPLOYER, ADMINISTRATOR, SSO_ADMINISTRATOR, USER, ANYONE):
        assert case.decide(name, "kms:PutKeyPolicy", case.everything | BYPASS).effect == "denied"
    assert case.decide(service("cloudformation"), "kms:PutKeyPolicy", BYPASS).effect == "denied"


@with_separate_duties
def test_separate_duties_deny_administrators_and_nobody_else(case: Case) -> None:
    """15a. Neither the deploying role, a user, nor a role of ours is denied anything of its work."""
    for action in CRYPTOGRAPHIC | {"kms:CreateGrant"}:
        assert case.decide(ADMINISTRATOR, action).effect == "denied", action
        assert case.decide(SSO_ADMINISTRATOR, action, case.everything).effect == "denied", action
    for action in ("kms:Decrypt", "kms:CreateGrant"):
        for name in ("root", DEPLOYER, USER, CI_USER, "role/baseline-log-groups-eu-west-2", ANYONE):
            assert case.decide(name, action, case.everything).effect != "denied", (name, action)


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"administrators": ["role/kms-*"]}, "who deploys: separate_duties would deny"),
    ({"administrators": [DEPLOYER]}, "who deploys: separate_duties would deny"),
    ({"administrators": ["role/*"], "users": []}, "who deploys: separate_duties would deny"),
    ({"administrators": ["role/A*"], "users": [USER]}, f"`arn:aws:iam::{OWN}:role/App` also administers the key"),
    ({"administrators": [USER], "users": ["role/A*"]}, f"`arn:aws:iam::{OWN}:role/A\\*` also administers the key"),
    (
        {"administrators": [USER], "users": [f"arn:aws:iam::{OWN}:{USER}"]},
        f"`arn:aws:iam::{OWN}:role/App` also administers the key",
    ),
]


@pytest.mark.parametrize(("keys", "problem"), REFUSED)
def test_a_deny_that_would_meet_the_wrong_people_is_refused(keys: dict[str, Any], problem: str) -> None:
    """15a. The configuration is refused where it is written, before there is a policy."""
    with pytest.raises(Mistakes, match=problem):
        organization("aws", {"separate_duties": True, **keys})


@every_policy
def test_anybody_of_the_account_may_be_let_look_and_who_manages_revokes_grants(case: Case) -> None:
    """15b. What Terraform, AWS Config and service roles read is left to IAM; what changes the key may be for fewer."""
    for action in READ_BY_ALL:
        for name in ("root", DEPLOYER, ADMINISTRATOR, SSO_ADMINISTRATOR, ANYONE):
            assert case.allows(name, f"kms:{action}"), (name, action)
            assert not case.allows(case.who(name, OTHER), f"kms:{action}"), (name, action)
    for action in ("kms:RevokeGrant", "kms:TagResource", "kms:PutKeyPolicy"):
        assert case.allows(DEPLOYER, action), action
        assert case.allows(ANYONE, action) == (case.settings.delegation != "administrators"), action


def test_empty_lists_leave_no_statement_behind() -> None:
    """Neither administrators nor users: KMS refuses a statement with no principal."""
    for key in organization("aws", {"administrators": [], "users": [], "separate_duties": True}).keys:
        assert "[]" not in key.policy.render()
        sids = [statement.sid for statement in key.policy.statements]
        assert not [sid for sid in sids if sid.startswith(("Administrators", "Users", "Readers"))]


def test_the_order_of_a_list_and_its_repeats_mean_nothing() -> None:
    """So a reordered file changes no key: the form is the one that AWS gives back."""
    account = f"arn:aws:iam::{OTHER}:root"
    lists = (
        ["role/Zeta", "role/Alpha", account],
        [account, "role/Alpha", "role/Zeta", "role/Alpha", f"arn:aws:iam::{OWN}:role/Zeta"],
    )
    first, second = ([key.policy.render() for key in organization("aws", {"users": users}).keys] for users in lists)
    assert first == second


def test_every_setting_was_tried() -> None:
    optional = sum(purpose.optional for purpose in PURPOSES.values())
    assert len(CASES) == (len(PURPOSES) - optional) * len(some(range(3 * 3 * 2))) + optional * 3
    assert {(case.partition, case.settings.separate_duties) for case in CASES} == set(product(REGIONS, (False, True)))
    assert len({case.text for case in CASES}) == len(CASES)
    assert set(keys_of(Settings("aws", "manage", False))) == set(PURPOSES)
