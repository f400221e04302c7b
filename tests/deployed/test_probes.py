"""Probes against the embedded AWS, through real Terraform: they use every key, find what is wrong, and leave nothing."""

import json
import re
from collections.abc import Mapping

import pytest

from baseline.purposes import PURPOSES
from baseline.purposes.purpose import Probe
from tests.deployed.deployment import Deployment

PLACE = ("data", "eu-west-2")
LOGS = "LogsUsesTheKey, LogsDescribesTheKey, AccountUsesTheKeyThroughLogs"
DONE: Mapping[Probe, str] = {
    "alias": "find the key by its alias",
    "log group": "write to an encrypted log group and read it",
    "topic": "publish to an encrypted topic",
    "trail": "look at the trail's last delivery",
    "vault": "make an encrypted vault",
    "volume": "make a volume without asking for encryption",
}


def beside_the_deployment(deployed: Deployment) -> list[str]:
    """What a probe makes, by name, as far as it is there."""
    topics = deployed.client("sns", *PLACE).list_topics()["Topics"]
    groups = deployed.client("logs", *PLACE).describe_log_groups()["logGroups"]
    volumes = deployed.client("ec2", *PLACE).describe_volumes()["Volumes"]
    vaults = deployed.client("backup", *PLACE).list_backup_vaults()["BackupVaultList"]
    names = [
        *(topic["TopicArn"] for topic in topics),
        *(group["logGroupName"] for group in groups),
        *(vault["BackupVaultName"] for vault in vaults),
    ]
    return [*(name for name in names if "probe" in name), *(volume["VolumeId"] for volume in volumes)]


def test_every_key_of_the_region_is_used_and_nothing_stays(switched_on: Deployment) -> None:
    done = switched_on.run("probe", *PLACE, "--yes")
    assert done.returncode == 0, done.stdout + done.stderr
    probes = [re.split(r"  +", line)[2:] for line in done.stdout.splitlines()[1:]]
    assert {result for _, result, *_ in probes} == {"works"}
    assert ["write to an encrypted log group and read it", "works", LOGS] in probes
    assert f"write to an encrypted log group and read it (logs key), which settles {LOGS}\n" in done.stderr
    assert [what for what, *_ in probes if "publishes" not in what] == [
        *(DONE[PURPOSES[name].probe] for name in sorted(PURPOSES) if not PURPOSES[name].optional),
        "look for log groups that AWS Config gave up",
        "CloudTrail delivers a log file",
        "start an instance",
        "a log group without a key is found and encrypted",
    ]
    assert len([what for what, *_ in probes if "publishes" in what]) == 5 + 2  # to alerts, to bills
    assert beside_the_deployment(switched_on) == []


def test_nothing_is_made_without_being_asked_for(switched_on: Deployment) -> None:
    done = switched_on.run("probe", *PLACE)
    assert (done.returncode, done.stdout) == (2, "")
    assert "--yes probes without asking" in done.stderr
    unknown = switched_on.run("probe", "data", "eu-west-1", "--yes")
    assert unknown.returncode == 2
    assert "`eu-west-1` is no enabled region of data" in unknown.stderr


@pytest.mark.parametrize(
    ("purpose", "without", "problem", "failing"),
    [
        ("sns", "AccountUsesTheKeyThroughSns", "KMSAccessDenied", 1),
        # An instance ends for the same reason for which a volume vanishes.
        ("ebs", "Ec2GrantsForTheAccount", "the volume vanished", 2),
        # The remediation fails as well.
        ("logs", "LogsUsesTheKey", "AccessDeniedException", 2),
        ("logs", "AccountUsesTheKeyThroughLogs", "AccessDeniedException", 2),
        ("backup", "BackupGrantsForTheAccount", "AccessDeniedException", 1),
    ],
)
def test_a_key_policy_that_lacks_a_statement_is_found(
    switched_on: Deployment, purpose: str, without: str, problem: str, failing: int
) -> None:
    with switched_on.without_statement(*PLACE, purpose, without):
        done = switched_on.run("probe", *PLACE, "--yes", "--format", "json")
    found = {p["probe"]: p["problem"] for p in json.loads(done.stdout)["probes"] if p["problem"]}
    assert done.returncode == 1
    assert len(found) == failing, found
    assert next(iter(found.values())).startswith(problem), found
    assert beside_the_deployment(switched_on) == []
