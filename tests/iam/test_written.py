import re
from collections.abc import Mapping
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
EC2 = "ec2.eu-west-2.amazonaws.com"
TOPICS = Condition("ArnLike", "kms:EncryptionContext:aws:sns:topicArn", (f"arn:aws:sns:eu-west-2:{A}:*",))
THROUGH_EC2 = Condition("StringEquals", "kms:ViaService", (EC2,))
FOR_AWS = Condition("Bool", "kms:GrantIsForAWSResource", ("true",))


def statement(**change: Any) -> Statement:
    parts: dict[str, Any] = {"sid": "X", "principal": Principal.account("aws", A), "actions": ("kms:Decrypt",)}
    return Statement(**{**parts, **change})


def written(**change: object) -> dict[str, object]:
    parts: dict[str, object] = {"Sid": "X", "Effect": "Allow", "Principal": {"AWS": A}, "Action": "kms:Decrypt"}
    return {name: value for name, value in {**parts, **change}.items() if value is not None}


READ: list[tuple[dict[str, object], Statement]] = [
    (written(), statement()),
    (written(Resource="*"), statement()),
    (written(Resource=["*"], Action=["kms:Encrypt", "kms:decrypt"]), statement(actions=("kms:Decrypt", "kms:Encrypt"))),
    (written(Effect="Deny", Principal="*"), statement(effect="Deny", principal=Principal.everyone())),
    (
        written(Principal={"AWS": [ROLE, A]}),
        statement(principal=Principal.named([ROOT, ROLE])),
    ),
    (
        written(Principal={"Service": "events.amazonaws.com"}, Condition={"ArnLike": {TOPICS.key: TOPICS.values[0]}}),
        statement(principal=Principal.service("events.amazonaws.com"), conditions=(TOPICS,)),
    ),
    (
        written(Principal="*", Condition={"StringEquals": {"kms:calleraccount": A, "kms:ViaService": [EC2]}}),
        statement(principal=Principal.through(A, EC2)),
    ),
    (
        written(Principal={"AWS": "*"}, Condition={"StringEquals": {"kms:CallerAccount": A, "aws:PrincipalArn": ROLE}}),
        statement(principal=Principal.exactly([ROLE])),
    ),
    (
        written(Principal="*", Condition={"StringEquals": {"kms:ViaService": EC2, "aws:PrincipalOrgID": ORG}}),
        statement(principal=Principal.organization(ORG, EC2)),
    ),
    (
        written(Condition={"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{A}:role/*"}}),
        statement(principal=Principal.like("aws", A, [f"arn:aws:iam::{A}:role/*"])),
    ),
    (
        written(Principal={"AWS": ROLE}, Condition={"ArnLike": {"aws:PrincipalArn": ROLE}}),
        statement(principal=Principal.named([ROLE]), conditions=(Condition("ArnLike", "aws:PrincipalArn", (ROLE,)),)),
    ),
    (
        written(Condition={"StringEquals": {"kms:ViaService": EC2}}),
        statement(conditions=(THROUGH_EC2,)),
    ),
    (
        written(Effect="Deny", Principal="*", Condition={"StringEquals": {"kms:ViaService": EC2}}),
        statement(
            effect="Deny",
            principal=Principal.everyone(),
            conditions=(THROUGH_EC2,),
        ),
    ),
    (
        written(Action="kms:CreateGrant", Condition={"Bool": {"kms:GrantIsForAWSResource": True}}),
        statement(actions=("kms:CreateGrant",), conditions=(FOR_AWS,)),
    ),
    (
        written(
            Effect="Deny",
            Action="kms:DisableKey",
            Condition={"NumericLessThan": {"kms:TrailingDaysWithoutKeyUsage": 90}},
        ),
        statement(
            effect="Deny",
            actions=("kms:DisableKey",),
            conditions=(Condition("NumericLessThan", "kms:TrailingDaysWithoutKeyUsage", ("90",)),),
        ),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("json", "expected"), READ)
def test_a_written_statement_is_like_a_built_one(json: Mapping[str, object], expected: Statement) -> None:
    assert Statement.parse(json) == expected


def test_an_account_id_becomes_a_root_arn_of_the_partition() -> None:
    read = Statement.parse(written(), partition="aws-us-gov")
    assert read.principal.ids == (f"arn:aws-us-gov:iam::{A}:root",)


