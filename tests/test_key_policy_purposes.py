"""What holds of the key policies of single purposes; the numbers go on from tests/test_key_policy.py."""

from collections.abc import Mapping
from typing import Any

import pytest

from baseline.errors import Mistakes
from baseline.iam.actions import ACTIONS, expand_all
from baseline.iam.evaluate import decide
from baseline.iam.request import Caller, IamCaller, Request, ServiceCaller
from baseline.inventory import Key
from tests.policy_cases import (
    ADMINISTRATOR,
    ANYONE,
    DEPLOYER,
    GRANTS_FOR_AWS,
    OTHER,
    OWN,
    PUBLISH,
    PUBLISHERS,
    USE,
    USER,
    Case,
    cases_of,
    conditions,
    each,
    organization,
    service,
)

TOPIC = "kms:EncryptionContext:aws:sns:topicArn"
LOG_GROUP = "kms:EncryptionContext:aws:logs:arn"
TRAIL = "kms:EncryptionContext:aws:cloudtrail:arn"
BY_ACCOUNT = ("cloudwatch", "budgets", "costalerts")
BY_TOPIC = ("events", "s3", "cloudtrail", "backup")

of_sns = each(cases_of("sns"))
of_ebs = each(cases_of("ebs"))
of_logs = each(cases_of("logs"))
of_cloudtrail = each(cases_of("cloudtrail"))
of_backup = each(cases_of("backup"))


def exists(case: Case, label: str) -> bool:
    """Whether the partition has the publisher: KMS refuses a policy with one that it does not know."""
    return label in PUBLISHERS[case.partition]


@of_sns
@pytest.mark.parametrize("label", BY_ACCOUNT)
def test_alarms_and_bills_of_the_account_alone_are_published(case: Case, label: str) -> None:
    """16, 17. The service says for which account it calls; without saying so, or for another one, it gets nothing."""
    for action in PUBLISH:
        assert case.gives(service(label), action, {"aws:SourceAccount": OWN}) == exists(case, label), action
        assert not case.allows(service(label), action, {"aws:SourceAccount": OTHER}), action
        assert not case.allows(service(label), action), action


@of_sns
@pytest.mark.parametrize("label", BY_TOPIC)
def test_events_reach_the_topics_of_the_account_and_region_alone(case: Case, label: str) -> None:
    """17. The fence is the topic's encryption context."""
    for action in PUBLISH:
        assert case.gives(service(label), action, {TOPIC: case.arn("sns", "alerts")}), action
    for topic in (
        case.arn("sns", "alerts", OTHER),
        case.arn("sns", "alerts", region=case.other_region),
        case.arn("sqs", "alerts"),
        f"arn:aws-iso:sns:{case.region}:{OWN}:alerts",
    ):
        assert not case.allows(service(label), "kms:Decrypt", case.everything | {TOPIC: topic}), topic
    assert not case.allows(service(label), "kms:Decrypt", {"aws:SourceAccount": OWN})


@of_sns
def test_eventbridge_is_not_asked_for_its_source(case: Case) -> None:
    """17. AWS calls the source keys unsupported for it."""
    statement = next(s for s in case.statements if s["Principal"] == {"Service": "events.amazonaws.com"})
    assert not [key for _, key, _ in conditions(statement) if key.startswith("aws:Source")]


@of_sns
def test_codestar_is_bound_to_sns_of_the_region(case: Case) -> None:
    """17. For which account it calls cannot be told: the one listed exception."""
    through = case.gives(service("codestar-notifications"), "kms:Decrypt", case.through("sns"))
    assert through == exists(case, "codestar-notifications")
    assert not case.allows(service("codestar-notifications"), "kms:Decrypt", case.through("sns", case.other_region))
    assert not case.allows(service("codestar-notifications"), "kms:Decrypt", {"aws:SourceAccount": OWN})


@of_sns
@pytest.mark.parametrize("label", PUBLISHERS["aws"])
def test_publishers_publish_and_nothing_else(case: Case, label: str) -> None:
    """18. Whatever a publisher sends along, it decrypts and generates data keys; where it exists at all."""
    found = [s for s in case.statements if s["Principal"] == {"Service": f"{label}.amazonaws.com"}]
    assert [expand_all(tuple(s["Action"])) for s in found] == [PUBLISH] * exists(case, label)
    for action in ("kms:Encrypt", "kms:DescribeKey", "kms:CreateGrant", "kms:PutKeyPolicy"):
        assert not case.allows(service(label), action, case.everything), action


