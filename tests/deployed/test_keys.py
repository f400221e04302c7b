"""The keys from their first deployment until their features are switched off, read back from AWS."""

import json

from tests.conftest import EVERYWHERE
from tests.deployed.configurations import OFF, ON, ON_AGAIN
from tests.deployed.deployment import IDS, Deployment, rows

OF_AN_ACCOUNT = 2 * (len(EVERYWHERE) + 1) + 1
"""Those of every account and backup in two regions, cloudtrail in the home region."""
KEYS = 2 * OF_AN_ACCOUNT


def test_nothing_is_applied_without_being_asked_for(nothing_deployed: Deployment) -> None:
    assert nothing_deployed.deploy(ON).returncode == 2
    dry = nothing_deployed.deploy(ON, "--dry-run", "--account", "data")
    assert dry.returncode == 0, dry.stderr
    assert rows(dry.stdout) == {"data": [70 + 3 * OF_AN_ACCOUNT, 0, 0, 0, 0]}
    assert "these are 1 of 2 stacks" in dry.stderr
    assert nothing_deployed.key_states() == {}


def test_without_credentials_the_way_to_give_them_is_said(nothing_deployed: Deployment) -> None:
    nothing_deployed.deploy(ON)
    of_aws = {name: "" for name in nothing_deployed.aws.variables if name.startswith("AWS_")}
    nobody = {
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": "/dev/null",
        "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
    }
    done = nothing_deployed.run("deploy", "--dry-run", "--account", "payer", **of_aws | nobody)
    assert done.returncode == 3
    assert "no AWS credentials were found" in done.stderr
    assert "nothing was applied" in done.stderr


def test_every_key_is_made_once_and_the_next_plan_is_empty(switched_on: Deployment) -> None:
    """With every feature."""
    assert list(switched_on.key_states().values()) == ["Enabled"] * KEYS
    again = switched_on.deploy(ON, "--yes")
    assert again.returncode == 0, again.stderr
    assert "no changes" in again.stderr
    states = {path.name for path in (switched_on.folder / "state").glob("*.tfstate")}
    assert states == {f"{name}.tfstate" for name in IDS}


def test_every_key_has_its_policy_alias_parameter_and_tags(switched_on: Deployment) -> None:
    place = ("data", "us-east-1")
    arn = switched_on.key_arn(*place, "sns")
    parameter = switched_on.client("ssm", *place).get_parameter(Name="/baseline/kms/sns/arn")
    tags = switched_on.client("kms", *place).list_resource_tags(KeyId=arn)["Tags"]
    shown = switched_on.run("policy", "show", *place, "sns")
    assert parameter["Parameter"]["Value"] == arn
    assert json.loads(switched_on.key_policy(*place, "sns")) == json.loads(shown.stdout)
    assert {tag["TagKey"]: tag["TagValue"] for tag in tags} == {
        "managed-by": "kms-baseline",
        "namespace": "baseline",
        "purpose": "sns",
    }


def test_a_changed_rotation_is_an_update_in_place(changed: Deployment) -> None:
    kms = changed.client("kms", "data", "us-east-1")
    key = changed.key_arn("data", "us-east-1", "logs")
    assert kms.get_key_rotation_status(KeyId=key)["RotationPeriodInDays"] == 180
    # Two backup plans and this key; what finds and remediates goes, and its recorder is forgotten.
    assert changed.changes["data"] == [0, 3, 0, 10, 22]
    assert list(changed.key_states().values()) == ["Enabled"] * KEYS


def test_a_feature_that_is_switched_off_is_refused_while_its_keys_exist(changed: Deployment) -> None:
    refused = changed.deploy(OFF, "--yes")
    assert refused.returncode == 1
    assert "6 keys of the lock would be lost" in refused.stderr
    assert "data (033333333333) eu-west-2 cloudtrail: the feature cloudtrail is off" in refused.stderr
    assert list(changed.key_states().values()) == ["Enabled"] * KEYS


def test_without_its_lock_the_plan_is_still_refused(changed: Deployment) -> None:
    lock = changed.folder / "organization.lock.json"
    kept = lock.read_bytes()
    lock.unlink()
    refused = changed.deploy(OFF, "--yes", "--account", "data")
    lock.write_bytes(kept)
    assert refused.returncode == 1, refused.stderr
    assert "would lose keys" in refused.stderr
    assert "aws_kms_key.backup_us_east_1" in refused.stderr
    assert list(changed.key_states().values()) == ["Enabled"] * KEYS


def test_retired_keys_are_forgotten_and_stay_enabled(switched_off: Deployment) -> None:
    assert switched_off.changes == {"data": [0, 0, 0, 14, 33], "payer": [0, 0, 0, 27, 35]}
    assert list(switched_off.key_states().values()) == ["Enabled"] * KEYS


def test_a_changed_policy_is_an_update_in_place(switched_on_again: Deployment) -> None:
    """Of the volumes' key in each region."""
    assert switched_on_again.changes == {"data": [0, 2, 0, 0, 0], "payer": [13, 2, 0, 0, 0]}
    assert list(switched_on_again.key_states().values()) == ["Enabled"] * KEYS
    assert "no changes" in switched_on_again.deploy(ON_AGAIN, "--yes").stderr
