"""EC2: default encryption, and what becomes of a volume whose key the caller cannot use."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.sandbox.conftest import ACCOUNT, CALLER_ACCOUNT, DEPLOY_ROLE, REGION, Client, policy, statement
from tests.sandbox.key_statements import key_with, through
from tests.sandbox.refusals import refusal

ZONE = f"{REGION}a"
USE = through("ec2", ["kms:Decrypt", "kms:GenerateDataKey*"], "Ec2UsesTheKey")
GRANT = through("ec2", "kms:CreateGrant", "Ec2Grants", Bool={"kms:GrantIsForAWSResource": "true"})


@pytest.fixture
def ec2(client: Client) -> Iterator[Any]:
    """EC2 in the second account, with its settings as they are in a new account afterwards."""
    ec2 = client("ec2", DEPLOY_ROLE)
    yield ec2
    ec2.disable_ebs_encryption_by_default()
    ec2.reset_ebs_default_kms_key_id()


@pytest.fixture
def regional_key(kms: Any) -> str:
    """The ARN of a key that the account may use through EC2 only."""
    return key_with(kms, USE, GRANT)


def volume_of(ec2: Any, **arguments: Any) -> dict[str, Any]:
    """A new volume as it is seen after it was made."""
    made = ec2.create_volume(AvailabilityZone=ZONE, Size=1, **arguments)
    return dict(ec2.describe_volumes(VolumeIds=[made["VolumeId"]])["Volumes"][0])


def instance_of(ec2: Any, **arguments: Any) -> dict[str, Any]:
    """A new instance as it is seen after its launch."""
    launched = ec2.run_instances(ImageId="ami-12c6146b", MinCount=1, MaxCount=1, **arguments)["Instances"][0]
    found = ec2.describe_instances(InstanceIds=[launched["InstanceId"]])
    return dict(found["Reservations"][0]["Instances"][0])


def volumes_of(ec2: Any, instance: dict[str, Any]) -> list[dict[str, Any]]:
    """The volumes that are attached to an instance."""
    by_instance = {"Name": "attachment.instance-id", "Values": [instance["InstanceId"]]}
    return list(ec2.describe_volumes(Filters=[by_instance])["Volumes"])


def is_gone(ec2: Any, volume_id: str) -> bool:
    try:
        ec2.describe_volumes(VolumeIds=[volume_id])
    except ClientError as error:
        return bool(error.response["Error"]["Code"] == "InvalidVolume.NotFound")
    return False


def test_a_region_starts_with_the_key_of_aws_and_returns_to_it(ec2: Any, regional_key: str, kms: Any) -> None:
    managed = ec2.get_ebs_default_kms_key_id()["KmsKeyId"]
    assert kms.describe_key(KeyId="alias/aws/ebs")["KeyMetadata"]["Arn"] == managed
    ec2.modify_ebs_default_kms_key_id(KmsKeyId=regional_key)
    assert ec2.get_ebs_default_kms_key_id()["KmsKeyId"] == regional_key
    assert ec2.reset_ebs_default_kms_key_id()["KmsKeyId"] == managed
    assert ec2.get_ebs_default_kms_key_id()["KmsKeyId"] == managed


def test_the_default_key_is_known_by_its_arn_however_it_was_named(ec2: Any, regional_key: str, kms: Any) -> None:
    kms.create_alias(AliasName="alias/of-ec2", TargetKeyId=regional_key)
    for name in (regional_key, regional_key.rpartition("/")[2], "alias/of-ec2"):
        assert ec2.modify_ebs_default_kms_key_id(KmsKeyId=name)["KmsKeyId"] == regional_key


def test_a_default_key_that_does_not_exist_shows_only_when_a_volume_is_made(
    ec2: Any, last_call: Callable[[], dict[str, Any]]
) -> None:
    nowhere = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/00000000-0000-0000-0000-000000000000"
    ec2.modify_ebs_default_kms_key_id(KmsKeyId=nowhere)
    ec2.enable_ebs_encryption_by_default()
    volume = ec2.create_volume(AvailabilityZone=ZONE, Size=1)
    assert last_call()["note"] == f"Key '{nowhere}' does not exist"
    assert is_gone(ec2, volume["VolumeId"])


def test_nothing_is_encrypted_until_the_account_says_so(ec2: Any, regional_key: str) -> None:
    ec2.modify_ebs_default_kms_key_id(KmsKeyId=regional_key)
    assert volume_of(ec2)["Encrypted"] is False
    ec2.enable_ebs_encryption_by_default()
    volume = volume_of(ec2, Encrypted=False)
    assert (volume["Encrypted"], volume["KmsKeyId"]) == (True, regional_key)


def test_a_volume_has_the_key_that_was_given_before_the_default_one(ec2: Any, regional_key: str, kms: Any) -> None:
    other = key_with(kms, USE, GRANT)
    ec2.modify_ebs_default_kms_key_id(KmsKeyId=regional_key)
    assert volume_of(ec2, Encrypted=True)["KmsKeyId"] == regional_key
    assert volume_of(ec2, Encrypted=True, KmsKeyId=other)["KmsKeyId"] == other
    ec2.enable_ebs_encryption_by_default()
    assert volume_of(ec2, KmsKeyId=other.rpartition("/")[2])["KmsKeyId"] == other


def test_the_settings_of_another_region_are_its_own(ec2: Any, client: Client, regional_key: str) -> None:
    ec2.modify_ebs_default_kms_key_id(KmsKeyId=regional_key)
    ec2.enable_ebs_encryption_by_default()
    elsewhere = client("ec2", DEPLOY_ROLE, "eu-central-1")
    assert elsewhere.get_ebs_encryption_by_default()["EbsEncryptionByDefault"] is False
    assert ":eu-central-1:" in elsewhere.get_ebs_default_kms_key_id()["KmsKeyId"]


def test_an_instance_has_all_its_volumes_under_the_default_key(ec2: Any, regional_key: str) -> None:
    ec2.modify_ebs_default_kms_key_id(KmsKeyId=regional_key)
    ec2.enable_ebs_encryption_by_default()
    data = {"DeviceName": "/dev/sdb", "Ebs": {"VolumeSize": 1, "Encrypted": False}}
    for mappings in ({}, {"BlockDeviceMappings": [data]}):
        instance = instance_of(ec2, **mappings)
        assert instance["State"]["Name"] == "running"
        keys = {(volume["Encrypted"], volume["KmsKeyId"]) for volume in volumes_of(ec2, instance)}
        assert keys == {(True, regional_key)}


@pytest.mark.parametrize("action", ["kms:Decrypt", "kms:GenerateDataKeyWithoutPlaintext", "kms:CreateGrant"])
def test_a_volume_disappears_when_its_key_lacks_one_of_the_actions(
    ec2: Any, kms: Any, last_call: Callable[[], dict[str, Any]], action: str
) -> None:
    uses = [name for name in ("kms:Decrypt", "kms:GenerateDataKeyWithoutPlaintext") if name != action]
    grant = [GRANT] if action != "kms:CreateGrant" else []
    key = key_with(kms, through("ec2", uses), *grant)
    volume = ec2.create_volume(AvailabilityZone=ZONE, Size=1, Encrypted=True, KmsKeyId=key)
    role = f"arn:aws:sts::{ACCOUNT}:assumed-role/kms-baseline-deploy/test"
    assert last_call()["note"].startswith(f"{action} by {role}: AccountManagesTheKey: Action")
    assert is_gone(ec2, volume["VolumeId"])


def test_an_instance_ends_right_after_launch_when_its_key_cannot_be_used(ec2: Any, kms: Any) -> None:
    ec2.modify_ebs_default_kms_key_id(KmsKeyId=key_with(kms))
    ec2.enable_ebs_encryption_by_default()
    kept = {"DeviceName": "/dev/sdb", "Ebs": {"VolumeSize": 1, "DeleteOnTermination": False}}
    before = len(ec2.describe_volumes()["Volumes"])
    instance = instance_of(ec2, BlockDeviceMappings=[kept])
    assert instance["State"]["Name"] == "terminated"
    message = "Client.InternalError: Client error on launch"
    assert instance["StateReason"] == {"Code": "Client.InternalError", "Message": message}
    assert len(ec2.describe_volumes()["Volumes"]) == before


def test_a_key_that_is_disabled_or_pending_deletion_makes_no_volume(ec2: Any, kms: Any, regional_key: str) -> None:
    ec2.modify_ebs_default_kms_key_id(KmsKeyId=regional_key)
    ec2.enable_ebs_encryption_by_default()
    kms.disable_key(KeyId=regional_key)
    assert instance_of(ec2)["State"]["Name"] == "terminated"
    kms.schedule_key_deletion(KeyId=regional_key)
    assert is_gone(ec2, ec2.create_volume(AvailabilityZone=ZONE, Size=1)["VolumeId"])


def test_the_encryption_context_is_the_volumes_id(ec2: Any, kms: Any) -> None:
    conditions = {
        "ForAnyValue:StringEquals": {"kms:EncryptionContextKeys": "aws:ebs:id"},
        "StringLike": {"kms:EncryptionContext:aws:ebs:id": "vol-*"},
    }
    key = key_with(kms, through("ec2", ["kms:Decrypt", "kms:GenerateDataKey*", "kms:CreateGrant"], **conditions))
    assert volume_of(ec2, Encrypted=True, KmsKeyId=key)["KmsKeyId"] == key


def test_a_volume_can_have_the_key_of_an_account_that_shares_it(ec2: Any, client: Client) -> None:
    owner = {"AWS": f"arn:aws:iam::{CALLER_ACCOUNT}:root"}
    manage = statement("Manage", owner, "kms:*")
    actions = ["kms:Decrypt", "kms:GenerateDataKey*", "kms:CreateGrant"]
    shared = statement("Shared", {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, actions)
    theirs = client("kms")
    own = theirs.create_key(Policy=policy(manage))["KeyMetadata"]["Arn"]
    lent = theirs.create_key(Policy=policy(manage, shared))["KeyMetadata"]["Arn"]
    assert volume_of(ec2, Encrypted=True, KmsKeyId=lent)["KmsKeyId"] == lent
    volume = ec2.create_volume(AvailabilityZone=ZONE, Size=1, Encrypted=True, KmsKeyId=own)
    assert is_gone(ec2, volume["VolumeId"])


def test_a_key_of_another_region_makes_no_volume(ec2: Any, client: Client) -> None:
    key = client("kms", DEPLOY_ROLE, "eu-central-1").create_key()["KeyMetadata"]["Arn"]
    volume = ec2.create_volume(AvailabilityZone=ZONE, Size=1, Encrypted=True, KmsKeyId=key)
    assert is_gone(ec2, volume["VolumeId"])


def snapshot_of(ec2: Any, **of_the_volume: Any) -> str:
    """A snapshot of a volume of its own."""
    return str(ec2.create_snapshot(VolumeId=volume_of(ec2, **of_the_volume)["VolumeId"])["SnapshotId"])


def test_a_copied_snapshot_is_under_the_given_or_the_default_key(ec2: Any, kms: Any, regional_key: str) -> None:
    other = key_with(kms, USE, GRANT)
    ec2.modify_ebs_default_kms_key_id(KmsKeyId=regional_key)
    plain = {"SourceSnapshotId": snapshot_of(ec2), "SourceRegion": REGION}
    of_plain = ec2.copy_snapshot(**plain)["SnapshotId"]
    encrypted = ec2.copy_snapshot(**plain, Encrypted=True)["SnapshotId"]
    given = ec2.copy_snapshot(**plain, Encrypted=True, KmsKeyId=other)["SnapshotId"]
    ec2.enable_ebs_encryption_by_default()
    by_default = ec2.copy_snapshot(**plain)["SnapshotId"]
    found = ec2.describe_snapshots(SnapshotIds=[of_plain, encrypted, given, by_default])["Snapshots"]
    keys = {snapshot["SnapshotId"]: snapshot.get("KmsKeyId") for snapshot in found}
    assert keys == {of_plain: None, encrypted: regional_key, given: other, by_default: regional_key}


def test_a_copy_under_a_key_that_cannot_be_used_ends_in_error(ec2: Any, kms: Any) -> None:
    locked = key_with(kms)
    source = {"SourceSnapshotId": snapshot_of(ec2), "SourceRegion": REGION}
    copy = ec2.copy_snapshot(**source, Encrypted=True, KmsKeyId=locked)["SnapshotId"]
    snapshot = ec2.describe_snapshots(SnapshotIds=[copy])["Snapshots"][0]
    assert snapshot["State"] == "error"
    assert snapshot["StateMessage"].startswith("Given key ID is not accessible. User: arn:aws:sts::")


def test_a_volume_of_an_encrypted_snapshot_keeps_its_key(ec2: Any, kms: Any, regional_key: str) -> None:
    other = key_with(kms, USE, GRANT)
    snapshot = snapshot_of(ec2, Encrypted=True, KmsKeyId=other)
    ec2.modify_ebs_default_kms_key_id(KmsKeyId=regional_key)
    ec2.enable_ebs_encryption_by_default()
    assert volume_of(ec2, SnapshotId=snapshot)["KmsKeyId"] == other


def test_a_dry_run_makes_nothing(ec2: Any) -> None:
    for call in (ec2.get_ebs_default_kms_key_id, ec2.reset_ebs_default_kms_key_id):
        assert refusal(call, DryRun=True)[0] == "DryRunOperation"
