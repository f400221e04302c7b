"""The keys of secrets: Secrets Manager uses them with the credentials of whoever writes or reads a secret."""

from baseline.key_actions import DESCRIBE, USE
from baseline.purposes.purpose import DOCS, GRANT_FOR_AWS, AccountThrough, Permission, Purpose

_ENCRYPTION = f"{DOCS}/secretsmanager/latest/userguide/security-encryption.html"

SECRETSMANAGER = Purpose(
    name="secretsmanager",
    title="secrets of Secrets Manager",
    optional=True,
    limits=(
        "A secret has one key at a time, and versions stay under the key with which they were written.",
        "A replica in another region is under a key of that region: list `replicas` there too.",
        "Disabled, no secret under it can be read.",
    ),
    controls=("KMS.4",),
    probe="secret",
    shared=("kms:Decrypt", DESCRIBE),
    shared_through_the_service=True,
    permissions=(
        Permission(
            sid="AccountUsesTheKeyThroughSecretsManager",
            to=AccountThrough("secretsmanager"),
            actions=(*USE, DESCRIBE),
            service="secretsmanager",
            evidence="managed key",
            if_wrong="secrets cannot be made: Secrets Manager tries GenerateDataKey and Decrypt first",
            fallback="name the roles under `users`",
            source=_ENCRYPTION,
        ),
        Permission(
            sid="ReplicasOfSecretsUseTheKey",
            to=AccountThrough("secretsmanager", calls_from="other regions"),
            actions=("kms:GenerateDataKey*",),
            service="replicas",
            by_default=(),
            evidence="inferred",
            if_wrong="the status of a secret's replica says that it failed",
            fallback="name the roles under `users`",
            source=_ENCRYPTION,
        ),
        Permission(
            sid="RdsManagesPasswordsWithTheKey",
            to=AccountThrough("secretsmanager"),
            actions=("kms:CreateGrant",),
            conditions=(GRANT_FOR_AWS,),
            service="rds",
            by_default=(),
            evidence="inferred",
            if_wrong="a database whose master password RDS manages is refused",
            fallback="a statement of your own without the condition",
            source=f"{DOCS}/AmazonRDS/latest/UserGuide/rds-secrets-manager.html",
        ),
    ),
)
