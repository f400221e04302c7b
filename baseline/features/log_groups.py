"""Log groups of the organization, each encrypted with its region's logs key."""

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
    Thing,
    repeated,
)
from baseline.fields import limits
from baseline.fields.written import OnDemand, Written, no_items
from baseline.iam.request import IamCaller, ServiceCaller
from baseline.regions import PARTITIONS, via_service

LOGS_CALLS = ("kms:Encrypt", "kms:Decrypt", "kms:GenerateDataKey", "kms:ReEncryptFrom", "kms:ReEncryptTo")


class LogGroupSettings(Written):
    """One log group."""

    name: Annotated[str, limits.LOG_GROUP_NAME] = Field(description="The name of the log group.")
    retention_days: Annotated[int, limits.LOG_RETENTION] | None = Field(
        None, description="Days that its events are kept; what the feature says when not said."
    )


class LogGroupsSettings(FeatureSettings):
    """Which log groups, and for how long events stay."""

    groups: list[OnDemand[LogGroupSettings]] = Field(
        default_factory=no_items, description="Log groups to create in every enabled region."
    )
    retention_days: Annotated[int, limits.LOG_RETENTION] = Field(
        365, description="Days that events are kept where a group says nothing else."
    )


@dataclass(frozen=True, slots=True)
class LogGroup:
    """One log group of one region."""

    address: str
    name: str
    retention_days: int


@dataclass(frozen=True, kw_only=True)
class LogGroups(Part):
    """The log groups of one region, with the key that encrypts them all."""

    key: str
    groups: tuple[LogGroup, ...]

    def resources(self) -> Iterator[Resource]:
        for group in self.groups:
            yield Resource("aws_cloudwatch_log_group", group.address, "forget", called=group.name)

    def things(self) -> Iterator[Thing]:
        return (Thing("log group", group.name, self.key) for group in self.groups)

    def uses(self) -> Iterator[KeyUse]:
        for group in self.groups:
            yield from log_group_uses(self.site, group.name)


def log_group_uses(site: Site, name: str) -> Iterator[KeyUse]:
    """What the logs key must allow for a log group that Terraform creates with it."""
    group = f"the log group `{name}`"
    yield encryption(site, name, group)
    yield association(site, site.deployer, f"whoever deploys associates the key with {group}")


def encryption(site: Site, name: str, group: str) -> KeyUse:
    """What CloudWatch Logs does with a log group's key; `group` says in words which group.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
    """
    suffix = PARTITIONS[site.partition].logs_suffix
    return KeyUse(
        what=f"CloudWatch Logs encrypts {group}",
        key=site.key("logs"),
        caller=ServiceCaller(f"logs.{site.region}.{suffix}"),
        actions=LOGS_CALLS,
        context={"kms:EncryptionContext:aws:logs:arn": site.arn("logs", f"log-group:{name}")},
    )


def association(site: Site, caller: IamCaller, what: str) -> KeyUse:
    """What CloudWatch Logs asks of the key for whoever associates it with a log group; `what` says that in words."""
    return KeyUse(
        what=what,
        key=site.key("logs"),
        caller=caller,
        actions=("kms:DescribeKey", "kms:Encrypt", "kms:Decrypt", "kms:GenerateDataKey"),
        context={"kms:ViaService": via_service("logs", site.region)},
    )


def _build(settings: LogGroupsSettings, site: Site) -> LogGroups | None:
    groups = tuple(
        LogGroup(
            names.of_path("log_group", group.name, site.region),
            group.name,
            group.retention_days or settings.retention_days,
        )
        for group in settings.groups
    )
    return LogGroups(site=site, key=site.key("logs"), groups=groups) if groups else None


def _problems(uses: Sequence[FeatureInAccount[LogGroupsSettings]], _context: Context) -> Iterable[Problem]:
    for i, use in enumerate(uses):
        for name in repeated(group.name for group in use.settings.groups):
            yield Problem(i, "groups", f"the log group `{name}` is listed twice", "keep one")


def _remarks(uses: Sequence[FeatureInAccount[LogGroupsSettings]]) -> Iterable[str]:
    empty = [use.account for use in uses if not use.settings.groups]
    if empty:
        yield f"log_groups is on and lists no groups in {', '.join(empty)}"


LOG_GROUPS = Feature(
    name="log_groups",
    title="Log groups with their regional key",
    place="every region",
    settings=LogGroupsSettings,
    build=_build,
    problems=_problems,
    remarks=_remarks,
)
