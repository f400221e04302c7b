"""What features made in one account's region: whether it is there, and which key AWS says that it has."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from botocore.exceptions import ClientError

from baseline.features.feature import Thing, ThingKind
from baseline.inventory import Provider
from baseline.seen import SeenThing, SeenThings
from live.asking import DENIED, asking, code, pages
from live.sessions import Sessions


def read_things(sessions: Sessions, provider: Provider, things: Iterable[Thing]) -> SeenThings:
    """These things as AWS has them; what may not be read is named. Raises WorldError when AWS cannot be asked."""
    there: dict[Thing, SeenThing | None] = {}
    not_read = []
    with asking(provider), sessions.entered(provider) as clients:
        for thing in things:
            reader = _READERS[thing.kind]
            try:
                there[thing] = reader.read(clients(reader.service), thing)
            except ClientError as error:
                if code(error) in DENIED:
                    not_read.append(f"{thing} ({reader.action} is denied{reader.also})")
                elif code(error) in _NOT_THERE:
                    there[thing] = None
                else:
                    raise
    return SeenThings(there, tuple(not_read))


_NOT_THERE = ("NoSuchBucket", "NoSuchConfigRuleException", "NotFound", "NotFoundException", "ResourceNotFoundException")


def _volumes(ec2: Any, _: Thing) -> SeenThing:
    if not ec2.get_ebs_encryption_by_default()["EbsEncryptionByDefault"]:
        return SeenThing()
    return SeenThing(ec2.get_ebs_default_kms_key_id()["KmsKeyId"])


def _topic(sns: Any, thing: Thing) -> SeenThing:
    return SeenThing(sns.get_topic_attributes(TopicArn=thing.name)["Attributes"].get("KmsMasterKeyId", ""))


def _log_group(logs: Any, thing: Thing) -> SeenThing | None:
    """Only by the beginning of its name can a log group be asked for."""
    for group in pages(logs, "describe_log_groups", "logGroups", logGroupNamePrefix=thing.name):
        if group["logGroupName"] == thing.name:
            return SeenThing(group.get("kmsKeyId", ""))
    return None


def _trail(cloudtrail: Any, thing: Thing) -> SeenThing | None:
    trails = cloudtrail.describe_trails(trailNameList=[thing.name], includeShadowTrails=False)["trailList"]
    return SeenThing(trails[0].get("KmsKeyId", "")) if trails else None


def _bucket(s3: Any, thing: Thing) -> SeenThing:
    try:
        rules = s3.get_bucket_encryption(Bucket=thing.name)["ServerSideEncryptionConfiguration"]["Rules"]
    except ClientError as error:
        if code(error) == "ServerSideEncryptionConfigurationNotFoundError":
            return SeenThing()
        raise
    by_default = (rule.get("ApplyServerSideEncryptionByDefault", {}) for rule in rules)
    return SeenThing(next((rule["KMSMasterKeyID"] for rule in by_default if "KMSMasterKeyID" in rule), ""))


def _vault(backup: Any, thing: Thing) -> SeenThing:
    """Of one that is not there AWS Backup says that access is denied.

    https://github.com/ansible-collections/amazon.aws/pull/1436
    """
    return SeenThing(backup.describe_backup_vault(BackupVaultName=thing.name).get("EncryptionKeyArn", ""))


def _rule(config: Any, thing: Thing) -> SeenThing | None:
    rules = config.describe_config_rules(ConfigRuleNames=[thing.name])["ConfigRules"]
    return SeenThing() if rules else None


def _recorder(config: Any, thing: Thing) -> SeenThing | None:
    for status in config.describe_configuration_recorder_status()["ConfigurationRecordersStatus"]:
        if status["name"] == thing.name:
            return SeenThing(runs=status.get("recording", False))
    return None


class _Reader(NamedTuple):
    """How one kind of thing is read: by which service, by which action, and by which function."""

    service: str
    action: str
    read: Callable[[Any, Thing], SeenThing | None]
    also: str = ""
    """What else a refusal may mean."""


_READERS: Mapping[ThingKind, _Reader] = {
    "backup vault": _Reader(
        "backup", "backup:DescribeBackupVault", _vault, ", as AWS Backup also says of a vault that is not there"
    ),
    "bucket": _Reader("s3", "s3:GetEncryptionConfiguration", _bucket),
    "log group": _Reader("logs", "logs:DescribeLogGroups", _log_group),
    "recorder": _Reader("config", "config:DescribeConfigurationRecorderStatus", _recorder),
    "rule": _Reader("config", "config:DescribeConfigRules", _rule),
    "topic": _Reader("sns", "sns:GetTopicAttributes", _topic),
    "trail": _Reader("cloudtrail", "cloudtrail:DescribeTrails", _trail),
    "volumes": _Reader("ec2", "ec2:GetEbsEncryptionByDefault or ec2:GetEbsDefaultKmsKeyId", _volumes),
}
