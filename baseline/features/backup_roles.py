"""The roles of AWS Backup in one region: one that backs up, and one that restores where somebody asks for it.

They are two, since whoever may start a job with the role that restores can start an instance with any role of the
account: AWS's policy for restores has `iam:PassRole` on all of them.
https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSBackupServiceRolePolicyForRestores.html
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from baseline import names
from baseline.features.feature import KeyUse, Resource, Site
from baseline.iam.access import AccessStatement, When, render
from baseline.iam.request import IamCaller
from baseline.regions import via_service

SERVICE = "backup.amazonaws.com"
TO_BACK_UP = {
    "backups": "service-role/AWSBackupServiceRolePolicyForBackup",
    "s3": "AWSBackupServiceRolePolicyForS3Backup",
}
TO_RESTORE = {
    "restores": "service-role/AWSBackupServiceRolePolicyForRestores",
    "s3": "AWSBackupServiceRolePolicyForS3Restore",
}
"""AWS's policies, by what stands in the addresses of their attachments. S3 has its own, and no path.
https://docs.aws.amazon.com/aws-backup/latest/devguide/security-iam-awsmanpol.html"""
_Through = tuple[str, tuple[str, ...]]
"""The service that calls KMS for the role, and what it asks for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupRole:
    """A role that AWS Backup takes."""

    site: Site
    feature: str
    """What the names of the role, and of all that belongs to it, begin with."""
    does: tuple[str, str]
    """With the vault and with volumes, as in: AWS Backup's role `fills the vault`."""
    policies: Mapping[str, str]
    """AWS's policies: what their attachments are called by, and the end of their ARNs."""

    @property
    def address(self) -> str:
        return names.address(self.feature, self.site.region)

    @property
    def name(self) -> str:
        return names.role(self.site.namespace, self.feature, self.site.region)

    @property
    def arn(self) -> str:
        return self.site.arn("iam", f"role/{self.name}", regional=False)

    @property
    def trust(self) -> str:
        """Who may take the role: AWS Backup. (It documents no condition that it would send.)"""
        return render(AccessStatement(sid="BackupTakesTheRole", services=(SERVICE,), actions=("sts:AssumeRole",)))

    def managed_policies(self) -> Iterator[tuple[str, str]]:
        """What AWS lets such a role do: the name of the attachment in Terraform, and the policy's ARN."""
        for what, policy in self.policies.items():
            arn = f"arn:{self.site.partition}:iam::aws:policy/{policy}"
            yield names.address(f"{self.feature}_for_{what}", self.site.region), arn

    def key_policy(self, vault_key: str, ebs_key: str) -> str:
        """What the role may do with the region's two keys, by their ARNs.

        https://docs.aws.amazon.com/aws-backup/latest/devguide/encryption.html
        """
        return render(
            *_use("Vault", vault_key, _through_backup(self.site)), *_use("Volume", ebs_key, _through_ec2(self.site))
        )

    def resources(self) -> Iterator[Resource]:
        yield Resource("aws_iam_role", self.address, "destroy", called=self.name)
        yield Resource("aws_iam_role_policy", self.address, "destroy")
        for attachment, _ in self.managed_policies():
            yield Resource("aws_iam_role_policy_attachment", attachment, "destroy")

    def uses(self, vault_key: str, ebs_key: str) -> Iterator[KeyUse]:
        """What the two keys, by their addresses, must allow the role."""
        caller = IamCaller(self.arn)
        vault, volumes = self.does
        yield from _uses(f"AWS Backup's role {vault}", vault_key, caller, _through_backup(self.site))
        yield from _uses(f"AWS Backup's role {volumes}", ebs_key, caller, _through_ec2(self.site))


def deployer_uses(site: Site, vault_key: str) -> Iterator[KeyUse]:
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/create-a-vault.html"""
    yield from _uses("whoever deploys creates the backup vault", vault_key, site.deployer, _through_backup(site))


def _uses(what: str, key: str, caller: IamCaller, through: _Through) -> Iterator[KeyUse]:
    """The uses of one key through a service, the last of which is by grants for AWS resources."""
    via, actions = through
    context = {"kms:ViaService": via}
    yield KeyUse(what=what, key=key, caller=caller, actions=actions, context=context)
    context = {**context, "kms:GrantIsForAWSResource": "true"}
    yield KeyUse(what=what, key=key, caller=caller, actions=("kms:CreateGrant",), context=context)


def _use(what: str, key: str, through: _Through) -> Iterator[AccessStatement]:
    """The statements of a role's policy about one key."""
    via, actions = through
    conditions = (When("StringEquals", "kms:ViaService", (via,)),)
    yield AccessStatement(sid=f"Use{what}Key", actions=actions, resources=(key,), conditions=conditions)
    for_aws = When("Bool", "kms:GrantIsForAWSResource", ("true",))
    yield AccessStatement(
        sid=f"Grant{what}Key", actions=("kms:CreateGrant",), resources=(key,), conditions=(*conditions, for_aws)
    )


def _through_backup(site: Site) -> _Through:
    return via_service("backup", site.region), ("kms:DescribeKey", "kms:Decrypt", "kms:GenerateDataKey")


def _through_ec2(site: Site) -> _Through:
    rewrite = ("kms:GenerateDataKeyWithoutPlaintext", "kms:ReEncryptFrom", "kms:ReEncryptTo")
    return via_service("ec2", site.region), ("kms:DescribeKey", "kms:Decrypt", *rewrite)
