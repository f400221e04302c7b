"""How each kind of key is tried: something small is made with it, looked at, and removed again."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

WAIT = 120.0
"""Seconds for a volume to be there, and for an event to be read back."""


class ProbeFailed(Exception):
    """What a probe saw is not what it should be; the sentence says what."""


class Clients:
    """Clients of one region of one account, by the name of the service."""

    def __init__(self, session: boto3.Session, region: str, endpoint: str | None) -> None:
        self.session = session
        self.region = region
        self.endpoint = endpoint

    def __call__(self, service: str) -> Any:
        return self.session.client(service, region_name=self.region, endpoint_url=self.endpoint)


def topic(clients: Clients, key: str, name: str) -> None:
    """A message is published."""
    sns = clients("sns")
    topic = sns.create_topic(Name=name, Attributes={"KmsMasterKeyId": key})["TopicArn"]
    with removing("topic", name, lambda: sns.delete_topic(TopicArn=topic)):
        sns.publish(TopicArn=topic, Message="kms-baseline probe")


def volume(clients: Clients, key: str, name: str, *, by_default: bool) -> None:
    """A volume is made: https://docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption-requirements.html"""
    ec2 = clients("ec2")
    zone = ec2.describe_availability_zones()["AvailabilityZones"][0]["ZoneName"]
    tags = [{"ResourceType": "volume", "Tags": [{"Key": "Name", "Value": name}]}]
    asked = {} if by_default else {"Encrypted": True, "KmsKeyId": key}
    volume = ec2.create_volume(AvailabilityZone=zone, Size=1, TagSpecifications=tags, **asked)["VolumeId"]
    with removing("volume", volume, lambda: _delete_volume(ec2, volume)):
        found = until(lambda: _available(ec2, volume), "the volume did not become available")
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


def log_group(clients: Clients, key: str, name: str) -> None:
    """An event is written and read."""
    logs = clients("logs")
    logs.create_log_group(logGroupName=name, kmsKeyId=key)
    with removing("log group", name, lambda: logs.delete_log_group(logGroupName=name)):
        logs.create_log_stream(logGroupName=name, logStreamName=name)
        event = {"timestamp": int(time.time() * 1000), "message": "kms-baseline probe"}
        logs.put_log_events(logGroupName=name, logStreamName=name, logEvents=[event])
        until(
            lambda: logs.get_log_events(logGroupName=name, logStreamName=name, startFromHead=True)["events"],
            "the event could not be read back",
        )


def vault(clients: Clients, key: str, name: str) -> None:
    """A vault is made."""
    backup = clients("backup")
    backup.create_backup_vault(BackupVaultName=name, EncryptionKeyArn=key)
    with removing("vault", name, lambda: backup.delete_backup_vault(BackupVaultName=name)):
        pass


def trail(clients: Clients, key: str, _name: str) -> None:
    """A second trail would be billed: look at the one that is there."""
    cloudtrail = clients("cloudtrail")
    trails = [trail for trail in cloudtrail.describe_trails()["trailList"] if trail.get("KmsKeyId") == key]
    for trail in trails:
        problem = cloudtrail.get_trail_status(Name=trail["TrailARN"]).get("LatestDeliveryError")
        if problem:
            raise ProbeFailed(f"the last delivery of {trail['Name']} failed: {problem}")
    if not trails:
        raise ProbeFailed("no trail of the region uses the key")


def alias(_clients: Clients, _key: str, _name: str) -> None:
    """That the key was found, and is enabled, is all."""


def until(look: Callable[[], Any], problem: str) -> Any:
    """What is seen at last. Raises ProbeFailed when it is not seen in time."""
    end = time.monotonic() + WAIT
    while True:
        if found := look():
            return found
        if time.monotonic() > end:
            raise ProbeFailed(f"{problem} within {WAIT:.0f} seconds")
        time.sleep(1)


@contextmanager
def removing(kind: str, name: str, remove: Callable[[], Any]) -> Iterator[None]:
    """Whatever happens, what was made goes; if it does not, it is named."""
    try:
        yield
    finally:
        try:
            remove()
        except (ClientError, BotoCoreError) as error:
            raise ProbeFailed(f"the {kind} `{name}` was made and could not be removed: {reason(error)}") from None


def reason(error: ClientError | BotoCoreError) -> str:
    """What AWS, or the way to it, answered."""
    if isinstance(error, ClientError):
        details = error.response.get("Error", {})
        return f"{details.get('Code', '?')}: {details.get('Message', '')}"
    return str(error)
