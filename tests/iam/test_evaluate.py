"""Decisions that AWS publishes, by hand. Sources, all under https://docs.aws.amazon.com/IAM/latest/UserGuide/:

reference_policies_evaluation-logic.html, reference_policies_elements_principal.html,
reference_policies_elements_condition_operators.html,
reference_policies_condition-single-vs-multi-valued-context-keys.html; and for KMS
https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html and .../conditions-kms.html.
"""

from typing import Any

import pytest

from baseline.iam.conditions import Condition
from baseline.iam.document import Document
from baseline.iam.evaluate import Decision, decide
from baseline.iam.policy_error import PolicyError
from baseline.iam.principals import Principal
from baseline.iam.request import Caller, IamCaller, Request, ServiceCaller
from baseline.iam.statement import Statement

A = "111111111111"
B = "222222222222"
ROOT = f"arn:aws:iam::{A}:root"
ROLE = f"arn:aws:iam::{A}:role/teams/App"
SESSION = f"arn:aws:sts::{A}:assumed-role/App/s1"
EC2 = "ec2.eu-west-2.amazonaws.com"
TOPIC = "kms:EncryptionContext:aws:sns:topicArn"

ROOT_USER = IamCaller(ROOT)
USER = IamCaller(f"arn:aws:iam::{A}:user/Ada")
APP = IamCaller(ROLE)
APP_SESSION = IamCaller(ROLE, session="s1")
PATHLESS = IamCaller(f"arn:aws:iam::{A}:role/App")
BARE_SESSION = IamCaller(SESSION)
STRANGER = IamCaller(f"arn:aws:iam::{B}:role/App")
EVENTS = ServiceCaller("events.amazonaws.com")


def allow(**change: object) -> dict[str, object]:
    return {"Sid": "S", "Effect": "Allow", "Principal": "*", "Action": "kms:Decrypt", "Resource": "*", **change}


def deny(**change: object) -> dict[str, object]:
    return allow(**{"Sid": "D", "Effect": "Deny", **change})


def decision(statements: list[dict[str, object]], caller: Caller, action: str, context: dict[str, Any]) -> Decision:
    return decide({"Version": "2012-10-17", "Statement": statements}, Request(caller, action, context))


def short(found: Decision) -> str:
    return f"{found.effect} {found.strength}" if found.strength else found.effect


