"""Probes against the embedded AWS, through real Terraform: they use every key, find what is wrong, and leave nothing."""

import json
import re
from collections.abc import Iterator

import pytest

from baseline.iam.document import Document
from tests.conftest import inventory
from tests.features.deployed import Deployment, deployment

ONE = """\
version: 1
organization: {home_region: eu-west-2, regions: [eu-west-2]}
accounts: [{name: data, id: "033333333333"}]
"""
EVERY_PURPOSE = ONE + "features: {ebs_default_encryption: true, backup: true}\n"


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    with deployment(EVERY_PURPOSE, tmp_path_factory) as running:
        done = running.deploy(EVERY_PURPOSE)
        assert done.returncode == 0, done.stderr
        yield running


def leftovers(deployed: Deployment) -> list[object]:
    topics = deployed.client("sns", "data", "eu-west-2").list_topics()["Topics"]
    groups = deployed.client("logs", "data", "eu-west-2").describe_log_groups()["logGroups"]
    volumes = deployed.client("ec2", "data", "eu-west-2").describe_volumes()["Volumes"]
    vaults = deployed.client("backup", "data", "eu-west-2").list_backup_vaults()["BackupVaultList"]
    return [*topics, *groups, *volumes, *(v for v in vaults if "probe" in v["BackupVaultName"])]


def test_every_key_of_the_region_is_used_and_nothing_stays(deployed: Deployment) -> None:
    done = deployed.run("probe", "data", "eu-west-2", "--yes")
    assert done.returncode == 0, done.stdout + done.stderr
    assert [re.split(r"  +", line)[2:] for line in done.stdout.splitlines()[1:]] == [
        ["make an encrypted vault", "works"],
        ["make a volume without asking for encryption", "works"],
        ["write to an encrypted log group and read it", "works"],
        ["publish to an encrypted topic", "works"],
        ["start an instance", "works"],
    ]
    assert leftovers(deployed) == []


def test_nothing_is_made_without_being_asked_for(deployed: Deployment) -> None:
    done = deployed.run("probe", "data", "eu-west-2")
    assert (done.returncode, done.stdout) == (2, "")
    assert "--yes probes without asking" in done.stderr
    unknown = deployed.run("probe", "data", "us-east-1", "--yes")
    assert unknown.returncode == 2
    assert "`us-east-1` is no enabled region of data" in unknown.stderr


@pytest.mark.parametrize(
    ("purpose", "without", "problem"),
    [
        ("sns", "AccountUsesTheKeyThroughSns", "KMSAccessDenied"),
        ("ebs", "Ec2GrantsForTheAccount", "the volume vanished"),
        ("logs", "LogsUsesTheKey", "AccessDeniedException"),
        ("logs", "AccountUsesTheKeyThroughLogs", "AccessDeniedException"),
        ("backup", "BackupGrantsForTheAccount", "AccessDeniedException"),
    ],
)
def test_a_key_policy_that_lacks_a_statement_is_found(
    deployed: Deployment, purpose: str, without: str, problem: str
) -> None:
    [key] = [key for key in inventory(EVERY_PURPOSE).keys if key.purpose == purpose]
    lacking = Document(tuple(statement for statement in key.policy.statements if statement.sid != without))
    assert len(lacking.statements) == len(key.policy.statements) - 1
    kms = deployed.client("kms", "data", "eu-west-2")
    key_id = kms.describe_key(KeyId=key.alias)["KeyMetadata"]["KeyId"]
    kms.put_key_policy(KeyId=key_id, PolicyName="default", Policy=lacking.render())
    try:
        done = deployed.run("probe", "data", "eu-west-2", "--yes", "--format", "json")
    finally:
        kms.put_key_policy(KeyId=key_id, PolicyName="default", Policy=key.policy.render())
    found = {p["probe"]: p["problem"] for p in json.loads(done.stdout)["probes"] if p["problem"]}
    assert done.returncode == 1
    # An instance ends for the same reason for which a volume vanishes.
    assert len(found) == (2 if purpose == "ebs" else 1), found
    assert next(iter(found.values())).startswith(problem), found
    assert leftovers(deployed) == []
