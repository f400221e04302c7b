"""The keys of secrets: Secrets Manager uses them with the credentials of whoever writes or reads a secret."""

from baseline.key_actions import DESCRIBE, USE
from baseline.purposes.purpose import DOCS, AccountThrough, Permission, Purpose

SECRETSMANAGER = Purpose(
    name="secretsmanager",
    title="secrets of Secrets Manager",
    optional=True,
    limits=(
        "A secret has one key at a time, and versions stay under the key with which they were written.",
        "Replicas in other regions are under a key of their own region; that they can be made with this one as the "
        "primary's key was not tried, nor passwords that RDS manages.",
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
            source=f"{DOCS}/secretsmanager/latest/userguide/security-encryption.html",
        ),
    ),
)
