"""EBS encryption by default and log groups, deployed: in every region the key of that region."""

import pytest
from botocore.exceptions import ClientError

from tests.deployed.deployment import PLACES, Deployment

GROUPS = {"/baseline/automation": 365, "app.log": 30}


def volume_key(deployed: Deployment, account: str, region: str) -> str:
    """The key of a volume that is made without asking for encryption."""
    ec2 = deployed.client("ec2", account, region)
    made = ec2.create_volume(AvailabilityZone=f"{region}a", Size=1)
    found = ec2.describe_volumes(VolumeIds=[made["VolumeId"]])["Volumes"][0]
    ec2.delete_volume(VolumeId=made["VolumeId"])
    assert found["Encrypted"] is True
    return str(found["KmsKeyId"])


def our_groups(deployed: Deployment, account: str, region: str) -> dict[str, tuple[str, int]]:
    """Key and retention of every group but those that the tests of the remediation make."""
    groups = deployed.client("logs", account, region).describe_log_groups()["logGroups"]
    return {
        group["logGroupName"]: (group["kmsKeyId"], group["retentionInDays"])
        for group in groups
        if not group["logGroupName"].startswith(("/app/", "aws-controltower/"))
    }


@pytest.mark.parametrize(("account", "region"), PLACES)
def test_a_volume_made_without_asking_has_the_ebs_key_of_its_region(
    switched_on: Deployment, account: str, region: str
) -> None:
    assert volume_key(switched_on, account, region) == switched_on.key_arn(account, region, "ebs")


@pytest.mark.parametrize(("account", "region"), PLACES)
def test_every_log_group_has_the_logs_key_of_its_region(switched_on: Deployment, account: str, region: str) -> None:
    key = switched_on.key_arn(account, region, "logs")
    assert our_groups(switched_on, account, region) == {name: (key, days) for name, days in GROUPS.items()}


@pytest.mark.parametrize(("account", "region"), PLACES)
def test_switched_off_everything_stays_as_it_was(switched_off: Deployment, account: str, region: str) -> None:
    assert volume_key(switched_off, account, region) == switched_off.key_arn(account, region, "ebs")
    key = switched_off.key_arn(account, region, "logs")
    assert our_groups(switched_off, account, region) == {name: (key, days) for name, days in GROUPS.items()}


def test_a_policy_without_ec2_makes_volumes_vanish_in_silence_which_only_a_probe_shows(
    switched_on_again: Deployment,
) -> None:
    """AWS looks at the default key when a volume is made, not when it becomes the default."""
    ec2 = switched_on_again.client("ec2", "data", "us-east-1")
    made = ec2.create_volume(AvailabilityZone="us-east-1a", Size=1)
    with pytest.raises(ClientError) as caught:
        ec2.describe_volumes(VolumeIds=[made["VolumeId"]])
    assert caught.value.response["Error"]["Code"] == "InvalidVolume.NotFound"