@of_sns
def test_config_is_no_publisher(case: Case) -> None:
    """19. AWS Config does not support encrypted topics."""
    assert "config.amazonaws.com" not in case.text
    assert not case.allows(service("config"), "kms:Decrypt", case.everything)


def test_a_publisher_that_is_not_ours_to_offer_is_refused() -> None:
    """19. Where it is written."""
    with pytest.raises(
        Mistakes, match=r"organization.yaml:1: keys.purposes.sns.publishers\[0\]: `config` is not a publ"
    ):
        organization("aws", {"purposes": {"sns": {"publishers": ["config"]}}})


def test_only_the_publishers_listed_have_statements() -> None:
    """A list replaces the default; an empty one leaves the account's own roles."""
    for publishers in ([], ["s3"], ["budgets", "events"]):
        policy = _key("sns", {"purposes": {"sns": {"publishers": publishers}}}).policy
        services = [s["Principal"]["Service"] for s in _statements(policy.as_dict()) if "Service" in s["Principal"]]
        assert sorted(services) == sorted(f"{label}.amazonaws.com" for label in publishers)


THROUGH = {"sns": PUBLISH, "ebs": USE, "logs": USE, "backup": PUBLISH}
"""What every role of the account may do through the purpose's service, besides describing the key."""


@each(cases_of(*THROUGH))
def test_the_account_uses_the_key_through_its_service_and_not_directly(case: Case) -> None:
    """20, 26, 30, 31. For a role that nothing names; what `full` leaves to IAM is not given by the policy."""
    expected = THROUGH[case.purpose] | {"kms:DescribeKey"}
    grants = {"kms:CreateGrant"} if case.purpose in ("ebs", "backup") else set()
    given = {action for action in ACTIONS if case.gives(ANYONE, action, case.via | GRANTS_FOR_AWS)}
    assert given == expected | grants
    assert {action for action in given if case.gives(ANYONE, action, case.via)} == expected
    for context in ({}, case.through("lambda") | GRANTS_FOR_AWS):
        assert not [action for action in expected | {"kms:CreateGrant"} if case.gives(ANYONE, action, context)]


@of_backup
@pytest.mark.parametrize("service", ["ec2", "rds", "fsx"])
def test_copies_into_a_vault_reach_its_key_through_the_service_that_makes_them(case: Case, service: str) -> None:
    """The copying is done by AWS Backup's service-linked role, and KMS is called by EC2, RDS or FSx for it."""
    role = "role/aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup"
    copying = expand_all(("kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey*", "kms:ReEncrypt*", "kms:ListGrants"))
    through = case.through(service)
    assert {action for action in ACTIONS if case.gives(role, action, through)} == copying
    assert case.gives(role, "kms:CreateGrant", through | GRANTS_FOR_AWS)
    abroad = case.through(service, case.other_region) | GRANTS_FOR_AWS
    assert not [action for action in (*USE, "kms:CreateGrant") if case.gives(role, action, abroad)]


@each(cases_of(*THROUGH))
def test_administrators_are_like_everybody_through_the_service_unless_duties_are_separate(case: Case) -> None:
    """20, 26. Directly they use the key in no case."""
    wanted = "denied" if case.settings.separate_duties else "allowed"
    for action in THROUGH[case.purpose]:
        assert case.decide(ADMINISTRATOR, action, case.via).effect == wanted, action
        assert not case.gives(ADMINISTRATOR, action), action
        assert case.gives(DEPLOYER, action, case.via), action


@each(cases_of(*THROUGH))
def test_nobody_but_users_uses_the_key_through_another_region(case: Case) -> None:
    """21. The service of the other region is another service."""
    elsewhere = case.everything | {"kms:ViaService": case.via["kms:ViaService"].replace(case.region, case.other_region)}
    for name in ("root", ANYONE, DEPLOYER, ADMINISTRATOR):
        for action in ("kms:Decrypt", "kms:GenerateDataKey"):
            assert case.decide(name, action, elsewhere).sid in (None, *_other_deciders(case)), (name, action)
    assert case.gives(USER, "kms:Decrypt", elsewhere)


def _other_deciders(case: Case) -> tuple[str, ...]:
    """What may decide of a use that the policy does not give."""
    root = ("AccountKeepsTheKeyManageable",) if case.settings.delegation == "full" else ()
    return (*root, "AdministratorsNeverUseTheKey")


@of_ebs
def test_no_statement_looks_at_the_network(case: Case) -> None:
    """22. Instance roles that only have an identity would be stopped."""
    network = ("aws:SourceIp", "aws:SourceVpc", "aws:SourceVpce", "aws:VpcSourceIp")
    assert not [name for name in network if name.lower() in case.text.lower()]