WHO: list[tuple[str, list[dict[str, object]], Caller, str]] = [
    ("nothing allows", [allow(Principal={"AWS": f"arn:aws:iam::{A}:user/Bob"})], USER, "not allowed"),
    ("the user is named", [allow(Principal={"AWS": f"arn:aws:iam::{A}:user/Ada"})], USER, "allowed direct"),
    ("names have letter case", [allow(Principal={"AWS": f"arn:aws:iam::{A}:user/ada"})], USER, "not allowed"),
    ("the account delegates", [allow(Principal={"AWS": ROOT})], USER, "allowed delegated"),
    ("an account ID is the account", [allow(Principal={"AWS": A})], APP, "allowed delegated"),
    ("the root user needs no IAM policy", [allow(Principal={"AWS": ROOT})], ROOT_USER, "allowed direct"),
    ("an account is not another", [allow(Principal={"AWS": [ROOT, A]})], STRANGER, "not allowed"),
    (
        "a path that ends in :root is no account",
        [allow(Principal={"AWS": f"arn:aws:iam::{A}:user/x:root"})],
        USER,
        "not allowed",
    ),
    ("an account does not speak for services", [allow(Principal={"AWS": ROOT})], EVENTS, "not allowed"),
    ("direct is named before delegated", [allow(Principal={"AWS": [ROOT, ROLE]})], APP, "allowed direct"),
    ("everyone is everyone", [allow()], STRANGER, "allowed direct"),
    ("everyone in a map as well", [allow(Principal={"AWS": ["*"]})], APP, "allowed direct"),
    ("everyone includes services", [allow(Principal={"AWS": "*"})], EVENTS, "allowed direct"),
    ("the service is named", [allow(Principal={"Service": EVENTS.name})], EVENTS, "allowed direct"),
    ("another service is named", [allow(Principal={"Service": "sns.amazonaws.com"})], EVENTS, "not allowed"),
    ("a service name is no IAM principal", [allow(Principal={"Service": EVENTS.name})], APP, "not allowed"),
    ("both kinds in one statement", [allow(Principal={"AWS": ROLE, "Service": [EVENTS.name]})], EVENTS, "allowed direct"),
    ("a role covers its session", [allow(Principal={"AWS": ROLE})], APP_SESSION, "allowed direct"),
    ("a role covers a session known by its own ARN", [allow(Principal={"AWS": ROLE})], BARE_SESSION, "allowed direct"),
    (
        "another role of the same ending does not",
        [allow(Principal={"AWS": f"arn:aws:iam::{A}:role/teams/MyApp"})],
        BARE_SESSION,
        "not allowed",
    ),
    ("a user of that name is no session", [allow(Principal={"AWS": f"arn:aws:iam::{A}:user/App"})], BARE_SESSION, "not allowed"),
    ("a role without a path is another role", [allow(Principal={"AWS": ROLE})], PATHLESS, "not allowed"),
    ("a session is that session", [allow(Principal={"AWS": SESSION})], BARE_SESSION, "allowed direct"),
    ("a session of a role with a path", [allow(Principal={"AWS": SESSION})], APP_SESSION, "allowed direct"),
    ("a session is not the role", [allow(Principal={"AWS": SESSION})], APP, "not allowed"),
    ("a session is not another session", [allow(Principal={"AWS": SESSION})], IamCaller(ROLE, "s2"), "not allowed"),
    ("an account covers sessions", [allow(Principal={"AWS": ROOT})], BARE_SESSION, "allowed delegated"),
    ("a user is no role of that name", [allow(Principal={"AWS": f"arn:aws:iam::{A}:role/Ada"})], USER, "not allowed"),
    ("deny wins whatever the order", [allow(), deny()], APP, "denied"),
    ("deny wins in front as well", [deny(), allow()], APP, "denied"),
    ("a deny of the account hits all of it", [allow(), deny(Principal={"AWS": A})], BARE_SESSION, "denied"),
    ("a deny of the role hits its session", [allow(), deny(Principal={"AWS": ROLE})], BARE_SESSION, "denied"),
    ("a deny of everyone hits services", [allow(), deny(Principal={"AWS": "*"})], EVENTS, "denied"),
    ("a deny alone allows nothing", [deny(Action="kms:Encrypt")], APP, "not allowed"),
    ("a statement without Resource does nothing", [{**allow(), "Resource": []}], APP, "not allowed"),
    ("a statement without Action does nothing", [allow(Action=[])], APP, "not allowed"),
]  # fmt: skip


@pytest.mark.parametrize(("statements", "caller", "expected"), [w[1:] for w in WHO], ids=[w[0] for w in WHO])
def test_who_is_covered_and_how(statements: list[dict[str, object]], caller: Caller, expected: str) -> None:
    assert short(decision(statements, caller, "kms:Decrypt", {})) == expected


@pytest.mark.parametrize(
    ("pattern", "action", "expected"),
    [
        ("kms:Decrypt", "kms:decrypt", True),
        ("KMS:DECRYPT", "kms:Decrypt", True),
        ("kms:*", "kms:NotYetKnown", True),
        ("*", "kms:Decrypt", True),
        ("kms:GenerateDataKey*", "kms:GenerateDataKeyPair", True),
        ("kms:GenerateDataKey", "kms:GenerateDataKeyPair", False),
        ("kms:?ncrypt", "kms:Encrypt", True),
        ("kms:?ncrypt", "kms:ncrypt", False),
        ("kms:Re*Key*", "kms:ReplicateKey", True),
        ("kms=Decrypt", "kms:Decrypt", False),
    ],
)
def test_actions_have_wildcards_and_no_letter_case(pattern: str, action: str, expected: bool) -> None:
    found = decision([allow(Action=["kms:Sign", pattern])], APP, action, {})
    assert (found.effect == "allowed") is expected


