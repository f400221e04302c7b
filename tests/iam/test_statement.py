import re
from typing import Any

import pytest

from baseline.iam.conditions import Condition
from baseline.iam.policy_error import PolicyError
from baseline.iam.principals import Principal
from baseline.iam.statement import Statement

A = "111111111111"
ROOT = f"arn:aws:iam::{A}:root"
ROLE = f"arn:aws:iam::{A}:role/App"
OTHER = "222222222222"
ORG = "o-a1b2c3d4e5"
ALARMS = "cloudwatch.amazonaws.com"
EC2 = "ec2.eu-west-2.amazonaws.com"
TOPICS = Condition("ArnLike", "kms:EncryptionContext:aws:sns:topicArn", (f"arn:aws:sns:eu-west-2:{A}:*",))
OWN_SOURCE = Condition("StringEquals", "aws:SourceAccount", (A,))
THROUGH_EC2 = Condition("StringEquals", "kms:ViaService", (EC2,))
IN_OTHER_ACCOUNT = Condition("StringEquals", "kms:CallerAccount", (OTHER,))
FOR_AWS = Condition("Bool", "kms:GrantIsForAWSResource", ("true",))


def statement(**change: Any) -> Statement:
    parts: dict[str, Any] = {"sid": "X", "principal": Principal.account("aws", A), "actions": ("kms:Decrypt",)}
    return Statement(**{**parts, **change})


def test_a_statement_renders_in_one_canonical_form() -> None:
    built = Statement(
        sid="Ec2GrantsForTheAccount",
        principal=Principal.through(A, EC2),
        actions=("kms:revokegrant", "kms:CreateGrant", "kms:CreateGrant"),
        conditions=(FOR_AWS, Condition("StringEquals", "kms:KeySpec", ("SYMMETRIC_DEFAULT", "RSA_2048"))),
    )
    assert list(built.as_dict().items()) == [
        ("Sid", "Ec2GrantsForTheAccount"),
        ("Effect", "Allow"),
        ("Principal", {"AWS": "*"}),
        ("Action", ["kms:CreateGrant", "kms:RevokeGrant"]),
        ("Resource", "*"),
        (
            "Condition",
            {
                "Bool": {"kms:GrantIsForAWSResource": "true"},
                "StringEquals": {
                    "kms:CallerAccount": A,
                    "kms:KeySpec": ["RSA_2048", "SYMMETRIC_DEFAULT"],
                    "kms:ViaService": EC2,
                },
            },
        ),
    ]


def test_a_statement_without_conditions_has_no_condition_element() -> None:
    assert statement(effect="Deny", principal=Principal.everyone()).as_dict() == {
        "Sid": "X",
        "Effect": "Deny",
        "Principal": {"AWS": "*"},
        "Action": "kms:Decrypt",
        "Resource": "*",
    }


def test_statements_are_equal_in_whatever_order_their_parts_were_given() -> None:
    keys = (THROUGH_EC2, Condition("StringEquals", "kms:KeySpec", ("SYMMETRIC_DEFAULT",)))
    actions = ("kms:Encrypt", "kms:Decrypt")
    assert statement(conditions=keys, actions=actions) == statement(conditions=keys[::-1], actions=actions[::-1])


def test_several_principals_are_a_sorted_list() -> None:
    principal = Principal.named([ROOT, ROLE, ROOT])
    assert statement(principal=principal).as_dict()["Principal"] == {"AWS": [ROLE, ROOT]}


ACCEPTED: list[dict[str, Any]] = [
    {"sid": "Enable IAM User Permissions", "actions": ("kms:*",)},
    {"actions": ("*",), "principal": Principal.like("aws", A, [f"arn:aws:iam::{A}:role/*"])},
    {"actions": ("kms:*",), "conditions": (Condition("StringEquals", "kms:CallerAccount", (A,)),)},
    {"effect": "Deny", "principal": Principal.everyone(), "actions": ("kms:*",)},
    {"principal": Principal.service("events.amazonaws.com"), "conditions": (TOPICS,)},
    {"principal": Principal.service("config.amazonaws.com"), "conditions": (OWN_SOURCE,)},
    {
        "principal": Principal.service("events.amazonaws.com"),
        "conditions": (Condition("StringEqualsIfExists", "aws:SourceAccount", (A,)),),
    },
    {"conditions": (THROUGH_EC2, Condition("StringLike", "kms:ViaService", ("*",)))},
    {
        "effect": "Deny",
        "principal": Principal.everyone(),
        "actions": ("kms:ScheduleKeyDeletion", "kms:DisableKey"),
        "conditions": (Condition("NumericLessThanEquals", "kms:TrailingDaysWithoutKeyUsage", ("365",)),),
    },
    {
        "actions": ("kms:CreateGrant",),
        "conditions": (
            Condition("ForAllValues:StringEquals", "kms:GrantOperations", ("Decrypt",)),
            Condition("Null", "kms:GrantOperations", ("false",)),
        ),
    },
    {"effect": "Deny", "actions": ("kms:CreateGrant",), "conditions": (
        Condition("ForAllValues:StringEquals", "kms:GrantOperations", ("Decrypt",)),
    )},
]  # fmt: skip


