"""EBS encryption by default and log groups, deployed: in every region the key of that region. The tests follow each other."""

from collections.abc import Iterator

import pytest
from botocore.exceptions import ClientError

from tests.features.deployed import PLACES, Deployment, deployment
from tests.features.synthesis import TWO_BY_TWO

GROUPS = "groups: [{name: /baseline/automation}, {name: app.log, retention_days: 30}]"
ON = TWO_BY_TWO + f"features: {{ebs_default_encryption: true, log_groups: {{{GROUPS}}}}}\n"
GRANT_DENIED = """\
keys:
  purposes:
    ebs:
      services: []
"""


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    with deployment(ON, tmp_path_factory) as running:
        yield running


def volume_key(deployed: Deployment, account: str, region: str) -> str:
    """The key of a volume that is made without asking for encryption."""
    ec2 = deployed.client("ec2", account, region)
    made = ec2.create_volume(AvailabilityZone=f"{region}a", Size=1)
    found = ec2.describe_volumes(VolumeIds=[made["VolumeId"]])["Volumes"][0]
    ec2.delete_volume(VolumeId=made["VolumeId"])
    assert found["Encrypted"] is True
    return str(found["KmsKeyId"])


def group_keys(deployed: Deployment, account: str, region: str) -> dict[str, tuple[str, int]]:
    groups = deployed.client("logs", account, region).describe_log_groups()["logGroups"]
    return {group["logGroupName"]: (group["kmsKeyId"], group["retentionInDays"]) for group in groups}


def test_it_is_deployed(deployed: Deployment) -> None:
    """That the next plan is empty the demo shows, in more accounts."""
    done = deployed.deploy(ON)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(("account", "region"), PLACES)
def test_a_volume_made_without_asking_has_the_ebs_key_of_its_region(
    deployed: Deployment, account: str, region: str
) -> None:
    assert volume_key(deployed, account, region) == deployed.key_arn(account, region, "ebs")


@pytest.mark.parametrize(("account", "region"), PLACES)
def test_every_log_group_has_the_logs_key_of_its_region(deployed: Deployment, account: str, region: str) -> None:
    key = deployed.key_arn(account, region, "logs")
    assert group_keys(deployed, account, region) == {"/baseline/automation": (key, 365), "app.log": (key, 30)}


def test_switched_off_everything_stays_as_it_was(deployed: Deployment) -> None:
    done = deployed.deploy(TWO_BY_TWO)
    assert done.returncode == 0, done.stderr
    assert [line.split() for line in done.stdout.splitlines()[1:3]] == [
        ["data", "0", "0", "0", "0", "8"],
        ["payer", "0", "0", "0", "0", "8"],
    ]
    for account, region in PLACES:
        assert volume_key(deployed, account, region) == deployed.key_arn(account, region, "ebs")
        assert set(group_keys(deployed, account, region)) == {"/baseline/automation", "app.log"}


def test_a_policy_without_ec2_makes_volumes_vanish_in_silence_which_only_a_probe_shows(deployed: Deployment) -> None:
    """AWS looks at the default key when a volume is made, not when it becomes the default."""
    done = deployed.deploy(TWO_BY_TWO + GRANT_DENIED, "--account", "data")
    assert done.returncode == 0, done.stderr
    ec2 = deployed.client("ec2", "data", "us-east-1")
    made = ec2.create_volume(AvailabilityZone="us-east-1a", Size=1)
    with pytest.raises(ClientError) as caught:
        ec2.describe_volumes(VolumeIds=[made["VolumeId"]])
    assert caught.value.response["Error"]["Code"] == "InvalidVolume.NotFound"
