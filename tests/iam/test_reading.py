import re
from collections.abc import Mapping
from typing import Any

import pytest

from baseline.iam.policy_error import PolicyError
from baseline.iam.reading import read_policy

A = "111111111111"


def policy(**change: object) -> dict[str, object]:
    statement: dict[str, object] = {"Sid": "S", "Effect": "Allow", "Principal": "*", "Action": "kms:*", "Resource": "*"}
    kept = {name: value for name, value in {**statement, **change}.items() if value is not None}
    return {"Version": "2012-10-17", "Id": "key-default-1", "Statement": kept}


@pytest.mark.parametrize(
    ("change", "attribute", "expected"),
    [
        ({}, "principals", ("*",)),
        ({"Principal": {"AWS": [A, "*"]}}, "principals", (A, "*")),
        ({"Principal": {"Service": "sns.amazonaws.com"}}, "services", ("sns.amazonaws.com",)),
        ({"Principal": {"Service": "sns.amazonaws.com"}}, "principals", ()),
        ({"Action": ["kms:Sign", "kms:Verify"]}, "actions", ("kms:Sign", "kms:Verify")),
        ({"Effect": "Deny"}, "is_allow", False),
        ({"Sid": None}, "name", "statement 1"),
        ({"Sid": ""}, "name", "statement 1"),
        ({"Sid": "With spaces"}, "name", "With spaces"),
        ({}, "missing", ""),
        ({"Resource": None}, "missing", "Resource"),
        ({"Action": None}, "missing", "Action"),
        ({"Resource": ["*"]}, "missing", ""),
    ],
)
def test_every_form_that_aws_takes_is_read(change: dict[str, object], attribute: str, expected: object) -> None:
    (statement,) = read_policy(policy(**change))
    assert getattr(statement, attribute) == expected


def test_json_values_are_read_as_text() -> None:
    condition = {"Bool": {"a": [True, "false"]}, "NumericLessThan": {"b": 10}}
    (statement,) = read_policy(policy(Condition=condition))
    assert [c.values for c in statement.conditions] == [("true", "false"), ("10",)]


WRONG: list[tuple[Mapping[str, object], str]] = [
    ({"Statement": []}, "`Version` is `None`; only `2012-10-17` is decided"),
    ({"Version": "2008-10-17", "Statement": []}, "`Version` is `2008-10-17`; only `2012-10-17` is decided"),
    ({"Version": "2012-10-17", "statement": []}, "unknown element `statement`"),
    ({"Version": "2012-10-17", "Statement": ["x"]}, "statement 1 is no JSON object"),
    (policy(NotPrincipal="*"), "S: `Principal` and `NotPrincipal` stand in one statement"),
    (policy(NotAction="*"), "S: `Action` and `NotAction` stand in one statement"),
    (policy(NotResource="*"), 'S: `NotResource` is not decided: write "Resource": "*", the key itself'),
    (policy(condition={}), "S: unknown element `condition`"),
    (policy(Effect="allow"), "S: `Effect` is `Allow` or `Deny`, got `allow`"),
    (policy(Effect=None), "S: `Effect` is `Allow` or `Deny`, got `None`"),
    (policy(Principal=None), "S: `Principal` is missing, or neither `*` nor a mapping"),
    (policy(Principal=A), "S: `Principal` is missing, or neither `*` nor a mapping"),
    (policy(Principal={"AWS": []}), "S: `Principal` names nobody"),
    (policy(Principal={}), "S: `Principal` names nobody"),
    (policy(Principal={"AWS": 1}), "S: `Principal` takes text, got `1`"),
    (policy(Principal={"Federated": "x"}), "S: principals of kind `Federated` are not decided"),
    (policy(Principal={"CanonicalUser": "x"}), "S: principals of kind `CanonicalUser` are not decided"),
    (
        policy(Principal={"AWS": f"arn:aws:iam::{A}:role/*"}),
        f"S: principal `arn:aws:iam::{A}:role/*` has a wildcard; a principal is exact or `*`",
    ),
    (
        policy(Principal={"AWS": "App"}),
        "S: `App` is not an ARN; it has six parts: arn:partition:service:region:account:resource",
    ),
    (policy(Resource="arn:aws:kms:x"), "S: a `Resource` other than `*`, the key itself, is not decided"),
    (policy(Action=[1]), "S: `Action` takes text, got `1`"),
    (policy(Condition=["x"]), "S: `Condition` is not a mapping of operators to keys to values"),
    (policy(Condition={"Bool": "x"}), "S: `Condition` is not a mapping of operators to keys to values"),
    (policy(Condition={"Bool": {"x": []}}), "S: `Bool` on `x` has no value"),
    (policy(Condition={"Bool": {"x": {}}}), "S: a condition value is text, a number or a boolean, got `{}`"),
    (policy(Condition={"IpAddress": {"x": "y"}}), "S: `IpAddress` on `x` with `y` is not decided"),
    (policy(Condition={"DateEquals": {"x": "y"}}), "S: `DateEquals` on `x` with `y` is not decided"),
    (policy(Condition={"StringIs": {"x": "y"}}), "S: unknown condition operator `StringIs`; did you mean `StringLike`"),
    (
        policy(Condition={"StringEquals": {"x": "${aws:username}"}}),
        "S: the policy variable in `${aws:username}` is not decided",
    ),
    (
        policy(Condition={"StringEquals": {"KMS:EncryptionContextKeys": "x"}}),
        "S: `StringEquals` on `KMS:EncryptionContextKeys`, which has several values, is not decided",
    ),
    (
        policy(Condition={"NumericLessThan": {"x": "1.5 days"}}),
        "S: `NumericLessThan` on `x` with `1.5 days` is not decided",
    ),
]


@pytest.mark.parametrize(("written", "problem"), WRONG)
def test_what_could_not_be_decided_exactly_is_refused_by_name(written: Mapping[str, Any], problem: str) -> None:
    with pytest.raises(PolicyError, match=f"^{re.escape(problem)}$"):
        read_policy(written)