WRONGLY_WRITTEN: list[tuple[dict[str, object], str, str]] = [
    (written(Effect=None), "Effect", "`Effect` is missing"),
    (written(Principal=None), "Principal", "`Principal` is missing"),
    (written(Action=None), "Action", "`Action` is missing"),
    (written(Effect="allow"), "Effect", "`Effect` is `Allow` or `Deny`, got `allow`"),
    (
        written(NotPrincipal="*"),
        "NotPrincipal",
        "`NotPrincipal` is not taken: say in `Principal` who is meant, not who is not",
    ),
    (
        written(NotAction="x"),
        "NotAction",
        "`NotAction` is not taken: name the actions that are meant in `Action`, not the others",
    ),
    (written(NotResource="x"), "NotResource", '`NotResource` is not taken: write "Resource": "*", the key itself'),
    (written(Conditions={}), "Conditions", "unknown element `Conditions`"),
    (written(Resource=ROLE), "Resource", "the resource of a key policy is `*`, the key itself"),
    (written(Resource=[]), "Resource", "the resource of a key policy is `*`, the key itself"),
    (written(Principal={}), "Principal", "`Principal` names one kind; write a statement for each"),
    (
        written(Principal={"AWS": A, "Service": "events.amazonaws.com"}),
        "Principal",
        "`Principal` names one kind; write a statement for each",
    ),
    (
        written(Principal={"Federated": "accounts.example.com"}),
        "Principal",
        "principals of kind `Federated` are not taken; they do not call KMS by a key policy",
    ),
    (written(Principal={"AWS": []}), "Principal", "no principal is named"),
    (written(Principal={"AWS": 111111111111}), "Principal", "`Principal` takes text, got `111111111111`"),
    (written(Principal=A), "Principal", f"`Principal` needs a mapping, got `{A}`"),
    (
        written(Principal={"AWS": f"arn:aws-cn:iam::{A}:root"}),
        "Principal",
        f"principal `arn:aws-cn:iam::{A}:root` is not of the partition `aws`",
    ),
    (
        written(Principal={"AWS": "App"}),
        "Principal",
        "principal `App` is not an ARN; it has six parts: arn:partition:service:region:account:resource",
    ),
    (written(Action=[]), "Action", "names no action"),
    (written(Action=[1]), "Action", "`Action` takes text, got `1`"),
    (written(Condition={}), "Condition", "`Condition` is empty; leave it out"),
    (written(Condition={"StringEquals": {}}), "Condition", "`Condition` is empty; leave it out"),
    (written(Condition=[1]), "Condition", "`Condition` needs a mapping, got `[1]`"),
    (written(Condition={"StringEquals": "x"}), "Condition", "`Condition` needs a mapping, got `x`"),
    (written(Condition={"StringEquals": {1: "x"}}), "Condition", "`Condition` has the key `1`; write it in quotes"),
    (
        written(Condition={"StringEquals": {"kms:ViaService": []}}),
        "Condition",
        "`StringEquals` on `kms:ViaService` has no value",
    ),
    (
        written(Condition={"StringEquals": {"aws:SourceAccount": 33333333333}}),
        "Condition",
        "`StringEquals` on `aws:SourceAccount` takes text, got `33333333333`; write it in quotes",
    ),
    (
        written(Condition={"StringEquals": {"kms:ViaService": None}}),
        "Condition",
        "`StringEquals` on `kms:ViaService` takes text, got `None`; write it in quotes",
    ),
    (
        written(Condition={"NumericLessThan": {"kms:TrailingDaysWithoutKeyUsage": True}}),
        "Condition",
        "`NumericLessThan` on `kms:TrailingDaysWithoutKeyUsage` takes text, got `True`; write it in quotes",
    ),
    (
        written(Principal="*", Condition={"StringEqualsIfExists": {"kms:CallerAccount": A}}),
        "Principal",
        "allows everyone; bound `*` by StringEquals on `kms:CallerAccount` or `aws:PrincipalOrgID`",
    ),
    (
        written(Principal="*", Condition={"StringEquals": {"kms:CallerAccount": A, "KMS:CallerAccount": OTHER}}),
        "Condition",
        "has `StringEquals` on `kms:CallerAccount` twice; write one with all values",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("json", "element", "problem"), WRONGLY_WRITTEN)
def test_a_wrongly_written_statement_is_refused_by_element(
    json: Mapping[str, object], element: str, problem: str
) -> None:
    with pytest.raises(PolicyError, match=f"^{re.escape(f'statement `X`: {problem}')}$") as caught:
        Statement.parse(json)
    assert caught.value.element == element


@pytest.mark.parametrize("sid", [None, "", 1])
def test_a_written_statement_needs_a_sid(sid: object) -> None:
    with pytest.raises(PolicyError, match=r"^a statement has no `Sid`$"):
        Statement.parse(written(Sid=sid, Effect="allow"))
