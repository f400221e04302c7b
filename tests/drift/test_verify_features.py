"""What features made, in an embedded AWS: what is found when somebody changes it by hand."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from sandbox.pages import ask
from tests.drift.made import made
from tests.drift.test_verify import DATA, REGION, World

TEXT = f"""\
version: 1
organization: {{home_region: {REGION}, regions: [{REGION}]}}
features:
  ebs_default_encryption: true
  log_groups: {{groups: [{{name: /baseline/automation}}]}}
  notification_topics: {{topics: [{{name: alerts}}]}}
  backup: true
accounts:
  - {{name: data, id: "{DATA}"}}
"""
TOPIC = f"arn:aws:sns:{REGION}:{DATA}:alerts"
GROUP = "/baseline/automation"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with made(TEXT) as (_, aws):
        folder = tmp_path_factory.mktemp("verify")
        (folder / "organization.yaml").write_text(TEXT, encoding="utf-8")
        world = World(folder, aws)
        client(world, "ec2").enable_ebs_encryption_by_default()
        client(world, "ec2").modify_ebs_default_kms_key_id(KmsKeyId=arn(world, "ebs"))
        client(world, "logs").create_log_group(logGroupName=GROUP, kmsKeyId=arn(world, "logs"))
        client(world, "logs").create_log_group(logGroupName=f"{GROUP}/more")
        client(world, "sns").create_topic(Name="alerts", Attributes={"KmsMasterKeyId": "alias/baseline/sns"})
        client(world, "backup").create_backup_vault(BackupVaultName="baseline", EncryptionKeyArn=arn(world, "backup"))
        yield world


def client(world: World, service: str) -> Any:
    return world.aws.client(service, DATA, REGION)


def arn(world: World, purpose: str) -> str:
    return f"arn:aws:kms:{REGION}:{DATA}:key/{world.key(purpose)}"


def test_where_nothing_changed_nothing_is_found(running: World) -> None:
    assert running.found() == []


def test_what_somebody_changed_by_hand_is_found(running: World) -> None:
    ec2, logs, sns = (client(running, service) for service in ("ec2", "logs", "sns"))
    ec2.disable_ebs_encryption_by_default()
    logs.disassociate_kms_key(logGroupName=GROUP)
    sns.set_topic_attributes(TopicArn=TOPIC, AttributeName="KmsMasterKeyId", AttributeValue="alias/aws/sns")
    try:
        assert running.found() == [
            ("data", "ebs", "not-encrypted"),
            ("data", "logs", "not-encrypted"),
            ("data", "sns", "other-key"),
        ]
    finally:
        ec2.enable_ebs_encryption_by_default()
        logs.associate_kms_key(logGroupName=GROUP, kmsKeyId=arn(running, "logs"))
        sns.set_topic_attributes(TopicArn=TOPIC, AttributeName="KmsMasterKeyId", AttributeValue="alias/baseline/sns")
    sns.delete_topic(TopicArn=TOPIC)
    logs.delete_log_group(logGroupName=GROUP)
    client(running, "backup").delete_backup_vault(BackupVaultName="baseline")
    try:
        assert running.found() == [
            ("data", "backup", "feature-gone"),
            ("data", "logs", "feature-gone"),
            ("data", "sns", "feature-gone"),
        ]
    finally:
        logs.create_log_group(logGroupName=GROUP, kmsKeyId=arn(running, "logs"))
        sns.create_topic(Name="alerts", Attributes={"KmsMasterKeyId": "alias/baseline/sns"})
        client(running, "backup").create_backup_vault(
            BackupVaultName="baseline", EncryptionKeyArn=arn(running, "backup")
        )


@pytest.mark.parametrize(
    ("service", "operation", "code"),
    [
        ("ec2", "GetEbsEncryptionByDefault", "UnauthorizedOperation"),
        ("sns", "GetTopicAttributes", "AuthorizationError"),
    ],
)
def test_a_call_that_is_denied_is_said_and_the_rest_goes_on(
    running: World, service: str, operation: str, code: str
) -> None:
    running.fault(operation, times=1, service=service, code=code)
    said = json.loads(running.run("--format", "json").stdout)
    ask(running.aws.url, "DELETE", "/sandbox/faults")
    assert [finding["kind"] for finding in said["findings"]] == ["not-readable"]
    assert operation in said["findings"][0]["problem"]
