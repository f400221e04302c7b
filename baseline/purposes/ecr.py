"""The keys of ECR repositories, which ECR uses by two grants that it makes for each repository."""

from baseline.key_actions import DESCRIBE, USE
from baseline.purposes.purpose import DOCS, GRANT_FOR_AWS, AccountThrough, Permission, Purpose

_AT_REST = f"{DOCS}/AmazonECR/latest/userguide/encryption-at-rest.html"

ECR = Purpose(
    name="ecr",
    title="ECR repositories",
    optional=True,
    limits=(
        "A repository keeps the key with which it was made, and so does everything pushed to it.",
        "Disabled, or with its grants revoked, nothing can be pushed or pulled.",
        "Whoever deletes a repository needs kms:RetireGrant in IAM, or its two grants stay; a key has at most 50,000.",
        "Repositories that replication or a pull-through cache makes are under AES-256, unless a creation template with a "
        "role names a key.",
    ),
    controls=("KMS.4", "ECR.5"),
    probe="repository",
    permissions=(
        Permission(
            sid="AccountUsesTheKeyThroughEcr",
            to=AccountThrough("ecr"),
            actions=(*USE, DESCRIBE),
            service="ecr",
            evidence="reported",
            if_wrong="making a repository is refused",
            fallback="name the roles under `users`",
            source=_AT_REST,
        ),
        Permission(
            sid="EcrGrantsForTheAccount",
            to=AccountThrough("ecr"),
            actions=("kms:CreateGrant",),
            conditions=(GRANT_FOR_AWS,),
            service="ecr",
            evidence="documented",
            if_wrong="making a repository is refused",
            fallback="drop the condition (the AWS managed key has none)",
            source=_AT_REST,
        ),
    ),
)