@each(cases_of("sns", "ebs", "logs", "cloudtrail", "backup"))
def test_no_role_stands_in_a_principal(case: Case) -> None:
    """23. KMS refuses a role that does not exist, as a service-linked role of an account that is new."""
    named = {s["Principal"].get("AWS", "*") for s in case.statements}
    assert named <= {"*", f"arn:{case.partition}:iam::{OWN}:root"}
    assert "aws-service-role" not in case.text


@of_logs
def test_logs_of_the_region_uses_the_key_for_log_groups_of_the_account(case: Case) -> None:
    """24, 25. Logs of another region does not, and of no other account or region either."""
    here = ServiceCaller(case.logs)
    elsewhere = ServiceCaller(case.logs.replace(case.region, case.other_region))
    for name in ("log-group:/app", "log-group:/app:*"):
        assert case.gives(here, "kms:Decrypt", {LOG_GROUP: case.arn("logs", name)})
    for arn in (
        case.arn("logs", "log-group:/app", OTHER),
        case.arn("logs", "log-group:/app", region=case.other_region),
        case.arn("logs", "destination:archive"),
    ):
        for action in USE:
            assert not case.allows(here, action, case.everything | {LOG_GROUP: arn}), (action, arn)
    assert not case.allows(here, "kms:Decrypt")
    for action in ACTIONS:
        assert not case.allows(elsewhere, action, case.everything), action


@of_logs
def test_logs_does_with_the_key_what_it_must_and_nothing_else(case: Case) -> None:
    """24. Describing the key comes without a context that could fence it."""
    logs = ServiceCaller(case.logs)
    assert {action for action in ACTIONS if case.allows(logs, action, case.everything)} == {*USE, "kms:DescribeKey"}
    assert case.gives(logs, "kms:DescribeKey")


@of_logs
def test_the_remediating_role_uses_the_key_through_logs_alone(case: Case) -> None:
    """27. It needs that to associate the key with a log group."""
    role = "role/baseline-log-group-encryption-eu-west-2"
    for action in (*USE, "kms:DescribeKey"):
        assert case.gives(role, action, case.via), action
        assert not case.gives(role, action), action


@of_cloudtrail
def test_cloudtrail_writes_for_our_trail_alone(case: Case) -> None:
    """28. Its ARN, and in the context its account and name in any region, for a trail writes from each of them."""
    trail = {"aws:SourceArn": case.trail, TRAIL: case.trail}
    assert {a for a in ACTIONS if case.allows(service("cloudtrail"), a, trail)} == {
        *expand_all(("kms:GenerateDataKey*",)),
        "kms:DescribeKey",
    }
    for change in (
        {"aws:SourceArn": case.arn("cloudtrail", "trail/baseline", OTHER)},
        {"aws:SourceArn": case.arn("cloudtrail", "trail/other")},
        {TRAIL: case.arn("cloudtrail", "trail/baseline", OTHER)},
        {TRAIL: case.arn("cloudtrail", "trail/other")},
    ):
        assert not case.allows(service("cloudtrail"), "kms:GenerateDataKey", trail | change), change
    assert not case.allows(service("cloudtrail"), "kms:GenerateDataKey", {TRAIL: case.trail})
    assert not case.allows(service("cloudtrail"), "kms:DescribeKey")


@of_cloudtrail
def test_readers_decrypt_log_files_and_nothing_else(case: Case) -> None:
    """29. Through S3, and only what CloudTrail encrypted; nobody else reads them."""
    log_file = case.through("s3") | {TRAIL: case.trail}
    assert {action for action in ACTIONS if case.gives(USER, action, log_file | GRANTS_FOR_AWS)} == {"kms:Decrypt"}
    assert not case.gives(USER, "kms:Decrypt", case.through("s3"))
    assert not case.gives(USER, "kms:Decrypt", {TRAIL: case.trail})
    assert not case.gives(USER, "kms:Decrypt", log_file | case.through("s3", case.other_region))
    for name in (ANYONE, ADMINISTRATOR, DEPLOYER):
        assert not case.gives(name, "kms:Decrypt", log_file), name


@of_backup
def test_the_deploying_role_can_create_the_vault(case: Case) -> None:
    """30. Through Backup of the region, and grants for AWS resources only."""
    for action in ("kms:CreateGrant", "kms:Decrypt", "kms:GenerateDataKey"):
        assert case.gives(DEPLOYER, action, case.through("backup") | GRANTS_FOR_AWS), action
        assert not case.gives(DEPLOYER, action, case.through("backup", case.other_region) | GRANTS_FOR_AWS), action
    assert not case.gives(DEPLOYER, "kms:CreateGrant", case.through("backup"))


