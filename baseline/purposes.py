"""The purposes: one entry each, and everything else about a purpose follows from it."""

from collections.abc import Mapping

from baseline.iam.conditions import Condition
from baseline.key_actions import DESCRIBE, PUBLISH, USE
from baseline.purpose import AccountThrough, Evidence, Permission, Purpose, Service

GRANT_FOR_AWS = Condition("Bool", "kms:GrantIsForAWSResource", ("true",))
"""Grants only for AWS resources that are integrated with KMS, as for a volume:
https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html"""

_DOCS = "https://docs.aws.amazon.com"
_SNS_KEYS = f"{_DOCS}/sns/latest/dg/sns-key-management.html"
_SNS_ENCRYPTION = f"{_DOCS}/sns/latest/dg/sns-enable-encryption-for-topic.html"

OUR_TOPICS = Condition(
    "ArnLike", "kms:EncryptionContext:aws:sns:topicArn", ("arn:{partition}:sns:{region}:{account}:*",)
)
"""The one condition that says which topic. SNS documents it; EventBridge's own source keys are called unsupported."""
OUR_ACCOUNT = Condition("StringEquals", "aws:SourceAccount", ("{account}",))


def _publisher(
    sid: str,
    label: str,
    fence: Condition,
    evidence: Evidence,
    if_wrong: str,
    source: str,
    fallback: str = "no condition",
) -> Permission:
    return Permission(
        sid=sid,
        to=Service(f"{label}.amazonaws.com"),
        actions=PUBLISH,
        conditions=(fence,),
        service=label,
        evidence=evidence,
        if_wrong=if_wrong,
        fallback=fallback,
        source=source,
    )


SNS = Purpose(
    name="sns",
    title="SNS topics",
    via="sns",
    controls=("KMS.4", "SNS.1"),
    services_field="publishers",
    off_by_default=("s3", "cloudtrail", "codestar-notifications", "backup"),
    permissions=(
        Permission(
            sid="AccountUsesTheKeyThroughSns",
            to=AccountThrough("sns"),
            actions=(*PUBLISH, DESCRIBE),
            service=None,
            evidence="managed key",
            if_wrong="roles that publish are answered KMSAccessDenied",
            fallback="name the roles under `users`",
            source=_SNS_KEYS,
        ),
        _publisher(
            "AlarmsUseTheKey", "cloudwatch", OUR_ACCOUNT, "reported", "alarms are silent",
            "https://repost.aws/knowledge-center/cloudwatch-configure-alarm-sns",
        ),
        _publisher(
            "EventBridgeUsesTheKey", "events", OUR_TOPICS, "reported",
            "rules are silent (their FailedInvocations shows it)", _SNS_ENCRYPTION,
        ),
        _publisher(
            "BudgetsUseTheKey", "budgets", OUR_ACCOUNT, "reported", "budget notifications never come",
            "https://github.com/cds-snc/notification-terraform/pull/2049",
        ),
        _publisher(
            "CostAlertsUseTheKey", "costalerts", OUR_ACCOUNT, "documented", "anomaly alerts never come",
            f"{_DOCS}/cost-management/latest/userguide/ad-SNS.html",
        ),
        _publisher(
            "S3UsesTheKey", "s3", OUR_TOPICS, "reported", "configuring the bucket's notification fails",
            f"{_DOCS}/AmazonS3/latest/userguide/grant-destinations-permissions-to-s3.html",
        ),
        _publisher(
            "TrailNotificationsUseTheKey", "cloudtrail", OUR_TOPICS, "reported", "UpdateTrail fails",
            f"{_DOCS}/awscloudtrail/latest/userguide/cloudtrail-permissions-for-sns-notifications.html",
        ),
        _publisher(
            "CodeStarUsesTheKey", "codestar-notifications",
            Condition("StringEquals", "kms:ViaService", ("sns.{region}.amazonaws.com",)),
            "documented", "the notification rule's target is shown as unreachable",
            f"{_DOCS}/dtconsole/latest/userguide/set-up-sns.html",
        ),
        _publisher(
            "BackupEventsUseTheKey", "backup", OUR_TOPICS, "inferred", "Backup's notifications never come",
            f"{_DOCS}/aws-backup/latest/devguide/backup-notifications.html", "route Backup's events through EventBridge",
        ),
    ),
)  # fmt: skip

EBS = Purpose(
    name="ebs",
    title="EBS volumes",
    via="ec2",
    controls=("KMS.4", "EC2.7"),
    shareable=True,
    permissions=(
        Permission(
            sid="Ec2UsesTheKeyForTheAccount",
            to=AccountThrough("ec2"),
            actions=(*USE, DESCRIBE),
            service="ec2",
            evidence="managed key",
            if_wrong="instances end right after launch",
            fallback="name the service-linked roles that exist under `users`, or `iam_delegation: full`",
            source=f"{_DOCS}/autoscaling/ec2/userguide/key-policy-requirements-EBS-encryption.html",
        ),
        Permission(
            sid="Ec2GrantsForTheAccount",
            to=AccountThrough("ec2"),
            actions=("kms:CreateGrant",),
            conditions=(GRANT_FOR_AWS,),
            service="ec2",
            evidence="documented",
            if_wrong="volumes do not attach",
            fallback="drop the condition (the AWS managed key has none)",
            source=f"{_DOCS}/ebs/latest/userguide/ebs-encryption-requirements.html",
        ),
    ),
)

