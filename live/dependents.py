"""What refers to a key, for each purpose: what would be lost or stop if the key were deleted.

Only one account's region is asked. What another account copied does not show, nor which objects of a bucket need a key.
https://docs.aws.amazon.com/kms/latest/developerguide/deleting-keys-determining-usage.html
"""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from botocore.exceptions import ClientError

from baseline.inventory import Provider
from baseline.retirement import Dependent
from live.asking import pages
from live.looking import Looking
from live.sessions import Sessions
from live.switched_on import SWITCHED_ON

_UNENCRYPTED = "ServerSideEncryptionConfigurationNotFoundError"
_ENCRYPTED = [{"Name": "encrypted", "Values": ["true"]}]
"""No filter of EC2 takes a key."""

UNSEEN: Mapping[str, tuple[str, ...]] = {
    **{name: of.unseen for name, of in SWITCHED_ON.items()},
    "ebs": (
        "snapshots and images that other accounts copied or were given",
        "launch template versions that are neither the latest nor the default",
    ),
    "sns": ("who publishes: a publisher that is left out fails in silence",),
    "logs": ("log groups that used the key before: their old events need it until their retention passes",),
    "backup": ("recovery points that were copied to other accounts",),
    "cloudtrail": ("objects in buckets: S3 lists none by its key", "trails of other accounts that use the key"),
}
"""What no call shows, by purpose."""


