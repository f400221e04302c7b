"""AWS Backup: in each region a vault with its own key, a plan that fills it, and the role that works for the plan."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from baseline import names
from baseline.features.feature import (
    Context,
    Feature,
    FeatureInAccount,
    FeatureSettings,
    KeyUse,
    Part,
    Problem,
    Resource,
    Site,
)
from baseline.fields import limits
from baseline.fields.schedules import BACKUP_SCHEDULE
from baseline.fields.written import Written
from baseline.iam.access import AccessStatement, When, render
from baseline.iam.request import IamCaller
from baseline.regions import via_service

DAYS_IN_COLD_STORAGE = 90
"""The least that a backup stays there: https://docs.aws.amazon.com/aws-backup/latest/devguide/API_Lifecycle.html"""
START_WINDOW_MINUTES = 480
COMPLETION_WINDOW_MINUTES = 10080
"""AWS's own defaults, 8 hours and 7 days. Those of Terraform would cancel a job that takes three hours:
https://docs.aws.amazon.com/aws-backup/latest/devguide/creating-a-backup-plan.html"""
MANAGED_POLICIES = {
    "backups": "AWSBackupServiceRolePolicyForBackup",
    "restores": "AWSBackupServiceRolePolicyForRestores",
}
"""https://docs.aws.amazon.com/aws-backup/latest/devguide/security-iam-awsmanpol.html"""


class SelectionTag(Written):
    """A tag of what is backed up."""

    key: Annotated[str, limits.TAG_KEY] = Field(description="The tag's key.")
    value: Annotated[str, limits.TAG_VALUE] = Field(description='Its value, in quotes where it is no text: `"true"`.')


class BackupSettings(FeatureSettings):
    """What is backed up, when, and for how long backups are kept."""

    schedule: Annotated[str, BACKUP_SCHEDULE] = Field(
        "cron(0 5 ? * * *)", description="When backups begin, in UTC, at most hourly."
    )
    selection_tag: SelectionTag = Field(
        SelectionTag(key="backup", value="true"), description="The tag of the resources that are backed up."
    )
    cold_storage_after_days: Annotated[int, limits.COLD_STORAGE] = Field(
        0, description="Days after which a backup moves to cold storage, where its kind can; 0: never."
    )
    delete_after_days: Annotated[int, limits.RETENTION] = Field(
        35,
        description=f"Days that a backup is kept, of which at least {DAYS_IN_COLD_STORAGE} in cold storage if it moves there.",
    )


@dataclass(frozen=True, kw_only=True)
class Backup(Part):
    """The vault, the plan and the role of one region."""

    name: str
    """Of every resource in Terraform."""
    vault: str
    """What AWS calls the vault, the plan, and its selection and rule."""
    role: str
    key: str
    """Encrypts the vault."""
    ebs_key: str
    """Encrypts volumes, and so what is in the vault of them: AMIs and snapshots keep the volume's key."""
    schedule: str
    selection_tag: tuple[str, str]
    """Its key and value."""
    cold_after_days: int | None
    delete_after_days: int

    @property
    def role_arn(self) -> str:
        return self.site.arn("iam", f"role/{self.role}", regional=False)

    @property
    def trust(self) -> str:
        """Who may take the role: AWS Backup. (It documents no condition that it would send.)"""
        return render(
            AccessStatement(sid="BackupTakesTheRole", services=("backup.amazonaws.com",), actions=("sts:AssumeRole",))
        )

    def managed_policies(self) -> Iterator[tuple[str, str]]:
        """What AWS lets such a role do: the name of the attachment in Terraform, and the policy's ARN."""
        for what, policy in MANAGED_POLICIES.items():
            arn = f"arn:{self.site.partition}:iam::aws:policy/service-role/{policy}"
            yield names.address(f"backup_for_{what}", self.site.region), arn

    def key_policy(self, vault_key: str, ebs_key: str) -> str:
        """What the role may do with the region's two keys, by their ARNs.

        https://docs.aws.amazon.com/aws-backup/latest/devguide/encryption.html
        """
        return render(*_use("Vault", vault_key, self._through_backup), *_use("Volume", ebs_key, self._through_ec2))

    @property
    def _through_backup(self) -> tuple[str, tuple[str, ...]]:
        return via_service("backup", self.site.region), ("kms:DescribeKey", "kms:Decrypt", "kms:GenerateDataKey")

    @property
    def _through_ec2(self) -> tuple[str, tuple[str, ...]]:
        rewrite = ("kms:GenerateDataKeyWithoutPlaintext", "kms:ReEncryptFrom", "kms:ReEncryptTo")
        return via_service("ec2", self.site.region), ("kms:DescribeKey", "kms:Decrypt", *rewrite)

    def resources(self) -> Iterator[Resource]:
        yield Resource("aws_backup_vault", self.name, "forget", called=self.vault)
        yield Resource("aws_backup_plan", self.name, "destroy", called=self.vault)
        yield Resource("aws_backup_selection", self.name, "destroy")
        yield Resource("aws_iam_role", self.name, "destroy", called=self.role)
        yield Resource("aws_iam_role_policy", self.name, "destroy")
        for attachment, _ in self.managed_policies():
            yield Resource("aws_iam_role_policy_attachment", attachment, "destroy")

    def uses(self) -> Iterator[KeyUse]:
        """https://docs.aws.amazon.com/aws-backup/latest/devguide/create-a-vault.html tells what the deployer needs."""
        role = IamCaller(self.role_arn)
        through_backup, through_ec2 = self._through_backup, self._through_ec2
        yield from _uses("whoever deploys creates the backup vault", self.key, self.site.deployer, through_backup)
        yield from _uses("AWS Backup's role fills the vault and restores from it", self.key, role, through_backup)
        yield from _uses("AWS Backup's role backs up volumes and restores them", self.ebs_key, role, through_ec2)


