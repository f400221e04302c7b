"""A role of AWS Backup with its policies."""

from cdktf import ITerraformDependable, TerraformProvider
from cdktf_cdktf_provider_aws.iam_role_policy_attachment import IamRolePolicyAttachment
from constructs import Construct

from baseline.features.backup import Backup
from baseline.features.backup_roles import BackupRole
from modules.resources import key_arn, named
from modules.roles import role, role_name


def backup_role(
    scope: Construct, of: BackupRole, part: Backup, provider: TerraformProvider
) -> list[ITerraformDependable]:
    """The role; answers what must be there before it can be used."""
    own = role(
        scope,
        "backup_role",
        of.address,
        provider,
        name=of.name,
        trust=of.trust,
        policy=("keys", of.key_policy(key_arn(part.key), key_arn(part.ebs_key))),
    )
    of_aws = [
        named(
            IamRolePolicyAttachment(
                scope,
                f"backup_role_{attachment}",
                provider=provider,
                role=role_name(of.address),
                policy_arn=policy,
            ),
            attachment,
        )
        for attachment, policy in of.managed_policies()
    ]
    return [own, *of_aws]
