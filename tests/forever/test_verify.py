"""What `verify` says of a real deployment: nothing, until somebody changes something by hand; then that, and only that."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from deployment.mirror import Mirror
from sandbox.pages import ask
from tests.forever.world import ACCOUNT_ID, NOTHING, REGION, World, world

FEATURES = """\
keys: {iam_delegation: full}
features:
  ebs_default_encryption: true
  log_groups: {groups: [{name: app}]}
  notification_topics: {topics: [{name: alerts}]}
"""
STRANGER = "arn:aws:iam::999999999999:root"
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT_ID}:alerts"


@pytest.fixture(scope="module")
def deployed(provider_mirror: Mirror, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world(provider_mirror, tmp_path_factory) as trial:
        trial.configure(FEATURES)
        trial.deploy()
        yield trial


def found(trial: World) -> list[tuple[str, str]]:
    """Purpose and kind of every finding."""
    done = trial.run("verify", "--format", "json")
    said = json.loads(done.stdout)
    assert said["unreachable"] == []
    assert done.returncode == (1 if said["findings"] else 0)
    return [(finding["purpose"], finding["kind"]) for finding in said["findings"]]


def test_of_a_fresh_deployment_nothing_is_found(deployed: World) -> None:
    assert found(deployed) == []


def test_what_a_plan_would_put_back_is_found_and_put_back(deployed: World) -> None:
    kms, ssm, ec2, sns, logs = (client(deployed, name) for name in ("kms", "ssm", "ec2", "sns", "logs"))
    ids = {purpose: deployed.key_of(purpose) for purpose in ("ebs", "logs", "sns")}
    kms.enable_key_rotation(KeyId=ids["ebs"], RotationPeriodInDays=90)
    kms.disable_key_rotation(KeyId=ids["sns"])
    kms.put_key_policy(KeyId=ids["logs"], Policy=json.dumps(letting_in(kms, ids["logs"], STRANGER)))
    kms.untag_resource(KeyId=ids["logs"], TagKeys=["namespace"])
    kms.delete_alias(AliasName="alias/baseline/sns")
    ssm.put_parameter(Name="/baseline/kms/ebs/arn", Value="mine", Overwrite=True)
    ec2.modify_ebs_default_kms_key_id(KmsKeyId=ids["sns"])
    sns.set_topic_attributes(TopicArn=TOPIC, AttributeName="KmsMasterKeyId", AttributeValue="")
    logs.disassociate_kms_key(logGroupName="app")
    assert found(deployed) == [
        ("ebs", "rotation"),
        ("ebs", "parameter"),
        ("logs", "policy"),
        ("logs", "tags"),
        ("sns", "alias-gone"),
        ("sns", "rotation"),
        ("ebs", "other-key"),
        ("logs", "not-encrypted"),
        ("sns", "not-encrypted"),
    ]
    deployed.deploy()
    assert found(deployed) == []
    assert {purpose: deployed.key_of(purpose) for purpose in ids} == ids


def test_what_no_plan_shows_is_found(deployed: World) -> None:
    kms, ec2 = client(deployed, "kms"), client(deployed, "ec2")
    ids = {purpose: deployed.key_of(purpose) for purpose in ("ebs", "logs", "sns")}
    kms.create_grant(KeyId=ids["ebs"], GranteePrincipal=STRANGER, Operations=["Decrypt"])
    kms.create_alias(AliasName="alias/mine", TargetKeyId=ids["logs"])
    planted(deployed, ids["logs"], policy_names=["AWS_RAM"])
    ours = [("managed-by", "kms-baseline"), ("namespace", "baseline"), ("purpose", "sns")]
    twin = kms.create_key(Tags=[{"TagKey": name, "TagValue": value} for name, value in ours])["KeyMetadata"]["KeyId"]
    orphan = kms.create_key(
        Tags=[{"TagKey": name, "TagValue": value} for name, value in (*ours[:2], ("purpose", "backup"))]
    )["KeyMetadata"]["KeyId"]
    assert deployed.deploy("--dry-run") == NOTHING
    assert sorted(found(deployed)) == [
        ("backup", "orphan"),
        ("ebs", "grant"),
        ("logs", "policy-name"),
        ("logs", "second-alias"),
        ("sns", "duplicate"),
    ]
    kms.delete_alias(AliasName="alias/mine")
    planted(deployed, ids["logs"], policy_names=[])
    for key_id in (twin, orphan):
        kms.schedule_key_deletion(KeyId=key_id)
    for grant in kms.list_grants(KeyId=ids["ebs"])["Grants"]:
        kms.revoke_grant(KeyId=ids["ebs"], GrantId=grant["GrantId"])
    ec2.disable_ebs_encryption_by_default()
    assert found(deployed) == [("ebs", "not-encrypted")]
    ec2.enable_ebs_encryption_by_default()


def test_what_no_deployment_may_repair_by_itself_is_found(deployed: World) -> None:
    """Here a plan would be refused: these wait for a person."""
    kms = client(deployed, "kms")
    ids = {purpose: deployed.key_of(purpose) for purpose in ("ebs", "logs", "sns")}
    before = kms.get_key_policy(KeyId=ids["logs"], PolicyName="default")["Policy"]
    planted(deployed, ids["logs"], policy=json.dumps(letting_in(kms, ids["logs"], "AROAABCDEFGHIJKLMNOPQ")))
    kms.disable_key(KeyId=ids["ebs"])
    kms.schedule_key_deletion(KeyId=ids["sns"], PendingWindowInDays=7)
    foreign = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.update_alias(AliasName="alias/baseline/logs", TargetKeyId=foreign)
    try:
        assert found(deployed) == [
            ("ebs", "disabled"),
            ("logs", "alias-moved"),
            ("logs", "policy-of-deleted-principal"),
            ("sns", "pending-deletion"),
        ]
        done = deployed.run("verify")
        for said in (ids["ebs"], f"{ids['logs']}", f"the key {ids['sns']} waits for its deletion on 20"):
            assert said in done.stdout
    finally:
        kms.update_alias(AliasName="alias/baseline/logs", TargetKeyId=ids["logs"])
        kms.cancel_key_deletion(KeyId=ids["sns"])
        kms.enable_key(KeyId=ids["sns"])
        kms.enable_key(KeyId=ids["ebs"])
        planted(deployed, ids["logs"], policy=before)
    assert found(deployed) == []


def client(trial: World, service: str) -> Any:
    return trial.aws.client(service, ACCOUNT_ID, REGION)


def letting_in(kms: Any, key_id: str, principal: str) -> dict[str, Any]:
    """The key's policy, and somebody who may decrypt."""
    policy: dict[str, Any] = json.loads(kms.get_key_policy(KeyId=key_id, PolicyName="default")["Policy"])
    statement = {
        "Sid": "X",
        "Effect": "Allow",
        "Principal": {"AWS": principal},
        "Action": "kms:Decrypt",
        "Resource": "*",
    }
    return {**policy, "Statement": [*policy["Statement"], statement]}


def planted(trial: World, key_id: str, **fields: Any) -> None:
    """Change a key as no client can."""
    where = {"account_id": ACCOUNT_ID, "region": REGION, "key_id": key_id}
    ask(trial.aws.url, "POST", "/sandbox/key", json.dumps(where | fields))