def _use(what: str, key: str, through: tuple[str, tuple[str, ...]]) -> Iterator[AccessStatement]:
    """The statements of the role's policy about one key."""
    via, actions = through
    conditions = (When("StringEquals", "kms:ViaService", (via,)),)
    yield AccessStatement(sid=f"Use{what}Key", actions=actions, resources=(key,), conditions=conditions)
    for_aws = When("Bool", "kms:GrantIsForAWSResource", ("true",))
    yield AccessStatement(
        sid=f"Grant{what}Key", actions=("kms:CreateGrant",), resources=(key,), conditions=(*conditions, for_aws)
    )


def _uses(what: str, key: str, caller: IamCaller, through: tuple[str, tuple[str, ...]]) -> Iterator[KeyUse]:
    """The uses of one key through a service, the last of which is by grants for AWS resources."""
    via, actions = through
    context = {"kms:ViaService": via}
    yield KeyUse(what=what, key=key, caller=caller, actions=actions, context=context)
    context = {**context, "kms:GrantIsForAWSResource": "true"}
    yield KeyUse(what=what, key=key, caller=caller, actions=("kms:CreateGrant",), context=context)


def _build(settings: BackupSettings, site: Site) -> Backup:
    return Backup(
        site=site,
        name=names.address("backup", site.region),
        vault=site.namespace,
        role=names.role(site.namespace, "backup", site.region),
        key=site.key("backup"),
        ebs_key=site.key("ebs"),
        schedule=settings.schedule,
        selection_tag=(settings.selection_tag.key, settings.selection_tag.value),
        cold_after_days=settings.cold_storage_after_days or None,
        delete_after_days=settings.delete_after_days,
    )


def _problems(uses: Sequence[FeatureInAccount[BackupSettings]], _context: Context) -> Iterable[Problem]:
    for i, use in enumerate(uses):
        cold, end = use.settings.cold_storage_after_days, use.settings.delete_after_days
        if cold and end < cold + DAYS_IN_COLD_STORAGE:
            problem = (
                f"a backup that is cold after `{cold}` days and deleted after `{end}` is cold for less than "
                f"{DAYS_IN_COLD_STORAGE} days"
            )
            help = f"write delete_after_days: {cold + DAYS_IN_COLD_STORAGE} or more"
            yield Problem(i, "cold_storage_after_days", problem, help)


BACKUP = Feature(
    name="backup",
    title="AWS Backup vaults",
    place="every region",
    settings=BackupSettings,
    build=_build,
    problems=_problems,
)
