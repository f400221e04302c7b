"""S3 buckets that services write to: closed to the public, without ACLs, versioned, encrypted, and by TLS only."""

from collections.abc import Iterator
from dataclasses import dataclass

from baseline.features.feature import Resource, Site
from baseline.iam.access import AccessStatement, When, render

FORMER_VERSION_DAYS = 30
"""How long an object that was deleted or overwritten can still be brought back, where objects go in time."""
_SETTINGS = (
    "aws_s3_bucket_ownership_controls",
    "aws_s3_bucket_policy",
    "aws_s3_bucket_public_access_block",
    "aws_s3_bucket_server_side_encryption_configuration",
    "aws_s3_bucket_versioning",
)


@dataclass(frozen=True, slots=True)
class Bucket:
    """One bucket with its settings and its policy."""

    site: Site
    address: str
    """Of the bucket and of everything that belongs to it."""
    name: str
    statements: tuple[AccessStatement, ...]
    """Whom its policy lets in, apart from what IAM policies of its account say."""
    key: str | None = None
    """The address of the key that encrypts it by default; None: S3's own."""
    retention_days: int | None = None
    """How long objects are kept; None: for good."""

    @property
    def arn(self) -> str:
        return bucket_arn(self.site, self.name)

    @property
    def policy(self) -> str:
        """https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html (encryption in transit)"""
        encrypted = AccessStatement(
            sid="NobodyComesWithoutTls",
            effect="Deny",
            accounts=("*",),
            actions=("s3:*",),
            resources=(self.arn, f"{self.arn}/*"),
            conditions=(When("Bool", "aws:SecureTransport", ("false",)),),
        )
        return render(*self.statements, encrypted)

    def resources(self) -> Iterator[Resource]:
        """Switched off, all of it stays as it is: it holds data."""
        yield Resource("aws_s3_bucket", self.address, "forget", called=self.name)
        for type in _SETTINGS:
            yield Resource(type, self.address, "forget")
        if self.retention_days is not None:
            yield Resource("aws_s3_bucket_lifecycle_configuration", self.address, "forget")


def bucket_arn(site: Site, name: str) -> str:
    """The ARN of a bucket, in which neither account nor region stand."""
    return f"arn:{site.partition}:s3:::{name}"
