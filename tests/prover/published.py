"""The policies that AWS publishes, retold, and how tests write small ones.

https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html and the services' pages in baseline/purposes.py
"""

from typing import Any

from baseline.prover.condition_tests import condition
from baseline.prover.decide import Answer
from baseline.prover.subject import people, services

A, B, R = "111122223333", "222222222222", "eu-west-2"
ROOT = f"arn:aws:iam::{A}:root"
ADMIN, USER = f"arn:aws:iam::{A}:role/Admin", f"arn:aws:iam::{A}:role/App"
TOPIC, LOG_GROUP = "kms:EncryptionContext:aws:sns:topicArn", "kms:EncryptionContext:aws:logs:arn"
TRAIL, NOTE = "kms:EncryptionContext:aws:cloudtrail:arn", "kms:EncryptionContext:note"
NAMES = "kms:EncryptionContextKeys"
USE = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"]
TWO = ["kms:GenerateDataKey*", "kms:Decrypt"]

FOREIGN = people(condition("StringNotEquals", "aws:PrincipalAccount", A))
ANY_SERVICE = services()
OWN = condition("StringEquals", "aws:PrincipalAccount", A)
AS_ADMIN, AS_USER = (condition("StringEquals", "aws:PrincipalArn", arn) for arn in (ADMIN, USER))


def statement(principal: Any, actions: Any, effect: str = "Allow", **conditions: Any) -> dict[str, Any]:
    written = {"Effect": effect, "Principal": principal, "Action": actions, "Resource": "*"}
    return written | ({"Condition": conditions} if conditions else {})


def policy(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


ALLOW_ALL = statement({"AWS": ROOT}, "kms:*")
SESSION = f"arn:aws:sts::{A}:assumed-role/App/one"
IN_APP = people(AS_USER, actions=("kms:Decrypt",))
DECRYPT = people(OWN, actions=("kms:Decrypt",))


def denied(**conditions: Any) -> dict[str, Any]:
    return policy(ALLOW_ALL, statement({"AWS": "*"}, "kms:Decrypt", "Deny", **conditions))


def allowed(**conditions: Any) -> dict[str, Any]:
    return policy(statement({"AWS": ROOT}, "kms:Decrypt", **conditions))


DEFAULT = policy(statement({"AWS": ROOT}, "kms:*"))
ALARMS = policy(statement({"Service": "cloudwatch.amazonaws.com"}, TWO))
ALARMS_FENCED = policy(
    statement({"Service": "cloudwatch.amazonaws.com"}, TWO, StringEquals={"aws:SourceAccount": A}),
)
ALARMS_IF_EXISTS = policy(
    statement({"Service": "cloudwatch.amazonaws.com"}, TWO, StringEqualsIfExists={"aws:SourceAccount": A}),
)
LOGS = policy(
    statement({"AWS": ROOT}, "kms:*"),
    statement(
        {"Service": f"logs.{R}.amazonaws.com"},
        ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*"],
        ArnLike={LOG_GROUP: f"arn:aws:logs:{R}:{A}:*"},
    ),
)
CLOUDTRAIL = policy(
    statement(
        {"Service": "cloudtrail.amazonaws.com"},
        "kms:GenerateDataKey*",
        StringEquals={"aws:SourceArn": f"arn:aws:cloudtrail:{R}:{A}:trail/t"},
        StringLike={TRAIL: f"arn:aws:cloudtrail:*:{A}:trail/*"},
    ),
)
CLOUDTRAIL_ARN_LIKE = policy(
    statement(
        {"Service": "cloudtrail.amazonaws.com"},
        "kms:GenerateDataKey*",
        StringEquals={"aws:SourceArn": f"arn:aws:cloudtrail:{R}:{A}:trail/t"},
        ArnLike={TRAIL: f"arn:aws:cloudtrail:*:{A}:trail/*"},
    ),
)
EBS_MANAGED = policy(
    statement(
        {"AWS": "*"},
        [*USE, "kms:CreateGrant"],
        StringEquals={"kms:CallerAccount": A, "kms:ViaService": f"ec2.{R}.amazonaws.com"},
    ),
    statement({"AWS": ROOT}, ["kms:Describe*", "kms:Get*", "kms:List*", "kms:RevokeGrant"]),
)

# https://docs.aws.amazon.com/aws-backup/latest/devguide/encryption.html
BACKUP = policy(
    statement({"AWS": ROOT}, ["kms:DescribeKey", "kms:GenerateDataKey", "kms:Decrypt", "kms:List*"]),
    statement(
        {"AWS": ROOT},
        "kms:CreateGrant",
        **{
            "ForAnyValue:StringEquals": {NAMES: "aws:backup:backup-vault"},
            "Bool": {"kms:GrantIsForAWSResource": "true"},
            "StringLike": {"kms:ViaService": "backup.*.amazonaws.com"},
        },  # type: ignore[arg-type]
    ),
)
BACKUP_MANAGED = policy(
    statement(
        {"AWS": "*"},
        ["kms:CreateGrant", "kms:Decrypt", "kms:GenerateDataKey*"],
        StringEquals={"kms:CallerAccount": A, "kms:ViaService": f"backup.{R}.amazonaws.com"},
    ),
    statement({"AWS": ROOT}, ["kms:Describe*", "kms:Get*", "kms:List*", "kms:RevokeGrant"]),
)


def told(answer: Answer) -> str:
    return answer.verdict + (" A3" if answer.needs_a3 else "")