class Dependents:
    """What refers to the key with this ARN and these aliases."""

    def __init__(self, sessions: Sessions, provider: Provider, arn: str, aliases: tuple[str, ...], looking: Looking):
        self._sessions, self._provider, self._looking = sessions, provider, looking
        self._arn = arn
        base = arn.partition(":key/")[0]
        self._names = {arn, arn.partition(":key/")[2], *aliases, *(f"{base}:{alias}" for alias in aliases)}
        """All that services call the key."""

    def of(self, purpose: str) -> tuple[Dependent, ...]:
        """Everything that was found. What could not be looked at is noted."""
        found: Mapping[str, Callable[[], Iterator[Dependent]]] = {
            "ebs": self._ebs,
            "sns": self._sns,
            "logs": self._logs,
            "backup": self._backup,
            "cloudtrail": self._cloudtrail,
            "s3": self._buckets,
        }
        return tuple(found[purpose]() if purpose in found else self._others(purpose))

    def _others(self, purpose: str) -> Iterator[Dependent]:
        """Nothing is found by not looking: where nobody said how to look, that is noted."""
        if purpose not in SWITCHED_ON:
            self._looking.missed.append(f"what refers to keys for {purpose}")
            return
        for look in SWITCHED_ON[purpose].looks:
            for name, dependent in self._looking.each(look.what, partial(look.through, self._client(look.service))):
                if self._is_it(name):
                    yield dependent

    def _client(self, service: str) -> Any:
        return self._sessions.client(self._provider, service)

    def _is_it(self, name: object) -> bool:
        return isinstance(name, str) and name in self._names

    def _ebs(self) -> Iterator[Dependent]:
        ec2, each = self._client("ec2"), self._looking.each
        default = self._looking.ask("the default key of EBS", lambda: ec2.get_ebs_default_kms_key_id()["KmsKeyId"])
        if self._is_it(default):
            yield Dependent("EBS encryption by default", "of new volumes")
        for volume in each("EBS volumes", lambda: pages(ec2, "describe_volumes", "Volumes", Filters=_ENCRYPTED)):
            if self._is_it(volume.get("KmsKeyId")):
                yield Dependent("EBS volume", volume["VolumeId"])
        own: dict[str, Any] = {"OwnerIds": ["self"], "Filters": _ENCRYPTED}
        snapshots = each("EBS snapshots", lambda: pages(ec2, "describe_snapshots", "Snapshots", **own))
        ours = {snapshot["SnapshotId"] for snapshot in snapshots if self._is_it(snapshot.get("KmsKeyId"))}
        yield from (Dependent("EBS snapshot", name) for name in sorted(ours))
        for image in each("images", lambda: pages(ec2, "describe_images", "Images", Owners=["self"])):
            disks = [mapping.get("Ebs", {}) for mapping in image.get("BlockDeviceMappings", ())]
            if any(self._is_it(disk.get("KmsKeyId")) or disk.get("SnapshotId") in ours for disk in disks):
                yield Dependent("image", image["ImageId"])
        for version in each("launch templates", lambda: _versions(ec2)):
            disks = [m.get("Ebs", {}) for m in version["LaunchTemplateData"].get("BlockDeviceMappings", ())]
            if any(self._is_it(disk.get("KmsKeyId")) for disk in disks):
                yield Dependent("launch template", version["LaunchTemplateId"], f"version {version['VersionNumber']}")

    def _sns(self) -> Iterator[Dependent]:
        sns = self._client("sns")
        for topic in self._looking.each("topics", lambda: pages(sns, "list_topics", "Topics")):
            arn = topic["TopicArn"]
            call = self._attributes(sns, arn)
            attributes = self._looking.ask(f"the topic {arn}", call) or {}
            if self._is_it(attributes.get("KmsMasterKeyId")):
                yield Dependent("topic", arn)

    @staticmethod
    def _attributes(sns: Any, arn: str) -> Callable[[], dict[str, str]]:
        return lambda: dict(sns.get_topic_attributes(TopicArn=arn)["Attributes"])

    def _logs(self) -> Iterator[Dependent]:
        logs = self._client("logs")
        for group in self._looking.each("log groups", lambda: pages(logs, "describe_log_groups", "logGroups")):
            if self._is_it(group.get("kmsKeyId")):
                days = group.get("retentionInDays")
                yield Dependent(
                    "log group", group["logGroupName"], f"keeps events {f'{days} days' if days else 'for ever'}"
                )

    def _backup(self) -> Iterator[Dependent]:
        backup = self._client("backup")
        for vault in self._looking.each("vaults", lambda: pages(backup, "list_backup_vaults", "BackupVaultList")):
            name = vault["BackupVaultName"]
            if self._is_it(vault.get("EncryptionKeyArn")):
                yield Dependent("vault", name)
            points = self._looking.each(f"recovery points of the vault {name}", self._points(backup, name))
            count = sum(self._is_it(point.get("EncryptionKeyArn")) for point in points)
            if count:
                yield Dependent("recovery points of the vault", name, str(count))

    @staticmethod
    def _points(backup: Any, vault: str) -> Callable[[], Iterator[Any]]:
        list_ = "list_recovery_points_by_backup_vault"
        return lambda: pages(backup, list_, "RecoveryPoints", BackupVaultName=vault)

    def _cloudtrail(self) -> Iterator[Dependent]:
        cloudtrail = self._client("cloudtrail")
        for trail in self._looking.each("trails", lambda: iter(cloudtrail.describe_trails()["trailList"])):
            if self._is_it(trail.get("KmsKeyId")):
                yield Dependent("trail", trail["Name"], f"writes to the bucket {trail.get('S3BucketName')}")
        yield from self._buckets()

    def _buckets(self) -> Iterator[Dependent]:
        s3 = self._client("s3")
        for bucket in self._looking.each("buckets", lambda: pages(s3, "list_buckets", "Buckets")):
            name = bucket["Name"]
            for rule in self._looking.each(f"the encryption of the bucket {name}", self._encryption(s3, name)):
                if self._is_it(rule.get("ApplyServerSideEncryptionByDefault", {}).get("KMSMasterKeyID")):
                    yield Dependent("bucket", name, "encrypts with it by default")

    @staticmethod
    def _encryption(s3: Any, bucket: str) -> Callable[[], Iterator[Any]]:
        def rules() -> Iterator[Any]:
            try:
                configuration = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]
            except ClientError as error:
                if error.response["Error"]["Code"] != _UNENCRYPTED:
                    raise
                return
            yield from configuration["Rules"]

        return rules


def _versions(ec2: Any) -> Iterator[Any]:
    """The versions of launch templates that are used when nobody names one."""
    return pages(ec2, "describe_launch_template_versions", "LaunchTemplateVersions", Versions=["$Latest", "$Default"])
