"""Probes: something small is made with a key, looked at, and removed again.

AWS checks some keys only when they are used: a topic or a default key is taken with any policy, and fails later, in
silence. A probe finds it out at once.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from secrets import token_hex
from typing import Any, NamedTuple

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from baseline.inventory import Key
from baseline.purposes import PURPOSES
from baseline.purposes.purpose import Permission, Service

WAIT = 120.0
"""Seconds for a volume to be there, and for an event to be read back."""


@dataclass(frozen=True, slots=True)
class ProbeOutcome:
    """What became of one probe."""

    account: str
    region: str
    probe: str
    problem: str = ""
    """Empty: it worked."""
    settles: tuple[str, ...] = ()
    """The statements of the key's policy that it needs: what AWS does with them is then known."""


class ProbeFailed(Exception):
    """What a probe saw is not what it should be; the sentence says what."""


def probe_key(key: Key, by_default: bool, session: boto3.Session, endpoint: str | None) -> ProbeOutcome:
    """Use one key through its service, as a principal of the account.

    `by_default`: a volume is made without asking for encryption. Whatever is made is removed, also on failure.
    """
    clients = _Clients(session, key.region, endpoint)
    name = f"{key.alias.split('/')[1]}-probe-{token_hex(4)}"
    probe = _probe_of(key, by_default)

    def use() -> None:
        probe.run(clients, str(clients("kms").describe_key(KeyId=key.alias)["KeyMetadata"]["Arn"]), name)

    return replace(attempted(key.account, key.region, probe.what, use), settles=settled(key))


def described(key: Key, by_default: bool) -> str:
    """What the probe of a key does, before it is done."""
    return _probe_of(key, by_default).what


def settled(key: Key) -> tuple[str, ...]:
    """The statements of a key's policy that let its probe's service in, for itself or for the account."""
    service = _probe_of(key, by_default=False).service
    sids = {permission.sid for permission in PURPOSES[key.purpose].permissions if _label(permission) == service}
    return tuple(statement.sid for statement in key.policy.statements if statement.sid in sids)


def attempted(account: str, region: str, what: str, probe: Callable[[], None]) -> ProbeOutcome:
    """Run a probe; what it saw, or what AWS refused, is the problem."""
    try:
        probe()
    except ProbeFailed as error:
        return ProbeOutcome(account, region, what, str(error))
    except (ClientError, BotoCoreError) as error:
        return ProbeOutcome(account, region, what, _reason(error))
    return ProbeOutcome(account, region, what)


class _Clients:
    def __init__(self, session: boto3.Session, region: str, endpoint: str | None) -> None:
        self.session = session
        self.region = region
        self.endpoint = endpoint

    def __call__(self, service: str) -> Any:
        return self.session.client(service, region_name=self.region, endpoint_url=self.endpoint)


def _topic(clients: _Clients, key: str, name: str) -> None:
    sns = clients("sns")
    topic = sns.create_topic(Name=name, Attributes={"KmsMasterKeyId": key})["TopicArn"]
    with _removing("topic", name, lambda: sns.delete_topic(TopicArn=topic)):
        sns.publish(TopicArn=topic, Message="kms-baseline probe")


def _volume(clients: _Clients, key: str, name: str, *, by_default: bool) -> None:
    """https://docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption-requirements.html"""
    ec2 = clients("ec2")
    zone = ec2.describe_availability_zones()["AvailabilityZones"][0]["ZoneName"]
    tags = [{"ResourceType": "volume", "Tags": [{"Key": "Name", "Value": name}]}]
    asked = {} if by_default else {"Encrypted": True, "KmsKeyId": key}
    volume = ec2.create_volume(AvailabilityZone=zone, Size=1, TagSpecifications=tags, **asked)["VolumeId"]
    with _removing("volume", volume, lambda: _delete_volume(ec2, volume)):
        found = _until(lambda: _available(ec2, volume), "the volume did not become available")
        if found.get("KmsKeyId") != key:
            raise ProbeFailed(f"the volume has the key {found.get('KmsKeyId', 'of nobody: it is not encrypted')}")


def _available(ec2: Any, volume: str) -> Any:
    try:
        [found] = ec2.describe_volumes(VolumeIds=[volume])["Volumes"]
    except ClientError as error:
        if error.response["Error"]["Code"] == "InvalidVolume.NotFound":
            raise ProbeFailed("the volume vanished: EC2 may not use the key for the account") from None
        raise
    return found if found["State"] == "available" else None


