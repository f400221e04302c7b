"""Policies of topics, buckets and roles, as AWS reads them."""

import json

from baseline.iam.access import AccessStatement, When, render


def test_a_topic_policy_names_the_service_the_topic_and_the_fence() -> None:
    statement = AccessStatement(
        sid="Budgets",
        services=("budgets.amazonaws.com",),
        actions=("SNS:Publish",),
        resources=("arn:aws:sns:eu-west-2:111111111111:alerts",),
        conditions=(When("StringEquals", "aws:SourceAccount", ("111111111111",)),),
    )
    assert json.loads(render(statement)) == {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "Budgets",
                "Effect": "Allow",
                "Principal": {"Service": "budgets.amazonaws.com"},
                "Action": "SNS:Publish",
                "Resource": "arn:aws:sns:eu-west-2:111111111111:alerts",
                "Condition": {"StringEquals": {"aws:SourceAccount": "111111111111"}},
            }
        ],
    }


def test_several_values_are_sorted_and_two_keys_share_an_operator() -> None:
    deny = AccessStatement(
        sid="TlsOnly",
        effect="Deny",
        accounts=("*",),
        actions=("s3:PutObject", "s3:GetObject"),
        resources=("b", "a", "b"),
        conditions=(When("Bool", "aws:SecureTransport", ("false",)), When("Bool", "aws:ViaAWSService", ("false",))),
    )
    [written] = json.loads(render(deny))["Statement"]
    assert (written["Action"], written["Resource"]) == (["s3:GetObject", "s3:PutObject"], ["a", "b"])
    assert written["Condition"] == {"Bool": {"aws:SecureTransport": "false", "aws:ViaAWSService": "false"}}
    assert written["Principal"] == {"AWS": "*"}


def test_a_roles_permissions_name_nobody_and_its_trust_no_resource() -> None:
    [trust] = json.loads(render(AccessStatement(sid="Trust", services=("x",), actions=("sts:AssumeRole",))))[
        "Statement"
    ]
    assert "Resource" not in trust
    [own] = json.loads(render(AccessStatement(sid="Own", actions=("logs:X",), resources=("*",))))["Statement"]
    assert "Principal" not in own
