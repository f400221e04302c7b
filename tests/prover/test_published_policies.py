"""The policies that AWS publishes get the verdicts that their texts deserve."""

from typing import Any

import pytest

from baseline.prover.bounds import prove
from baseline.prover.claims import Claim, Requests, always, never
from baseline.prover.condition_tests import condition
from baseline.prover.subject import FOR_AWS, NOT_FOR_AWS, people, services
from tests.prover.published import (
    ALARMS,
    ALARMS_FENCED,
    ALARMS_IF_EXISTS,
    ANY_SERVICE,
    AS_ADMIN,
    BACKUP,
    BACKUP_MANAGED,
    CLOUDTRAIL,
    CLOUDTRAIL_ARN_LIKE,
    DEFAULT,
    EBS_MANAGED,
    FOREIGN,
    LOG_GROUP,
    LOGS,
    NAMES,
    OWN,
    ROOT,
    TRAIL,
    USE,
    A,
    R,
    told,
)

NO_SOURCE = services(condition("StringNotEquals", "aws:SourceAccount", A))
OTHER_TRAIL = services(condition("ArnNotLike", TRAIL, f"arn:aws:cloudtrail:*:{A}:trail/*"))
OUTSIDE_EC2 = people(OWN, condition("StringNotEquals", "kms:ViaService", f"ec2.{R}.amazonaws.com"), actions=USE[:4])
OUTSIDE_BACKUP = condition("StringNotLike", "kms:ViaService", "backup.*.amazonaws.com")
IN_BACKUP = condition("StringEquals", "kms:ViaService", f"backup.{R}.amazonaws.com")
NO_VAULT = condition("ForAllValues:StringNotEquals", NAMES, "aws:backup:backup-vault")
NOT_ROOT = condition("StringNotEquals", "aws:PrincipalArn", ROOT)
GRANT = ("kms:CreateGrant",)
OUR_LOGS = condition("ArnLike", LOG_GROUP, f"arn:aws:logs:{R}:{A}:log-group:*")


def logs(*actions: str, by: str = f"logs.{R}.amazonaws.com") -> Requests:
    return services(OUR_LOGS, named=(by,), actions=actions)


TABLE: tuple[tuple[str, dict[str, Any], Claim, str], ...] = (
    ("default: no other account", DEFAULT, never("may", FOREIGN), "holds"),
    ("default: no service", DEFAULT, never("may", ANY_SERVICE), "holds"),
    ("default: an admin uses, by IAM", DEFAULT, never("may", people(AS_ADMIN, actions=USE)), "fails"),
    ("default: an admin does not use directly", DEFAULT, never("direct", people(AS_ADMIN, actions=USE)), "holds"),
    (
        "default: root keeps everything",
        DEFAULT,
        always("direct", people(condition("StringEquals", "aws:PrincipalArn", ROOT))),
        "holds",
    ),
    ("SNS: an alarm of anybody", ALARMS, never("may", NO_SOURCE), "fails"),
    ("SNS: only our alarms", ALARMS_FENCED, never("may", NO_SOURCE), "holds"),
    ("SNS: IfExists is no fence", ALARMS_IF_EXISTS, never("may", NO_SOURCE), "fails"),
    (
        "SNS: alarms publish",
        ALARMS_FENCED,
        always(
            "direct",
            services(
                condition("StringEquals", "aws:SourceAccount", A),
                named=("cloudwatch.amazonaws.com",),
                actions=("kms:Decrypt", "kms:GenerateDataKey"),
            ),
        ),
        "holds",
    ),
    (
        "SNS: alarms that send nothing fail",
        ALARMS_FENCED,
        always("direct", services(named=("cloudwatch.amazonaws.com",), actions=("kms:Decrypt",))),
        "fails",
    ),
    ("Logs: encrypts", LOGS, always("direct", logs("kms:Encrypt", "kms:Decrypt", "kms:ReEncryptTo")), "holds"),
    (
        "Logs: DescribeKey never matches",
        LOGS,
        always("direct", services(named=(f"logs.{R}.amazonaws.com",), actions=("kms:DescribeKey",))),
        "fails",
    ),
    ("Logs: a context on DescribeKey is vacuous", LOGS, always("direct", logs("kms:DescribeKey")), "unsupported"),
    (
        "Logs: no other region",
        LOGS,
        never("may", services(named=("logs.*",), not_named=(f"logs.{R}.amazonaws.com",))),
        "holds",
    ),
    (
        "Logs: more than log groups",
        LOGS,
        never("may", services(condition("ArnNotLike", LOG_GROUP, f"arn:aws:logs:{R}:{A}:log-group:*"))),
        "fails",
    ),
    ("CloudTrail: StringLike runs across colons", CLOUDTRAIL, never("may", OTHER_TRAIL), "fails"),
    ("CloudTrail: ArnLike does not", CLOUDTRAIL_ARN_LIKE, never("may", OTHER_TRAIL), "holds"),
    ("EBS: nobody outside EC2", EBS_MANAGED, never("may", OUTSIDE_EC2), "holds"),
    ("EBS: an admin through EC2", EBS_MANAGED, never("may", people(AS_ADMIN, actions=("kms:Decrypt",))), "fails"),
    ("EBS: no service", EBS_MANAGED, never("may", ANY_SERVICE), "holds A3"),
    ("Backup: grants through Backup alone", BACKUP, never("may", people(OUTSIDE_BACKUP, actions=GRANT)), "holds"),
    ("Backup: grants for AWS alone", BACKUP, never("may", people(NOT_FOR_AWS, actions=GRANT)), "holds"),
    ("Backup: nothing for vaults alone", BACKUP, never("may", people(NO_VAULT, actions=GRANT)), "holds"),
    (
        "Backup: a grant without the vault",
        BACKUP,
        always("may", people(OWN, IN_BACKUP, FOR_AWS, actions=GRANT)),
        "fails",
    ),
    ("Backup: everybody by IAM alone", BACKUP, never("direct", people(OWN, NOT_ROOT)), "holds"),
    ("Backup's own key: outside it", BACKUP_MANAGED, never("may", people(OUTSIDE_BACKUP, actions=USE[:4])), "holds"),
    ("Backup's own key: any grant", BACKUP_MANAGED, never("may", people(NOT_FOR_AWS, actions=GRANT)), "fails"),
    (
        "Backup's own key: the vault",
        BACKUP_MANAGED,
        always("direct", people(OWN, IN_BACKUP, FOR_AWS, actions=GRANT)),
        "holds",
    ),
    ("EBS: locked out", EBS_MANAGED, always("may", people(OWN, actions=("kms:PutKeyPolicy",))), "fails"),
)


def name_of(value: object) -> str:
    return value if isinstance(value, str) else ""


@pytest.mark.parametrize(("what", "given", "claim", "verdict"), TABLE, ids=name_of)
def test_verdicts(what: str, given: dict[str, Any], claim: Claim, verdict: str) -> None:
    [answer] = prove(given, "aws", [claim])
    assert told(answer) == verdict, answer


def test_a_counterexample_is_small_and_looks_like_the_policy() -> None:
    [answer] = prove(ALARMS_IF_EXISTS, "aws", [never("may", NO_SOURCE)])
    assert answer.counterexample is not None
    assert dict(answer.counterexample.request.context) == {}
