"""AWS Backup: in each region a vault with its own key, a plan that fills it, the roles, and word of what fails."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from baseline import names
from baseline.features.backup_failures import BackupFailures
from baseline.features.backup_roles import TO_BACK_UP, TO_RESTORE, BackupRole, deployer_uses
from baseline.features.feature import (
    Context,
    Feature,
    FeatureInAccount,
    FeatureSettings,
    KeyUse,
    Part,
    Problem,
    Publication,
    Resource,
    Site,
    Thing,
    repeated,
)
from baseline.fields import limits
from baseline.fields.schedules import BACKUP_SCHEDULE
from baseline.fields.written import Written, no_items
from baseline.iam.access import AccessStatement, When, render

DAYS_IN_COLD_STORAGE = 90
"""The least that a backup stays there: https://docs.aws.amazon.com/aws-backup/latest/devguide/API_Lifecycle.html"""
START_WINDOW_MINUTES = 480
COMPLETION_WINDOW_MINUTES = 10080
"""AWS's own defaults, 8 hours and 7 days. Those of Terraform would cancel a job that takes three hours:
https://docs.aws.amazon.com/aws-backup/latest/devguide/creating-a-backup-plan.html"""


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
    restore_role: bool = Field(
        False,
        description="Whether to make a role for restores too. It may pass every role of the account to EC2 and EKS.",
    )
    failure_emails: list[Annotated[str, limits.EMAIL]] = Field(
        default_factory=no_items,
        description="Who is told when a job of AWS Backup fails; each address must confirm its subscription once in "
        "each account and region.",
    )


@dataclass(frozen=True, kw_only=True)
class Backup(Part):
    """The vault, the plan and the roles of one region."""

    name: str
    """Of every resource in Terraform."""
    vault: str
    """What AWS calls the vault, the plan, and its selection and rule."""
    role: BackupRole
    """Works for the plan."""
    restore_role: BackupRole | None
    """For people who restore."""
    failures: BackupFailures | None
    key: str
    """Encrypts the vault, and what is copied into it."""
    ebs_key: str
    """Encrypts volumes, and so what is in the vault of them: AMIs and snapshots keep the volume's key."""
    sns_key: str
    """Encrypts the topic that tells of failures."""
    schedule: str
    selection_tag: tuple[str, str]
    """Its key and value."""
    cold_after_days: int | None
    delete_after_days: int

    @property
    def roles(self) -> tuple[BackupRole, ...]:
        return (self.role, self.restore_role) if self.restore_role else (self.role,)

    @property
    def vault_policy(self) -> str | None:
        """Who else may copy backups into the vault: whom its key lets in. None: nobody.

        https://docs.aws.amazon.com/aws-backup/latest/devguide/create-cross-account-backup.html
        """
        accounts = tuple(a for a in self.site.key_shared_with if a != "organization")
        roots = tuple(f"arn:{self.site.partition}:iam::{account}:root" for account in accounts)
        statements = [_copies("SharedAccountsCopyIntoTheVault", roots)] if roots else []
        if self.site.organization_id and len(accounts) < len(self.site.key_shared_with):
            of_ours = When("StringEquals", "aws:PrincipalOrgID", (self.site.organization_id,))
            statements.append(_copies("OrganizationCopiesIntoTheVault", ("*",), of_ours))
        return render(*statements) if statements else None

    def resources(self) -> Iterator[Resource]:
        yield Resource("aws_backup_vault", self.name, "forget", called=self.vault)
        if self.vault_policy:
            yield Resource("aws_backup_vault_policy", self.name, "destroy")
        yield Resource("aws_backup_plan", self.name, "destroy", called=self.vault)
        yield Resource("aws_backup_selection", self.name, "destroy")
        for role in self.roles:
            yield from role.resources()
        if self.failures:
            yield from self.failures.resources()

    def things(self) -> Iterator[Thing]:
        yield Thing("backup vault", self.vault, self.key)
        if self.failures:
            yield self.failures.topic.thing

    def uses(self) -> Iterator[KeyUse]:
        yield from deployer_uses(self.site, self.key)
        for role in self.roles:
            yield from role.uses(self.key, self.ebs_key)
        if self.failures:
            yield from self.failures.topic.uses()

    def publications(self) -> Iterator[Publication]:
        return self.failures.topic.publications() if self.failures else iter(())


def _copies(sid: str, accounts: tuple[str, ...], *conditions: When) -> AccessStatement:
    return AccessStatement(
        sid=sid, accounts=accounts, actions=("backup:CopyIntoBackupVault",), resources=("*",), conditions=conditions
    )


def _build(settings: BackupSettings, site: Site) -> Backup:
    return Backup(
        site=site,
        name=names.address("backup", site.region),
        vault=site.namespace,
        role=BackupRole(site=site, feature="backup", does=("fills the vault", "backs up volumes"), policies=TO_BACK_UP),
        restore_role=BackupRole(
            site=site,
            feature="backup_restore",
            does=("restores from the vault", "restores volumes"),
            policies=TO_RESTORE,
        )
        if settings.restore_role
        else None,
        failures=BackupFailures(site, tuple(settings.failure_emails)) if settings.failure_emails else None,
        key=site.key("backup"),
        ebs_key=site.key("ebs"),
        sns_key=site.key("sns"),
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
        for email in repeated(use.settings.failure_emails):
            yield Problem(i, "failure_emails", f"`{email}` is listed twice", "keep one")


def _remarks(uses: Sequence[FeatureInAccount[BackupSettings]]) -> Iterable[str]:
    silent = [use.account for use in uses if not use.settings.failure_emails]
    if silent:
        yield f"backup tells nobody when a job fails in {', '.join(silent)}; `failure_emails` says whom"
    confirmations = sum(len(use.settings.failure_emails) * len(use.regions) for use in uses)
    if confirmations:
        waits = f"{confirmations} confirmation{'s' if confirmations > 1 else ''}"
        yield f"backup waits for {waits} by email: one for each address, account and region"
    restoring = [use.account for use in uses if use.settings.restore_role]
    if restoring:
        yield (
            f"backup makes a role for restores in {', '.join(restoring)}: whoever may start a restore with it can start "
            "an instance with any role of the account"
        )


BACKUP = Feature(
    name="backup",
    title="AWS Backup vaults",
    place="every region",
    settings=BackupSettings,
    build=_build,
    problems=_problems,
    remarks=_remarks,
)
