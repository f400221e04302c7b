"""Keys that others made become ours, through the real Terraform and its provider."""

import json
from collections.abc import Iterator

import pytest

from deployment.mirror import Mirror
from tests.conftest import EVERYWHERE
from tests.forever.world import ACCOUNT_ID, REGION, World, world

APP = f"arn:aws:iam::{ACCOUNT_ID}:role/App"
OLD_POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "Account",
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT_ID}:root"},
            "Action": "kms:*",
            "Resource": "*",
        },
        {
            "Sid": "App",
            "Effect": "Allow",
            "Principal": {"AWS": APP},
            "Action": ["kms:Encrypt", "kms:Decrypt", "kms:GenerateDataKey*", "kms:DescribeKey"],
            "Resource": "*",
        },
    ],
}


@pytest.fixture(scope="module")
def others(provider_mirror: Mirror, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """An account with keys that others made: one with an alias of theirs, one with ours, one to be disabled."""
    with world(provider_mirror, tmp_path_factory) as trial:
        iam = trial.aws.client("iam", ACCOUNT_ID, "us-east-1")
        iam.create_role(RoleName="App", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": []}))
        for alias in ("alias/topics", "alias/baseline/ebs", "alias/app"):
            key_id = trial.kms.create_key(Policy=json.dumps(OLD_POLICY), Tags=[{"TagKey": "team", "TagValue": "x"}])
            trial.kms.create_alias(AliasName=alias, TargetKeyId=key_id["KeyMetadata"]["KeyId"])
        yield trial


def key_at(trial: World, alias: str) -> str:
    return str(trial.kms.describe_key(KeyId=alias)["KeyMetadata"]["KeyId"])


def adopted(trial: World, purpose: str, key: str) -> str:
    """What is said while a key is adopted."""
    done = trial.run("adopt", "trial", REGION, purpose, key, "--yes")
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_adopted_by_alias_and_by_id_keys_stay_and_nobody_whom_the_exception_names_loses_access(others: World) -> None:
    topics, volumes, app = (key_at(others, alias) for alias in ("alias/topics", "alias/baseline/ebs", "alias/app"))
    adopted(others, "sns", "alias/topics")
    adopted(others, "ebs", volumes)
    told = adopted(others, "logs", app)
    assert "the tag team=x would be removed" in told
    exception = next(line.strip() for line in told.splitlines() if "- {account: trial" in line)
    others.configure(f"keys:\n  exceptions:\n    {exception}\n")
    assert "  nobody loses access" in adopted(others, "logs", app).splitlines()
    others.kms.schedule_key_deletion(KeyId=topics, PendingWindowInDays=7)
    going = others.run("deploy", "--yes")
    assert going.returncode == 3
    assert f"aws_kms_key.sns_{REGION.replace('-', '_')} is to be imported, and AWS does not have it" in going.stderr
    others.kms.cancel_key_deletion(KeyId=topics)
    others.kms.enable_key(KeyId=topics)
    imported, created, *rest = others.deploy()
    assert (imported, created, rest[1:]) == (4, 3 * len(EVERYWHERE) - 4, [0, 0, 0])
    assert key_at(others, "alias/baseline/sns") == topics == key_at(others, "alias/topics")
    assert key_at(others, "alias/baseline/ebs") == volumes
    policy = others.kms.get_key_policy(KeyId=app, PolicyName="default")["Policy"]
    assert "role/App" in policy
    others.assert_settled()


def test_a_lock_with_another_key_than_the_state_is_refused(others: World) -> None:
    """Terraform itself says "No changes"."""
    lock = others.folder / "organization.lock.json"
    before, topics = lock.read_text(), key_at(others, "alias/topics")
    other = others.kms.create_key()["KeyMetadata"]["KeyId"]
    lock.write_text(before.replace(topics, other))
    said = others.refused()
    assert f"trial {REGION} sns: adopted is {other}, and the state has {topics}" in said
    lock.write_text(before)