@of_ebs
def test_the_backup_role_uses_the_volumes_key_through_ec2(case: Case) -> None:
    """31. Otherwise backups of volumes fail; it neither uses nor manages the key directly."""
    role = "role/service-role/AWSBackupDefaultServiceRole"
    for action in (*USE, "kms:DescribeKey", "kms:CreateGrant"):
        assert case.gives(role, action, case.through("ec2") | GRANTS_FOR_AWS), action
    assert not [action for action in ACTIONS if case.gives(role, action, GRANTS_FOR_AWS)]


SHARED = {"kms:DescribeKey", *USE}
"""What another account may do with a shared key, besides grants for AWS resources.
https://repost.aws/knowledge-center/backup-cross-account-copy-error"""
GRANTS = {"kms:CreateGrant", "kms:ListGrants", "kms:RevokeGrant"}
VIA = [("ebs", "ec2"), *(("backup", service) for service in ("backup", "ec2", "rds", "fsx"))]


@pytest.mark.parametrize(("purpose", "via"), VIA)
def test_a_shared_key_lets_in_the_accounts_named_and_no_other(purpose: str, via: str) -> None:
    """3, 32. They use it as their own IAM policies allow and manage nothing; not shared, they do not get in."""
    named = [{"name": "workloads", "id": OWN}, {"name": "zoo", "id": OTHER}]
    key = _key(purpose, {"purposes": {purpose: {"share_with": ["zoo", OWN]}}}, accounts=named)
    accounts = (OWN, OTHER, "444444444444")
    own, other, third = (IamCaller(f"arn:aws:iam::{account}:role/Restore", "s") for account in accounts)
    assert _allowed(key, other, GRANTS_FOR_AWS) == SHARED | GRANTS
    assert _allowed(key, other, {}) == SHARED
    assert not _allowed(key, own, GRANTS_FOR_AWS) & {*USE, "kms:CreateGrant"}
    assert _allowed(key, third, GRANTS_FOR_AWS | {"kms:ViaService": f"{via}.eu-west-2.amazonaws.com"}) == set()


@pytest.mark.parametrize(("purpose", "via"), VIA)
def test_a_key_shared_with_the_organization_is_used_through_its_service_alone(purpose: str, via: str) -> None:
    """4, 32. Otherwise every role of the own account, which is in the organization too, could use the key directly."""
    key = _key(purpose, {"purposes": {purpose: {"share_with": ["organization"]}}})
    through = GRANTS_FOR_AWS | {"kms:ViaService": f"{via}.eu-west-2.amazonaws.com"}
    ours, foreign = {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}, {"aws:PrincipalOrgID": "o-zzzzzzzzzz"}
    member = IamCaller(f"arn:aws:iam::{OTHER}:role/Restore", "s")
    assert _allowed(key, member, through | ours) == SHARED | GRANTS
    for context in (through | foreign, through, GRANTS_FOR_AWS | ours):
        assert _allowed(key, member, context) == set(), context
    own = IamCaller(f"arn:aws:iam::{OWN}:role/Anyone", "s")
    assert not _allowed(key, own, GRANTS_FOR_AWS | ours) & USE


def test_users_of_another_account_are_those_named() -> None:
    """3, 4. Their statement pins that account, and nobody else of it gets in."""
    key = _key("logs", {"users": [f"arn:aws:iam::{OTHER}:role/Reader"]})
    reader, stranger = (IamCaller(f"arn:aws:iam::{OTHER}:role/{name}", "s") for name in ("Reader", "Anyone"))
    assert _allowed(key, reader, {}) == {*USE, "kms:DescribeKey"}
    assert _allowed(key, stranger, GRANTS_FOR_AWS) == set()


def _key(purpose: str, keys: Mapping[str, Any], **sections: Any) -> Key:
    found = organization("aws", keys, **sections).keys
    return next(k for k in found if (k.account_id, k.purpose, k.region) == (OWN, purpose, "eu-west-2"))


def _allowed(key: Key, caller: Caller, context: Mapping[str, str]) -> set[str]:
    return {a for a in ACTIONS if decide(key.policy, Request(caller, a, context)).effect == "allowed"}


def _statements(policy: Mapping[str, Any]) -> list[dict[str, Any]]:
    return list(policy["Statement"])
