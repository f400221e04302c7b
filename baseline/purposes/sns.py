"""The keys of SNS topics: each service that publishes to a topic uses the topic's key."""

from baseline.iam.conditions import Condition
from baseline.key_actions import DESCRIBE, PUBLISH
from baseline.purposes.publisher import publisher
from baseline.purposes.purpose import DOCS, EVERY_PARTITION, OUR_ACCOUNT, AccountThrough, Permission, Purpose

_SNS_KEYS = f"{DOCS}/sns/latest/dg/sns-key-management.html"
_SNS_ENCRYPTION = f"{DOCS}/sns/latest/dg/sns-enable-encryption-for-topic.html"

OUR_TOPICS = Condition(
    "ArnLike", "kms:EncryptionContext:aws:sns:topicArn", ("arn:{partition}:sns:{region}:{account}:*",)
)
"""The one condition that says which topic. SNS documents it; EventBridge's own source keys are called unsupported."""
_BILLED = ("aws", "aws-cn")
"""Where there are AWS Budgets and Cost Explorer: an account of GovCloud is billed through a standard account. CodeStar
Notifications is in `aws` alone. By AWS's own data: https://github.com/boto/botocore/blob/develop/botocore/data/endpoints.json
Whether China knows the two service principals was not tried, so they are there only where they are listed."""


SNS = Purpose(
    name="sns",
    title="SNS topics",
    controls=("KMS.4", "SNS.1"),
    probe="topic",
    services_field="publishers",
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
        publisher(
            "AlarmsUseTheKey", "cloudwatch", OUR_ACCOUNT, "reported", "alarms are silent",
            "https://repost.aws/knowledge-center/cloudwatch-configure-alarm-sns", by_default=EVERY_PARTITION,
        ),
        publisher(
            "EventBridgeUsesTheKey", "events", OUR_TOPICS, "reported",
            "rules are silent (their FailedInvocations shows it)", _SNS_ENCRYPTION, by_default=EVERY_PARTITION,
        ),
        publisher(
            "BudgetsUseTheKey", "budgets", OUR_ACCOUNT, "reported", "budget notifications never come",
            "https://github.com/cds-snc/notification-terraform/pull/2049", partitions=_BILLED, by_default=("aws",),
        ),
        publisher(
            "CostAlertsUseTheKey", "costalerts", OUR_ACCOUNT, "documented", "anomaly alerts never come",
            f"{DOCS}/cost-management/latest/userguide/ad-SNS.html", partitions=_BILLED, by_default=("aws",),
        ),
        publisher(
            "S3UsesTheKey", "s3", OUR_TOPICS, "reported", "configuring the bucket's notification fails",
            f"{DOCS}/AmazonS3/latest/userguide/grant-destinations-permissions-to-s3.html",
        ),
        publisher(
            "TrailNotificationsUseTheKey", "cloudtrail", OUR_TOPICS, "reported", "UpdateTrail fails",
            f"{DOCS}/awscloudtrail/latest/userguide/cloudtrail-permissions-for-sns-notifications.html",
        ),
        publisher(
            "CodeStarUsesTheKey", "codestar-notifications",
            Condition("StringEquals", "kms:ViaService", ("sns.{region}.amazonaws.com",)),
            "documented", "the notification rule's target is shown as unreachable",
            f"{DOCS}/dtconsole/latest/userguide/set-up-sns.html", partitions=("aws",),
        ),
        publisher(
            "BackupEventsUseTheKey", "backup", OUR_TOPICS, "inferred", "Backup's notifications never come",
            f"{DOCS}/aws-backup/latest/devguide/backup-notifications.html", "route Backup's events through EventBridge",
        ),
    ),
)  # fmt: skip