def _delete_volume(ec2: Any, volume: str) -> None:
    try:
        ec2.delete_volume(VolumeId=volume)
    except ClientError as error:
        if error.response["Error"]["Code"] != "InvalidVolume.NotFound":
            raise


def _log_group(clients: _Clients, key: str, name: str) -> None:
    logs = clients("logs")
    logs.create_log_group(logGroupName=name, kmsKeyId=key)
    with _removing("log group", name, lambda: logs.delete_log_group(logGroupName=name)):
        logs.create_log_stream(logGroupName=name, logStreamName=name)
        event = {"timestamp": int(time.time() * 1000), "message": "kms-baseline probe"}
        logs.put_log_events(logGroupName=name, logStreamName=name, logEvents=[event])
        _until(
            lambda: logs.get_log_events(logGroupName=name, logStreamName=name, startFromHead=True)["events"],
            "the event could not be read back",
        )


def _vault(clients: _Clients, key: str, name: str) -> None:
    backup = clients("backup")
    backup.create_backup_vault(BackupVaultName=name, EncryptionKeyArn=key)
    with _removing("vault", name, lambda: backup.delete_backup_vault(BackupVaultName=name)):
        pass


def _trail(clients: _Clients, key: str, _name: str) -> None:
    """A second trail would be billed: look at the one that is there."""
    cloudtrail = clients("cloudtrail")
    trails = [trail for trail in cloudtrail.describe_trails()["trailList"] if trail.get("KmsKeyId") == key]
    for trail in trails:
        problem = cloudtrail.get_trail_status(Name=trail["TrailARN"]).get("LatestDeliveryError")
        if problem:
            raise ProbeFailed(f"the last delivery of {trail['Name']} failed: {problem}")
    if not trails:
        raise ProbeFailed("no trail of the region uses the key")


def _alias(clients: _Clients, key: str, _name: str) -> None:
    state = clients("kms").describe_key(KeyId=key)["KeyMetadata"]["KeyState"]
    if state != "Enabled":
        raise ProbeFailed(f"the key is {state}")


class _Probe(NamedTuple):
    """What it does, in words, the service whose use of the key it shows, and the doing."""

    what: str
    service: str
    run: Callable[[_Clients, str, str], None]


def _probe_of(key: Key, by_default: bool) -> _Probe:
    match PURPOSES[key.purpose].probe:
        case "topic":
            return _Probe("publish to an encrypted topic", "sns", _topic)
        case "volume" if by_default:
            what = "make a volume without asking for encryption"
            return _Probe(what, "ec2", partial(_volume, by_default=True))
        case "volume":
            return _Probe("make an encrypted volume", "ec2", partial(_volume, by_default=False))
        case "log group":
            return _Probe("write to an encrypted log group and read it", "logs", _log_group)
        case "trail":
            return _Probe("look at the trail's last delivery", "cloudtrail", _trail)
        case "vault":
            return _Probe("make an encrypted vault", "backup", _vault)
        case "alias":
            return _Probe("find the key by its alias", "", _alias)


def _label(permission: Permission) -> str:
    """The service that a statement lets in, as in `kms:ViaService` or at the head of its service principal."""
    to = permission.to
    return to.principal.split(".")[0] if isinstance(to, Service) else to.service


def _until(look: Callable[[], Any], problem: str) -> Any:
    """What is seen at last. Raises ProbeFailed when it is not seen in time."""
    end = time.monotonic() + WAIT
    while True:
        if found := look():
            return found
        if time.monotonic() > end:
            raise ProbeFailed(f"{problem} within {WAIT:.0f} seconds")
        time.sleep(1)


@contextmanager
def _removing(kind: str, name: str, remove: Callable[[], Any]) -> Iterator[None]:
    """Whatever happens, what was made goes; if it does not, it is named."""
    try:
        yield
    finally:
        try:
            remove()
        except (ClientError, BotoCoreError) as error:
            raise ProbeFailed(f"the {kind} `{name}` was made and could not be removed: {_reason(error)}") from None


def _reason(error: ClientError | BotoCoreError) -> str:
    if isinstance(error, ClientError):
        details = error.response.get("Error", {})
        return f"{details.get('Code', '?')}: {details.get('Message', '')}"
    return str(error)
