"""The keys of EFS file systems. EFS reaches KMS as `elasticfilesystem`."""

from baseline.key_actions import DESCRIBE, USE
from baseline.purposes.purpose import DOCS, GRANT_FOR_AWS, AccountThrough, Permission, Purpose

_EFS = f"{DOCS}/efs/latest/ug/EFSKMS.html"

EFS = Purpose(
    name="efs",
    title="EFS file systems",
    optional=True,
    limits=(
        "A file system keeps the key with which it was made; disabled, it is out of reach after a short time, and gone "
        "for good with the key.",
        "Names, permissions and other metadata are under AWS's own key, whatever is chosen.",
    ),
    controls=("KMS.4", "EFS.1", "EFS.8"),
    probe="file system",
    permissions=(
        Permission(
            sid="AccountUsesTheKeyThroughEfs",
            to=AccountThrough("elasticfilesystem"),
            actions=(*USE, DESCRIBE),
            service="elasticfilesystem",
            evidence="documented",
            if_wrong="making a file system is refused",
            fallback="name the roles under `users`",
            source=_EFS,
        ),
        Permission(
            sid="EfsGrantsForTheAccount",
            to=AccountThrough("elasticfilesystem"),
            actions=("kms:CreateGrant",),
            conditions=(GRANT_FOR_AWS,),
            service="elasticfilesystem",
            evidence="documented",
            if_wrong="making a file system is refused",
            fallback="drop the condition (the AWS managed key has none)",
            source=_EFS,
        ),
    ),
)