@pytest.mark.parametrize("change", ACCEPTED)
def test_what_aws_documents_can_be_built(change: dict[str, Any]) -> None:
    assert statement(**change).sid


REFUSED: list[tuple[dict[str, Any], str, str]] = [
    ({"actions": ()}, "Action", "names no action"),
    ({"actions": ("kms:Decrypt", "kms:Decrpt")}, "Action", "unknown action `kms:Decrpt`; did you mean `kms:Decrypt`"),
    ({"actions": ("kms:Zip*",)}, "Action", "no action of a key policy matches `kms:Zip*`"),
    (
        {"principal": Principal.everyone()},
        "Principal",
        "allows everyone; bound `*` by StringEquals on `kms:CallerAccount` or `aws:PrincipalOrgID`",
    ),
    (
        {"principal": Principal.everyone(), "conditions": (Condition("StringEquals", "kms:CallerAccount", (A,)),)},
        "Principal",
        "allows everyone; bound `*` by StringEquals on `kms:CallerAccount` or `aws:PrincipalOrgID`",
    ),
    (
        {"principal": Principal("AWS", ("*",), (THROUGH_EC2,))},
        "Principal",
        "allows everyone; bound `*` by StringEquals on `kms:CallerAccount` or `aws:PrincipalOrgID`",
    ),
    (
        {"principal": Principal.through(A, EC2), "actions": ("kms:*",)},
        "Action",
        "allows every action; only an account may have that",
    ),
    (
        {"principal": Principal.service("events.amazonaws.com"), "actions": ("*",)},
        "Action",
        "allows every action; only an account may have that",
    ),
    (
        {"principal": Principal.named([ROLE, ROOT]), "actions": ("kms:?*",)},
        "Action",
        "allows every action; only an account may have that",
    ),
    (
        {"principal": Principal.through(A, EC2), "conditions": (IN_OTHER_ACCOUNT,)},
        "Condition",
        "has `StringEquals` on `kms:CallerAccount` twice; write one with all values",
    ),
    (
        {
            "conditions": (
                Condition("StringEquals", "kms:EncryptionContext:Team", ("a",)),
                Condition("StringEquals", "kms:EncryptionContext:team", ("b",)),
            )
        },
        "Condition",
        "has `StringEquals` on `kms:EncryptionContext:team` twice; write one with all values",
    ),
    (
        {"actions": ("kms:Decrypt", "kms:Describe*"), "conditions": (TOPICS,)},
        "Condition",
        "condition key `kms:EncryptionContext:aws:sns:topicArn` never comes with `kms:DescribeKey`; "
        "give that action its own statement",
    ),
    (
        {"actions": ("kms:Decrypt", "kms:CreateGrant"), "conditions": (FOR_AWS,)},
        "Condition",
        "condition key `kms:GrantIsForAWSResource` never comes with `kms:Decrypt`; give that action its own statement",
    ),
    (
        {"principal": Principal.service(ALARMS, "events.amazonaws.com"), "conditions": (OWN_SOURCE,)},
        "Condition",
        "`events.amazonaws.com` does not send condition key `aws:SourceAccount`",
    ),
    (
        {
            "principal": Principal.service("config.amazonaws.com"),
            "conditions": (Condition("StringEquals", "kms:CallerAccount", (A,)),),
        },
        "Condition",
        "`config.amazonaws.com` does not send condition key `kms:CallerAccount`",
    ),
    (
        {
            "principal": Principal.service("events.amazonaws.com"),
            "conditions": (Condition("StringEqualsIfExists", "kms:CallerAccount", (A,)),),
        },
        "Condition",
        "`events.amazonaws.com` does not send condition key `kms:CallerAccount`",
    ),
    (
        {
            "effect": "Deny",
            "principal": Principal.service("config.amazonaws.com"),
            "conditions": (Condition("StringNotEquals", "aws:PrincipalOrgID", (ORG,)),),
        },
        "Condition",
        "`config.amazonaws.com` does not send condition key `aws:PrincipalOrgID`",
    ),
    (
        {
            "actions": ("kms:CreateGrant",),
            "conditions": (
                Condition("ForAllValues:StringEquals", "kms:GrantOperations", ("Decrypt",)),
                Condition("Null", "kms:GrantOperations", ("true",)),
            ),
        },
        "Condition",
        "`ForAllValues:StringEquals` holds without `kms:GrantOperations`; add Null `false` on it",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("change", "element", "problem"), REFUSED)
def test_a_statement_that_cannot_be_right_is_refused(change: dict[str, Any], element: str, problem: str) -> None:
    with pytest.raises(PolicyError, match=f"^{re.escape(f'statement `X`: {problem}')}$") as caught:
        statement(**change)
    assert caught.value.element == element


def test_a_statement_needs_a_sid() -> None:
    with pytest.raises(PolicyError, match=r"^a statement has no `Sid`$"):
        statement(sid="")