LOGS = f"arn:aws:logs:eu-west-2:{A}:log-group:"
DAYS = "kms:TrailingDaysWithoutKeyUsage"
NAMES = "kms:EncryptionContextKeys"

# operator, key, values; context; whether it holds
HOLDS: list[tuple[str, str, Any, dict[str, Any], bool]] = [
    ("StringEquals", "kms:ViaService", EC2, {"kms:ViaService": EC2}, True),
    ("StringEquals", "KMS:viaservice", EC2, {"kms:VIASERVICE": EC2}, True),
    ("StringEquals", TOPIC.lower(), "a", {TOPIC: "a"}, True),
    ("StringEquals", "kms:ViaService", EC2.upper(), {"kms:ViaService": EC2}, False),
    ("StringEquals", "kms:ViaService", ["x", EC2], {"kms:ViaService": EC2}, True),
    ("StringEquals", "kms:ViaService", "*", {"kms:ViaService": EC2}, False),
    ("StringEquals", "kms:ViaService", "*", {"kms:ViaService": "*"}, True),
    ("StringEquals", "kms:ViaService", EC2, {}, False),
    ("StringEquals", "kms:ViaService", EC2, {"kms:ViaService": ()}, False),
    ("StringEqualsIfExists", "kms:ViaService", EC2, {}, True),
    ("StringEqualsIfExists", "kms:ViaService", EC2, {"kms:ViaService": "x"}, False),
    ("StringEqualsIgnoreCase", "kms:ViaService", EC2.upper(), {"kms:ViaService": EC2}, True),
    ("StringNotEquals", "kms:ViaService", EC2, {"kms:ViaService": EC2}, False),
    ("StringNotEquals", "kms:ViaService", EC2, {"kms:ViaService": "x"}, True),
    ("StringNotEquals", "kms:ViaService", ["x", EC2], {"kms:ViaService": EC2}, False),
    ("StringNotEquals", "kms:ViaService", EC2, {}, True),
    ("StringNotEqualsIfExists", "kms:ViaService", EC2, {}, True),
    ("StringNotEqualsIgnoreCase", "kms:ViaService", EC2.upper(), {"kms:ViaService": EC2}, False),
    ("StringLike", "kms:ViaService", "ec2.*.amazonaws.com", {"kms:ViaService": EC2}, True),
    ("StringLike", "kms:ViaService", "EC2.*", {"kms:ViaService": EC2}, False),
    ("StringLike", "kms:ViaService", "?c2.*", {"kms:ViaService": EC2}, True),
    ("StringLike", "kms:ViaService", "ec2.[e]*", {"kms:ViaService": EC2}, False),
    ("StringLike", "kms:ViaService", "*", {"kms:ViaService": "a\nb"}, True),
    ("StringLike", "kms:ViaService", "a*b*a*b", {"kms:ViaService": "aababab"}, True),
    ("StringLike", "kms:ViaService", "a*b*c", {"kms:ViaService": "abcb"}, False),
    ("StringLike", TOPIC, f"arn:aws:sns:*:{A}:t", {TOPIC: f"arn:aws:sns:eu:{B}:x:{A}:t"}, True),
    ("StringLike", "kms:ViaService", "*", {}, False),
    ("StringNotLike", "kms:ViaService", "ec2.*", {"kms:ViaService": EC2}, False),
    ("StringNotLike", "kms:ViaService", "ec2.*", {}, True),
    ("ArnLike", TOPIC, f"arn:aws:sns:*:{A}:t", {TOPIC: f"arn:aws:sns:eu:{B}:x:{A}:t"}, False),
    ("ArnLike", "kms:EncryptionContext:aws:logs:arn", LOGS + "*", {"kms:EncryptionContext:aws:logs:arn": LOGS + "a:b:*"}, True),
    ("ArnLike", "aws:SourceArn", "arn:aws:s3:::b*", {"aws:SourceArn": "arn:aws:s3:::bucket"}, True),
    ("ArnLike", "aws:SourceArn", "arn:aws:s3:?::b*", {"aws:SourceArn": "arn:aws:s3:::bucket"}, False),
    ("ArnEquals", "aws:SourceArn", "arn:aws:s3:::b*", {"aws:SourceArn": "arn:aws:s3:::bucket"}, True),
    ("ArnLike", "aws:SourceArn", "*", {"aws:SourceArn": "arn:aws:s3:::bucket"}, False),
    ("ArnLike", "aws:SourceArn", "*:*:*:*:*:*", {"aws:SourceArn": "no:a:r:n:at:all"}, False),
    ("ArnLike", "aws:SourceArn", "arn:*:*:*:*:*", {"aws:SourceArn": "bucket"}, False),
    ("ArnNotLike", "aws:SourceArn", "arn:aws:s3:::b*", {"aws:SourceArn": "arn:aws:s3:::bucket"}, False),
    ("ArnNotLike", "aws:SourceArn", "arn:aws:s3:::b*", {"aws:SourceArn": "bucket"}, True),
    ("ArnNotEquals", "aws:SourceArn", "arn:aws:s3:::b*", {}, True),
    ("ArnLikeIfExists", "aws:SourceArn", "arn:aws:s3:::b*", {}, True),
    ("Bool", "kms:GrantIsForAWSResource", "true", {"kms:GrantIsForAWSResource": "true"}, True),
    ("Bool", "kms:GrantIsForAWSResource", True, {"kms:GrantIsForAWSResource": "true"}, True),
    ("Bool", "kms:GrantIsForAWSResource", "true", {"kms:GrantIsForAWSResource": "false"}, False),
    ("Bool", "kms:GrantIsForAWSResource", "false", {}, False),
    ("BoolIfExists", "kms:GrantIsForAWSResource", "true", {}, True),
    ("Null", "kms:ViaService", "true", {}, True),
    ("Null", "kms:ViaService", "true", {"kms:ViaService": EC2}, False),
    ("Null", "kms:ViaService", "false", {"kms:ViaService": EC2}, True),
    ("Null", "kms:ViaService", False, {}, False),
    ("Null", NAMES, "true", {NAMES: ()}, True),
    ("Null", NAMES, "false", {NAMES: ("a", "b")}, True),
    ("Null", "kms:CallerAccount", "false", {}, True),
    ("NumericLessThan", DAYS, "10", {DAYS: "9"}, True),
    ("NumericLessThan", DAYS, "10", {DAYS: "10"}, False),
    ("NumericLessThanEquals", DAYS, 10, {DAYS: "10"}, True),
    ("NumericLessThanEquals", DAYS, "10", {DAYS: "11"}, False),
    ("NumericGreaterThan", DAYS, "9", {DAYS: "10"}, True),
    ("NumericGreaterThan", DAYS, "10", {DAYS: "10"}, False),
    ("NumericGreaterThanEquals", DAYS, "10", {DAYS: "010"}, True),
    ("NumericEquals", DAYS, "010", {DAYS: "10"}, True),
    ("NumericNotEquals", DAYS, "10", {DAYS: "10"}, False),
    ("NumericNotEquals", DAYS, "10", {DAYS: "ten"}, True),
    ("NumericEquals", DAYS, "10", {DAYS: "ten"}, False),
    ("NumericLessThan", DAYS, "10", {}, False),
    ("ForAnyValue:StringEquals", NAMES, "a", {NAMES: ("a", "b")}, True),
    ("ForAnyValue:StringEquals", NAMES, ["x", "b"], {NAMES: ("a", "b")}, True),
    ("ForAnyValue:StringEquals", NAMES, "c", {NAMES: ("a", "b")}, False),
    ("ForAnyValue:StringEquals", NAMES, "a", {}, False),
    ("ForAnyValue:StringEqualsIfExists", NAMES, "a", {}, True),
    ("ForAnyValue:StringEquals", NAMES, "a", {NAMES: "a"}, True),
    ("ForAnyValue:StringNotEquals", NAMES, "a", {NAMES: ("a", "b")}, True),
    ("ForAnyValue:StringNotEquals", NAMES, ["a", "b"], {NAMES: ("a", "b")}, False),
    ("ForAnyValue:StringNotEquals", NAMES, "a", {}, False),
    ("ForAllValues:StringEquals", NAMES, ["a", "b", "c"], {NAMES: ("a", "b")}, True),
    ("ForAllValues:StringEquals", NAMES, "a", {NAMES: ("a", "b")}, False),
    ("ForAllValues:StringLike", NAMES, "aws:*", {NAMES: ("aws:a", "aws:b")}, True),
    ("ForAllValues:StringNotEquals", NAMES, "a", {NAMES: ("b", "c")}, True),
    ("ForAllValues:StringNotEquals", NAMES, "a", {NAMES: ("a", "c")}, False),
    ("ForAllValues:StringEquals", NAMES, "a", {}, True),
    ("ForAllValues:StringEquals", "aws:PrincipalOrgID", "o-a1b2c3d4e5", {}, True),
]  # fmt: skip


