"""The keys of databases: RDS and Aurora, Neptune and Database Insights, which all reach KMS as `rds`."""

from baseline.key_actions import DESCRIBE, USE
from baseline.purposes.purpose import DOCS, GRANT_FOR_AWS, AccountThrough, Permission, Purpose

_KEYS = f"{DOCS}/AmazonRDS/latest/UserGuide/Overview.Encryption.Keys.html"

RDS = Purpose(
    name="rds",
    title="RDS and Aurora databases",
    optional=True,
    limits=(
        "A database keeps the key with which it was made: a retired key must stay enabled until its last database and "
        "snapshot are gone.",
        "Disabled, it stops databases: with backups on, after about two hours, and seven days later only a backup helps. "
        "`deny_deletion_if_used_within_days` guards against that.",
        "Who copies a shared snapshot should do so under a key of their own, or this key stops their database too.",
        "What has a grant works on when the policy changes.",
    ),
    controls=("KMS.4", "RDS.3", "RDS.4", "RDS.27"),
    probe="database",
    shared=(*USE, DESCRIBE, "kms:CreateGrant"),
    shared_through_the_service=True,
    permissions=(
        Permission(
            sid="AccountUsesTheKeyThroughRds",
            to=AccountThrough("rds"),
            actions=(*USE, DESCRIBE, "kms:ListGrants"),
            service="rds",
            evidence="managed key",
            if_wrong="creating a database is refused; Database Insights is empty",
            fallback="name the roles under `users`",
            source=_KEYS,
        ),
        Permission(
            sid="RdsGrantsForTheAccount",
            to=AccountThrough("rds"),
            actions=("kms:CreateGrant",),
            conditions=(GRANT_FOR_AWS,),
            service="rds",
            evidence="documented",
            if_wrong="creating a database is refused",
            fallback="drop the condition (the AWS managed key has none)",
            source=_KEYS,
        ),
    ),
)