OUR_LOG_GROUPS = Condition(
    "ArnLike", "kms:EncryptionContext:aws:logs:arn", ("arn:{partition}:logs:{region}:{account}:log-group:*",)
)
_LOGS_ENCRYPTION = f"{_DOCS}/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html"
LOGS = Purpose(
    name="logs",
    title="CloudWatch Logs log groups",
    via="logs",
    controls=("KMS.4",),
    permissions=(
        Permission(
            sid="LogsUsesTheKey",
            to=Service("logs.{region}.{logs_suffix}"),
            actions=USE,
            conditions=(OUR_LOG_GROUPS,),
            service="logs",
            evidence="documented",
            if_wrong="associating the key with a log group is refused",
            fallback="the pattern `arn:<partition>:logs:<region>:<account>:*`",
            source=_LOGS_ENCRYPTION,
        ),
        Permission(
            # On its own: DescribeKey carries no encryption context, so under that condition it would never match.
            sid="LogsDescribesTheKey",
            to=Service("logs.{region}.{logs_suffix}"),
            actions=(DESCRIBE,),
            service="logs",
            evidence="documented",
            if_wrong="nothing is known to fail; the call returns no secret",
            fallback="none needed",
            source=_LOGS_ENCRYPTION,
        ),
        Permission(
            # Associating a key with a log group checks the caller's rights as well, through Logs.
            sid="AccountUsesTheKeyThroughLogs",
            to=AccountThrough("logs"),
            actions=(*USE, DESCRIBE),
            service="logs",
            evidence="documented",
            if_wrong="whoever creates or reads log groups is denied",
            fallback="name the roles under `users`, or `iam_delegation: full`",
            source=_LOGS_ENCRYPTION,
        ),
    ),
)

OUR_TRAIL = Condition(
    "StringEquals", "aws:SourceArn", ("arn:{partition}:cloudtrail:{region}:{account}:trail/{namespace}",)
)
_TRAIL_KEY = f"{_DOCS}/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html"
CLOUDTRAIL = Purpose(
    name="cloudtrail",
    title="CloudTrail log files",
    feature="cloudtrail",
    via="s3",
    controls=("KMS.4", "CloudTrail.2"),
    users_only_read=True,
    permissions=(
        Permission(
            sid="CloudTrailEncryptsLogFiles",
            to=Service("cloudtrail.amazonaws.com"),
            actions=("kms:GenerateDataKey*",),
            conditions=(
                OUR_TRAIL,
                # Any region: a multi-region trail writes from each of them.
                Condition(
                    "ArnLike",
                    "kms:EncryptionContext:aws:cloudtrail:arn",
                    ("arn:{partition}:cloudtrail:*:{account}:trail/{namespace}",),
                ),
            ),
            service="cloudtrail",
            evidence="documented",
            if_wrong="CreateTrail is refused, or delivery stops",
            fallback="the context `arn:<partition>:cloudtrail:*:<account>:trail/*`",
            source=_TRAIL_KEY,
        ),
        Permission(
            sid="CloudTrailDescribesTheKey",
            to=Service("cloudtrail.amazonaws.com"),
            actions=(DESCRIBE,),
            conditions=(OUR_TRAIL,),
            service="cloudtrail",
            evidence="documented",
            if_wrong="CreateTrail is refused",
            fallback="no condition",
            source=_TRAIL_KEY,
        ),
    ),
)

BACKUP = Purpose(
    name="backup",
    title="AWS Backup vaults",
    feature="backup",
    via="backup",
    controls=("KMS.4", "Backup.1"),
    shareable=True,
    permissions=(
        Permission(
            sid="AccountUsesTheKeyThroughBackup",
            to=AccountThrough("backup"),
            actions=(*PUBLISH, DESCRIBE),
            service="backup",
            evidence="managed key",
            if_wrong="creating the vault is refused; a backup of S3 succeeds with objects missing",
            fallback="name the deploying and the backup role under `users`, or `iam_delegation: full`",
            source=f"{_DOCS}/aws-backup/latest/devguide/encryption.html",
        ),
        Permission(
            sid="BackupGrantsForTheAccount",
            to=AccountThrough("backup"),
            actions=("kms:CreateGrant",),
            conditions=(GRANT_FOR_AWS,),
            service="backup",
            evidence="documented",
            if_wrong="creating the vault is refused",
            fallback="drop the condition (the AWS managed key has none)",
            source=f"{_DOCS}/aws-backup/latest/devguide/create-a-vault.html",
        ),
    ),
)

PURPOSES: Mapping[str, Purpose] = {p.name: p for p in (SNS, EBS, LOGS, CLOUDTRAIL, BACKUP)}
"""Every purpose by its name, in the order of the documentation. Explicit: nothing is discovered."""