@pytest.mark.parametrize(("operator", "key", "values", "context", "expected"), HOLDS)
def test_a_condition_holds_as_aws_documents_it(
    operator: str, key: str, values: Any, context: dict[str, Any], expected: bool
) -> None:
    found = decision([allow(Condition={operator: {key: values}})], APP, "kms:Decrypt", context)
    assert (found.effect == "allowed") is expected


# A request's own keys follow from the caller.
DERIVED: list[tuple[str, str, str, Caller, bool]] = [
    ("StringEquals", "kms:CallerAccount", A, APP, True),
    ("StringEquals", "kms:CallerAccount", A, STRANGER, False),
    ("StringEquals", "aws:PrincipalAccount", A, BARE_SESSION, True),
    ("StringEquals", "kms:CallerAccount", A, EVENTS, False),
    ("StringNotEquals", "kms:CallerAccount", A, EVENTS, True),
    ("StringEquals", "aws:PrincipalArn", ROLE, APP, True),
    ("StringEquals", "aws:PrincipalArn", ROLE, APP_SESSION, True),
    ("StringEquals", "aws:PrincipalArn", f"arn:aws:iam::{A}:role/App", BARE_SESSION, True),
    ("StringEquals", "aws:PrincipalArn", SESSION, BARE_SESSION, False),
    ("ArnLike", "aws:PrincipalArn", f"arn:aws:iam::{A}:role/*", APP_SESSION, True),
    ("StringEquals", "aws:PrincipalArn", ROOT, ROOT_USER, True),
    ("ArnNotLike", "aws:PrincipalArn", f"arn:aws:iam::{A}:role/*", EVENTS, True),
    ("Bool", "aws:PrincipalIsAWSService", "true", EVENTS, True),
    ("Bool", "aws:PrincipalIsAWSService", "false", APP, True),
]


