"""The keys of CloudWatch Logs log groups."""

from baseline.iam.conditions import Condition
from baseline.key_actions import DESCRIBE, USE
from baseline.purposes.purpose import DOCS, AccountThrough, Permission, Purpose, Service

OUR_LOG_GROUPS = Condition(
    "ArnLike", "kms:EncryptionContext:aws:logs:arn", ("arn:{partition}:logs:{region}:{account}:log-group:*",)
)
_LOGS_ENCRYPTION = f"{DOCS}/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html"
LOGS = Purpose(
    name="logs",
    title="CloudWatch Logs log groups",
    controls=("KMS.4",),
    probe="log group",
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
