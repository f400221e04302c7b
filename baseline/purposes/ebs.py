"""The keys of EBS volumes and their snapshots."""

from baseline.key_actions import DESCRIBE, SHARED, USE
from baseline.purposes.purpose import DOCS, GRANT_FOR_AWS, AccountThrough, Permission, Purpose

EBS = Purpose(
    name="ebs",
    title="EBS volumes",
    controls=("KMS.4", "EC2.7"),
    probe="volume",
    shared=SHARED,
    permissions=(
        Permission(
            sid="Ec2UsesTheKeyForTheAccount",
            to=AccountThrough("ec2"),
            actions=(*USE, DESCRIBE),
            service="ec2",
            evidence="managed key",
            if_wrong="instances end right after launch",
            fallback="name the service-linked roles that exist under `users`, or `iam_delegation: full`",
            source=f"{DOCS}/autoscaling/ec2/userguide/key-policy-requirements-EBS-encryption.html",
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
            source=f"{DOCS}/ebs/latest/userguide/ebs-encryption-requirements.html",
        ),
    ),
)