@pytest.mark.parametrize(("operator", "key", "value", "caller", "expected"), DERIVED)
def test_keys_of_the_caller_follow_from_the_caller(
    operator: str, key: str, value: str, caller: Caller, expected: bool
) -> None:
    found = decision([allow(Condition={operator: {key: value}})], caller, "kms:Decrypt", {})
    assert (found.effect == "allowed") is expected


def test_all_operators_and_all_keys_must_hold() -> None:
    both = allow(Condition={"StringEquals": {"kms:ViaService": EC2, "kms:KeySpec": "x"}, "Null": {TOPIC: "true"}})
    assert decision([both], APP, "kms:Decrypt", {"kms:ViaService": EC2, "kms:KeySpec": "x"}).effect == "allowed"
    assert decision([both], APP, "kms:Decrypt", {"kms:ViaService": EC2}).effect == "not allowed"
    assert decision([both], APP, "kms:Decrypt", {"kms:ViaService": EC2, "kms:KeySpec": "x", TOPIC: "t"}).sid is None


def test_a_negated_operator_in_a_deny_hits_calls_that_lack_the_key() -> None:
    only_through_ec2 = deny(Condition={"StringNotEquals": {"kms:ViaService": EC2}})
    assert decision([allow(), only_through_ec2], ROOT_USER, "kms:Decrypt", {}).effect == "denied"
    assert decision([allow(), only_through_ec2], ROOT_USER, "kms:Decrypt", {"kms:ViaService": EC2}).effect == "allowed"


