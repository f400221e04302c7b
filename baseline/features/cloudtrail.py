"""CloudTrail: one trail that records every region, of an account or of the organization, and the bucket it writes to."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from baseline import names
from baseline.features.buckets import Bucket, bucket_arn
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
)
from baseline.fields import limits
from baseline.iam.access import AccessStatement, When
from baseline.iam.request import ServiceCaller
from baseline.words import count

SERVICE = "cloudtrail.amazonaws.com"
_TRAIL_NAME = re.compile(r"(?=.{3})[a-z0-9]+(?:-[a-z0-9]+)*")
"""https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_CreateTrail.html, for what a namespace may be."""


class CloudtrailSettings(FeatureSettings):
    """Whose events are recorded, and where the log files go."""

    scope: Literal["account", "organization"] = Field(
        "account",
        description="`account`: a trail of this account; `organization`: one trail of all accounts, made in the "
        "management account.",
    )
    bucket: Annotated[str, limits.BUCKET] | None = Field(
        None,
        description="An existing bucket in the home region, such as one of a log archive account; "
        "when not said, one is made.",
    )
    retention_days: Annotated[int, limits.RETENTION] = Field(
        365, description="Days that log files are kept in the bucket that is made."
    )


@dataclass(frozen=True, kw_only=True)
class Cloudtrail(Part):
    """The trail of one account or of the organization."""

    name: str
    """Of every resource in Terraform."""
    trail: str
    organization_id: str | None
    """Whose accounts the trail records; None: it records its own account."""
    key: str
    bucket_name: str
    makes_bucket: bool
    retention_days: int

    @property
    def trail_arn(self) -> str:
        return self.site.arn("cloudtrail", f"trail/{self.trail}")

    @property
    def bucket(self) -> Bucket:
        """The bucket as it is made, or as one of the owner's should be: CloudTrail writes for this trail alone.

        https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html
        """
        arn = bucket_arn(self.site, self.bucket_name)
        owners = [owner for owner in (self.site.account_id, self.organization_id) if owner]
        of_trail = When("StringEquals", "aws:SourceArn", (self.trail_arn,))
        checks = AccessStatement(
            sid="CloudTrailChecksTheBucket",
            services=(SERVICE,),
            actions=("s3:GetBucketAcl",),
            resources=(arn,),
            conditions=(of_trail,),
        )
        writes = AccessStatement(
            sid="CloudTrailWritesLogFiles",
            services=(SERVICE,),
            actions=("s3:PutObject",),
            resources=tuple(f"{arn}/AWSLogs/{owner}/*" for owner in owners),
            conditions=(of_trail, When("StringEquals", "s3:x-amz-acl", ("bucket-owner-full-control",))),
        )
        return Bucket(
            self.site,
            self.name,
            self.bucket_name,
            (checks, writes),
            key=self.key,
            retention_days=self.retention_days,
        )

    def resources(self) -> Iterator[Resource]:
        yield Resource("aws_cloudtrail", self.name, "forget", called=self.trail)
        if self.makes_bucket:
            yield from self.bucket.resources()

    def things(self) -> Iterator[Thing]:
        yield Thing("trail", self.trail, self.key)
        if self.makes_bucket:
            yield Thing("bucket", self.bucket_name, self.key)

    def uses(self) -> Iterator[KeyUse]:
        """https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html"""
        source = {"aws:SourceArn": self.trail_arn}
        yield KeyUse(
            what=f"CloudTrail encrypts the log files of the trail `{self.trail}`",
            key=self.key,
            caller=ServiceCaller(SERVICE),
            actions=("kms:GenerateDataKey",),
            context={**source, "kms:EncryptionContext:aws:cloudtrail:arn": self.trail_arn},
        )
        yield KeyUse(
            what=f"CloudTrail looks at the key of the trail `{self.trail}`",
            key=self.key,
            caller=ServiceCaller(SERVICE),
            actions=("kms:DescribeKey",),
            context=source,
        )


def _build(settings: CloudtrailSettings, site: Site) -> Cloudtrail:
    return Cloudtrail(
        site=site,
        name=names.address("cloudtrail", site.region),
        trail=site.namespace,
        organization_id=site.organization_id if settings.scope == "organization" else None,
        key=site.key("cloudtrail"),
        bucket_name=settings.bucket or names.trail_bucket(site.namespace, site.account_id, site.region),
        makes_bucket=settings.bucket is None,
        retention_days=settings.retention_days,
    )


def _problems(uses: Sequence[FeatureInAccount[CloudtrailSettings]], context: Context) -> Iterable[Problem]:
    for i, _ in enumerate(uses):
        if not _TRAIL_NAME.fullmatch(context.namespace):
            problem = f"the trail would be called `{context.namespace}`, by the namespace, which AWS refuses"
            help = "a trail's name has 3 or more characters, no hyphen at its end and no two beside each other"
            yield Problem(i, "", problem, help)
    of_organization = [i for i, use in enumerate(uses) if use.settings.scope == "organization"]
    for i in of_organization:
        if context.organization_id is None:
            yield Problem(i, "scope", "a trail of the organization needs `organization.id`")
        if len(of_organization) > 1:
            accounts = ", ".join(f"`{uses[j].account}`" for j in of_organization)
            problem = f"{len(of_organization)} accounts would make a trail of the organization: {accounts}"
            yield Problem(i, "scope", problem, "write it under the features of the management account alone")


def _remarks(uses: Sequence[FeatureInAccount[CloudtrailSettings]]) -> Iterable[str]:
    """On what is billed: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_EventSelector.html"""
    if not uses:
        return
    yield (
        f"cloudtrail makes {count(len(uses), 'trail')}; of each account and region the first copy of management events is "
        "free and every further one is billed, so look for trails that record these accounts already"
    )
    for use in uses:
        if use.settings.scope == "organization":
            yield (
                f"cloudtrail makes a trail of the organization in {use.account}, which must be the management account; "
                "it records every account of the organization, those with a trail of their own too"
            )


CLOUDTRAIL = Feature(
    name="cloudtrail",
    title="CloudTrail log files",
    place="home region",
    settings=CloudtrailSettings,
    build=_build,
    problems=_problems,
    remarks=_remarks,
)
