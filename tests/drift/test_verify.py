"""`kms-baseline verify` against an embedded AWS whose keys were made by boto3: what it says, and how it ends."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.pages import ask
from tests import forked
from tests.conftest import COMMAND
from tests.drift.made import made
from tests.embedded import Embedded
from tests.forked import Running

DATA, PAYER = "222222222222", "111111111111"
REGION = "eu-west-2"
TEXT = f"""\
version: 1
organization: {{home_region: {REGION}, regions: [{REGION}]}}
keys: {{iam_delegation: full}}
accounts:
  - {{name: payer, id: "{PAYER}", role: null}}
  - {{name: data, id: "{DATA}"}}
"""


class World:
    """A folder with the configuration, and an AWS in which everything is as it says."""

    def __init__(self, folder: Path, aws: Embedded) -> None:
        self.folder, self.aws = folder, aws
        self.kms = aws.client("kms", DATA, REGION)

    def run(self, *arguments: str, of: str = "verify", **environment: str) -> subprocess.CompletedProcess[str]:
        command = [str(COMMAND), of, *arguments]
        done = forked.run(command, self.folder, self.aws.variables | environment, 120)
        assert "Traceback" not in done.stderr
        return done

    def found(self) -> list[tuple[str, str, str]]:
        """Account, purpose and kind of each finding."""
        done = self.run("--format", "json")
        findings = json.loads(done.stdout)["findings"]
        assert done.returncode == (1 if findings else 0), done.stderr
        return [(finding["account"], finding["purpose"], finding["kind"]) for finding in findings]

    def key(self, purpose: str) -> str:
        return str(self.kms.describe_key(KeyId=f"alias/baseline/{purpose}")["KeyMetadata"]["KeyId"])

    def fault(self, operation: str, times: int, service: str = "kms", code: str = "AccessDeniedException") -> None:
        fault = {"service": service, "operation": operation, "kind": "error", "times": times, "code": code}
        ask(self.aws.url, "POST", "/sandbox/faults", json.dumps(fault))


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with made(TEXT) as (_, aws):
        folder = tmp_path_factory.mktemp("verify")
        (folder / "organization.yaml").write_text(TEXT, encoding="utf-8")
        yield World(folder, aws)


@pytest.fixture
def world(running: World) -> Iterator[World]:
    yield running
    ask(running.aws.url, "DELETE", "/sandbox/faults")


def test_where_nothing_changed_nothing_is_found(world: World) -> None:
    done = world.run()
    assert (done.returncode, done.stdout) == (0, "")
    assert "6 keys held against AWS by 44 calls: 0 findings" in done.stderr


def test_json_has_findings_unreachable_and_calls(world: World) -> None:
    done = world.run("--format", "json", "--account", "data")
    assert json.loads(done.stdout) == {"version": 1, "findings": [], "unreachable": [], "calls": 22}


def test_what_somebody_changed_by_hand_is_found(world: World) -> None:
    sns, logs = world.key("sns"), world.key("logs")
    arn = world.kms.describe_key(KeyId=sns)["KeyMetadata"]["Arn"]
    grant = world.kms.create_grant(
        KeyId=sns, GranteePrincipal="arn:aws:iam::999999999999:role/x", Operations=["Decrypt"]
    )
    world.kms.create_alias(AliasName="alias/mine", TargetKeyId=sns)
    world.kms.disable_key(KeyId=logs)
    world.kms.untag_resource(KeyId=logs, TagKeys=["purpose"])
    duplicate = world.kms.create_key(
        KeyUsage="ENCRYPT_DECRYPT",
        Tags=[
            {"TagKey": name, "TagValue": value}
            for name, value in {"managed-by": "kms-baseline", "namespace": "baseline", "purpose": "ebs"}.items()
        ],
    )["KeyMetadata"]["KeyId"]
    try:
        assert world.found() == [
            ("data", "logs", "disabled"),
            ("data", "logs", "tags"),
            ("data", "sns", "grant"),
            ("data", "sns", "second-alias"),
            ("data", "ebs", "duplicate"),
        ]
        table = world.run().stdout.splitlines()
        assert table[0].split() == ["ACCOUNT", "REGION", "PURPOSE", "KIND", "PROBLEM"]
        assert f"the key {logs} is disabled" in table[1]
        assert arn not in table[1]
    finally:
        world.kms.revoke_grant(KeyId=sns, GrantId=grant["GrantId"])
        world.kms.delete_alias(AliasName="alias/mine")
        world.kms.enable_key(KeyId=logs)
        world.kms.tag_resource(KeyId=logs, Tags=[{"TagKey": "purpose", "TagValue": "logs"}])
        world.kms.schedule_key_deletion(KeyId=duplicate)
    assert world.found() == []


def test_an_alias_that_was_moved_and_its_key_that_got_another_are_found(world: World) -> None:
    own = world.key("sns")
    other = world.kms.create_key()["KeyMetadata"]["KeyId"]
    world.kms.create_alias(AliasName="alias/mine", TargetKeyId=own)
    world.kms.update_alias(AliasName="alias/baseline/sns", TargetKeyId=other)
    try:
        assert world.found() == [("data", "sns", "alias-moved"), ("data", "sns", "second-alias")]
    finally:
        world.kms.update_alias(AliasName="alias/baseline/sns", TargetKeyId=own)
        world.kms.delete_alias(AliasName="alias/mine")
        world.kms.schedule_key_deletion(KeyId=other)


@pytest.mark.parametrize(
    ("operation", "service"),
    [
        ("ListAliases", "kms"),
        ("ListKeys", "kms"),
        ("DescribeKey", "kms"),
        ("GetKeyPolicy", "kms"),
        ("ListKeyPolicies", "kms"),
        ("GetKeyRotationStatus", "kms"),
        ("ListResourceTags", "kms"),
        ("ListGrants", "kms"),
        ("GetParameters", "ssm"),
    ],
)
def test_one_call_that_is_denied_is_said_and_the_rest_goes_on(world: World, operation: str, service: str) -> None:
    world.fault(operation, times=1, service=service)
    done = world.run("--format", "json", "--account", "data")
    said = json.loads(done.stdout)
    assert done.returncode == 1
    assert [finding["kind"] for finding in said["findings"]] == ["not-readable"]
    assert said["unreachable"] == []
    assert world.found() == []


def test_an_account_that_cannot_be_entered_is_said_and_the_others_are_verified(world: World) -> None:
    world.fault("AssumeRole", times=1, service="sts", code="AccessDenied")
    done = world.run("--format", "json")
    said = json.loads(done.stdout)
    assert (done.returncode, said["findings"]) == (3, [])
    [unreachable] = said["unreachable"]
    assert (unreachable["account"], unreachable["regions"]) == ("data", [REGION])
    assert "AssumeRole" in unreachable["problem"]
    assert "could not be read: data (222222222222) eu-west-2: " in done.stderr
    assert "3 keys held against AWS" in done.stderr
    assert "0 findings, 1 account could not be read" in done.stderr


def test_a_report_has_what_differs_and_which_keys_could_not_be_read(world: World) -> None:
    logs = world.key("logs")
    world.kms.disable_key(KeyId=logs)
    try:
        done = world.run("--verify", "--format", "json", of="report")
    finally:
        world.kms.enable_key(KeyId=logs)
    said = json.loads(done.stdout)
    assert done.returncode == 1
    assert [(f["title"], f["where"]) for f in said["aws"]["findings"]] == [("disabled", f"data / {REGION} / logs")]
    standing = {(key["account"], key["purpose"]): (key["standing"], key["aws"]["key_id"]) for key in said["keys"]}
    assert standing["data", "logs"] == ("differs", logs)
    assert standing["data", "sns"] == ("fine", world.key("sns"))
    assert {c["id"]: c["answer"] for c in said["controls"]}["KMS.3"] == "pass"
    world.fault("AssumeRole", times=1, service="sts", code="AccessDenied")
    done = world.run("--verify", "--format", "html", of="report")
    assert done.returncode == 3
    assert f"data / {REGION}" in done.stdout
    assert "No key that could be read waits for its deletion; 1 account could not be read." in done.stdout
    assert done.stdout.count('"standing":"unread"') == 4  # three keys, and their place


def test_findings_win_over_an_account_that_cannot_be_entered(world: World) -> None:
    world.fault("AssumeRole", times=1, service="sts", code="AccessDenied")
    world.fault("ListGrants", times=1)
    assert world.run().returncode == 1


def test_throttling_is_waited_for(world: World) -> None:
    world.fault("DescribeKey", times=3, code="ThrottlingException")
    assert world.found() == []


def test_credentials_that_expire_meanwhile_are_one_message(world: World) -> None:
    world.fault("GetKeyPolicy", times=40, code="ExpiredTokenException")
    done = world.run()
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.count("error:") == 1
    assert "the AWS credentials have expired" in done.stderr
    assert "of 2 regions of accounts were read" in done.stderr
    assert "help: renew them and run the command again" in done.stderr


def test_without_credentials_there_is_one_message(world: World) -> None:
    done = world.run(AWS_ACCESS_KEY_ID="", AWS_SECRET_ACCESS_KEY="")
    assert done.returncode == 3
    assert done.stderr.count("error:") == 1
    assert "no AWS credentials" in done.stderr


def test_credentials_of_another_account_are_not_taken_for_an_account_without_keys(world: World) -> None:
    swapped = TEXT.replace(PAYER, "333333333333")
    (world.folder / "organization.yaml").write_text(swapped, encoding="utf-8")
    try:
        done = world.run("--account", "payer")
        assert done.returncode == 3
        assert f"the credentials are of the account {PAYER}, and not of 333333333333" in done.stderr
    finally:
        (world.folder / "organization.yaml").write_text(TEXT, encoding="utf-8")


def test_an_interrupt_is_one_line(world: World) -> None:
    ask(world.aws.url, "DELETE", "/sandbox/calls")
    fault = {"service": "kms", "operation": "ListAliases", "kind": "slow", "times": 2, "seconds": 3.0}
    ask(world.aws.url, "POST", "/sandbox/faults", json.dumps(fault))
    process = Running([str(COMMAND), "verify"], world.folder, world.aws.variables)
    while not any(call["service"] == "sts" for call in ask(world.aws.url, "GET", "/sandbox/calls")):
        time.sleep(0.05)
    os.kill(process.pid, signal.SIGINT)
    done = process.end(60)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "interrupted\n")


def test_an_unknown_account_is_refused(world: World) -> None:
    done = world.run("--account", "nobody")
    assert done.returncode == 2
    assert "no account has the name or ID `nobody`" in done.stderr