def test_the_account_through_ec2_and_nothing_else() -> None:
    """The AWS managed key for EBS: everyone of the account, through EC2."""
    policy = Document(
        (Statement(sid="Ec2", principal=Principal.through(A, EC2), actions=("kms:Decrypt",)),)
    )  # fmt: skip
    through = {"kms:ViaService": EC2}
    assert short(decide(policy, Request(USER, "kms:Decrypt", through))) == "allowed direct"
    assert short(decide(policy, Request(USER, "kms:Decrypt"))) == "not allowed"
    assert short(decide(policy, Request(STRANGER, "kms:Decrypt", through))) == "not allowed"
    assert short(decide(policy, Request(EVENTS, "kms:Decrypt", through))) == "not allowed"
    assert short(decide(policy, Request(USER, "kms:Encrypt", through))) == "not allowed"


def test_a_decision_names_its_statement_and_what_the_others_lacked() -> None:
    arn = Condition("ArnLike", "kms:EncryptionContext:aws:logs:arn", (LOGS + "*",))
    policy = Document(
        (
            Statement(sid="Root", principal=Principal.account("aws", A), actions=("kms:PutKeyPolicy",)),
            Statement(sid="Logs", principal=Principal.service("logs.eu-west-2.amazonaws.com"), actions=("kms:Decrypt",),
                      conditions=(arn,)),
            Statement(sid="App", principal=Principal.exactly([ROLE]), actions=("kms:Decrypt",)),
        )
    )  # fmt: skip
    other = f"arn:aws:logs:eu-west-2:{B}:log-group:x"
    logs = Request(ServiceCaller("logs.eu-west-2.amazonaws.com"), "kms:Decrypt", {arn.key: other})
    assert decide(policy, logs) == Decision(
        "not allowed",
        None,
        None,
        (
            "Root: Principal",
            f"Logs: ArnLike kms:EncryptionContext:aws:logs:arn={other}",
            "App: StringEquals aws:PrincipalArn=(absent)",
        ),
    )
    assert decide(policy, Request(APP, "kms:Decrypt")) == Decision(
        "allowed", "direct", "App", ("Root: Action", "Logs: Principal")
    )


def test_statements_of_one_name_are_judged_each_by_itself() -> None:
    found = decision(
        [deny(Sid="S", Principal={"AWS": ROLE}), allow(Sid="S", Action="kms:Sign")], APP, "kms:Decrypt", {}
    )
    assert (found.effect, found.sid, found.notes) == ("denied", "S", ("S: Action",))


def test_a_direct_allow_is_named_before_a_delegated_one() -> None:
    both = [allow(Sid="Root", Principal={"AWS": A}), allow(Sid="Role", Principal={"AWS": ROLE})]
    assert decision(both, APP, "kms:Decrypt", {}) == Decision("allowed", "direct", "Role", ())


def test_a_statement_without_a_sid_is_named_by_its_number() -> None:
    nameless = {name: value for name, value in allow(Action="kms:Sign").items() if name != "Sid"}
    assert decision([allow(), nameless], APP, "kms:Decrypt", {}).notes == ("statement 2: Action",)


def test_several_values_under_an_operator_for_one_are_not_decided() -> None:
    with pytest.raises(PolicyError, match=r"^`StringEquals` on `aws:Odd` meets several values, which is not decided$"):
        decision([allow(Condition={"StringEquals": {"aws:Odd": "a"}})], APP, "kms:Decrypt", {"aws:Odd": ("a", "b")})
