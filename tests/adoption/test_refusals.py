"""Every reason for which a key is not adopted, against the embedded AWS."""

import json
from collections.abc import Callable

import pytest

from tests.adoption.conftest import ROOT, Place, policy
from tests.forever.world import ACCOUNT_ID, REGION

DEPLOYER = f"arn:aws:iam::{ACCOUNT_ID}:role/kms-baseline-deploy"
ELSEWHERE = "us-east-1"
TAKE_OVER = ("--take-over", "--reason", "its stack was deleted with its keys retained")
Alias = Callable[[str, str], None]


def arn(key: str, region: str = REGION, account_id: str = ACCOUNT_ID) -> str:
    return f"arn:aws:kms:{region}:{account_id}:key/{key}"


def test_a_key_that_is_not_here(place: Place) -> None:
    missing = "00000000-0000-0000-0000-000000000000"
    for key in (missing, "alias/nobody", place.key(ELSEWHERE)):
        assert f"account {ACCOUNT_ID} has no key {key} in {REGION}" in place.refused("sns", key)


def test_an_arn_of_another_region_or_account(place: Place) -> None:
    key = place.key(ELSEWHERE)
    assert f"is in {ELSEWHERE} of account {ACCOUNT_ID}, and trial" in place.refused("sns", arn(key, ELSEWHERE))
    other = f"arn:aws:kms:{REGION}:111111111111:alias/x"
    assert f"is in {REGION} of account 111111111111, and trial" in place.refused("sns", other)


@pytest.mark.parametrize("written", ["topics", "alias/*", "arn:aws:sns:eu-west-2:222222222222:x", "arn:aws:kms:x", ""])
def test_what_names_no_key_is_written_wrong(place: Place, written: str) -> None:
    done = place.adopt("sns", written, "--yes")
    assert done.returncode == 2, done.stderr
    assert len(done.stderr.splitlines()) == 2


def test_a_key_that_waits_for_its_deletion(place: Place) -> None:
    key = place.key()
    place.kms().schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    said = place.refused("sns", key)
    assert f"the key {key} waits for its deletion on 20" in said
    assert f"aws kms cancel-key-deletion --region {REGION} --key-id {key}" in said


def test_a_disabled_key_unless_it_is_meant_to_be_enabled(place: Place) -> None:
    key = place.key()
    place.kms().disable_key(KeyId=key)
    assert f"the key {key} is disabled, and the deployment would enable it" in place.refused("sns", key)
    done = place.adopt("sns", key, "--yes", "--enable")
    assert done.returncode == 0, done.stderr
    assert "  state: Disabled -> Enabled" in done.stdout


@pytest.mark.parametrize(("spec", "usage"), [("RSA_2048", "ENCRYPT_DECRYPT"), ("HMAC_256", "GENERATE_VERIFY_MAC")])
def test_a_key_of_another_kind(place: Place, spec: str, usage: str) -> None:
    key = place.key(KeySpec=spec, KeyUsage=usage)
    assert f"the key {key} is of another kind ({spec}, {usage})" in place.refused("sns", key)


def test_a_key_with_material_of_others(place: Place) -> None:
    said = place.refused("sns", place.key(Origin="EXTERNAL"))
    assert "has key material that is not AWS KMS's own (origin EXTERNAL)" in said


def test_a_primary_key_and_a_replica_of_several_regions(place: Place) -> None:
    key = place.key(MultiRegion=True)
    assert "is a multi-Region key" in place.refused("sns", key)
    replica = place.key(ELSEWHERE, MultiRegion=True)
    place.kms(ELSEWHERE).replicate_key(KeyId=replica, ReplicaRegion=REGION)
    assert "is a multi-Region key" in place.refused("sns", arn(replica))


def test_a_key_that_aws_manages(place: Place) -> None:
    place.aws.client("backup", ACCOUNT_ID, REGION).create_backup_vault(BackupVaultName="theirs")
    assert "is managed by AWS" in place.refused("sns", "alias/aws/backup")


def test_a_key_that_is_adopted_for_another_place(place: Place) -> None:
    key, other = place.key(), place.key()
    assert place.adopt("sns", key, "--yes").returncode == 0
    assert f"the key {key} is adopted already, as {ACCOUNT_ID} {REGION} sns" in place.refused("ebs", key)
    assert f"the lock has {key} as adopted for this place" in place.refused("sns", other)


def test_a_key_whose_alias_somebody_else_has(place: Place, alias: Alias) -> None:
    third, key = place.key(), place.key()
    alias("alias/baseline/logs", third)
    said = place.refused("logs", key)
    assert f"does not have our alias: alias/baseline/logs is at the key {third}" in said


def test_a_key_whose_policy_does_not_let_the_deployment_change_it(place: Place) -> None:
    looks = {**ROOT, "Principal": {"AWS": DEPLOYER}, "Action": ["kms:Describe*", "kms:Get*", "kms:List*"]}
    key = place.key(Policy=policy(looks), BypassPolicyLockoutSafetyCheck=True)
    said = place.refused("sns", key)
    assert f"has a policy that does not let {DEPLOYER} call kms:CreateAlias, kms:EnableKeyRotation, " in said
    assert "kms:PutKeyPolicy" in said
    assert "kms:DescribeKey" not in said


def test_a_key_that_may_not_even_be_looked_at(place: Place) -> None:
    nobody = {**ROOT, "Action": "kms:PutKeyPolicy"}
    key = place.key(Policy=policy(nobody))
    assert f"the key {key} may not be looked at" in place.refused("sns", key)


def test_a_key_whose_policy_is_not_shown(place: Place) -> None:
    blind = {**ROOT, "Principal": "*", "Effect": "Deny", "Action": "kms:GetKeyPolicy"}
    key = place.key(Policy=policy(ROOT, blind))
    assert "does not show its policy: kms:GetKeyPolicy is denied" in place.refused("sns", key)


@pytest.mark.parametrize(
    ("tag", "value", "said"),
    [
        (
            "aws:cloudformation:stack-name",
            "keys",
            "belongs to the CloudFormation stack keys, which would change it back",
        ),
        ("managed-by", "terraform", "has the tag managed-by=terraform"),
        ("namespace", "other", "has the tag namespace=other"),
    ],
)
def test_a_key_of_another_tool_unless_the_owner_says_why_not(place: Place, tag: str, value: str, said: str) -> None:
    key = place.key(Tags=[{"TagKey": tag, "TagValue": value}])
    assert said in place.refused("sns", key)
    done = place.adopt("sns", key, "--yes", *TAKE_OVER)
    assert done.returncode == 0, done.stderr
    assert json.loads(place.lock.read_text())["keys"][0]["adopted"] == {"sns": key}


@pytest.mark.parametrize("options", [("--take-over",), ("--reason", "so"), ("--take-over", "--reason", " ")])
def test_a_word_without_its_reason_is_written_wrong(place: Place, options: tuple[str, ...]) -> None:
    done = place.adopt("sns", place.key(), "--yes", *options)
    assert done.returncode == 2
    assert "--take-over and --reason go together" in done.stderr
