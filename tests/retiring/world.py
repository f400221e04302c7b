"""A project whose keys are all retired, and an embedded AWS that has them, made by boto3."""

import json
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from sandbox.pages import ask
from tests import forked
from tests.conftest import COMMAND
from tests.drift.made import made
from tests.embedded import Embedded
from tests.terminal import typed

DATA, PAYER = "222222222222", "111111111111"
REGION = "eu-west-2"
TEXT = f"""\
version: 1
organization: {{home_region: {REGION}, regions: [{REGION}]}}
keys: {{iam_delegation: full}}
features: {{backup: true, cloudtrail: true}}
accounts:
  - {{name: payer, id: "{PAYER}", role: null, features: {{cloudtrail: false}}}}
  - {{name: data, id: "{DATA}"}}
"""
OFF = TEXT.replace("backup: true, cloudtrail: true", "backup: false, cloudtrail: false")
RETIRED = OFF + "retired: [{account: data, then: schedule_deletion}, {account: payer, then: keep}]\n"
PURPOSES = ("backup", "cloudtrail", "ebs", "logs", "sns")
NOW = datetime.now(UTC)


class World:
    """A folder with the configuration, whose keys are all retired, and an AWS that has them."""

    def __init__(self, folder: Path, aws: Embedded) -> None:
        self.folder, self.aws = folder, aws
        self.kms = aws.client("kms", DATA, REGION)
        iam = aws.client("iam", DATA, REGION)
        iam.create_user(UserName="ann")
        key = iam.create_access_key(UserName="ann")["AccessKey"]
        self.ann = {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}

    def run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        done = forked.run([str(COMMAND), *arguments], self.folder, self.aws.variables | environment, 120)
        assert "Traceback" not in done.stderr
        return done

    def found(self, purpose: str, code: int = 0) -> Any:
        """What is told of one key."""
        done = self.run("retire", "data", REGION, purpose, "--format", "json")
        assert done.returncode == code, done.stderr
        return json.loads(done.stdout)["keys"][0]

    def dependents(self, purpose: str) -> set[tuple[str, str, str]]:
        return {(one["kind"], one["name"], one["note"]) for one in self.found(purpose)["evidence"]["dependents"]}

    def key(self, purpose: str) -> str:
        return str(self.kms.describe_key(KeyId=f"alias/baseline/{purpose}")["KeyMetadata"]["KeyId"])

    def client(self, service: str) -> Any:
        return self.aws.client(service, DATA, REGION)

    def rewrite(self, purpose: str, **days_ago: float) -> None:
        """Set the past of a key: how many days ago each thing was."""
        times = {name: (NOW - timedelta(days=days)).isoformat() for name, days in days_ago.items()}
        values = {"account_id": DATA, "region": REGION, "key_id": self.key(purpose), **times}
        ask(self.aws.url, "POST", "/sandbox/key-history", json.dumps(values))

    def fault(self, operation: str, service: str, code: str = "AccessDeniedException", times: int = 1) -> None:
        fault = {"service": service, "operation": operation, "kind": "error", "code": code, "times": times}
        ask(self.aws.url, "POST", "/sandbox/faults", json.dumps(fault))

    def mend(self) -> None:
        """No call fails any more."""
        ask(self.aws.url, "DELETE", "/sandbox/faults")

    def enable(self, purpose: str) -> None:
        self.kms.enable_key(KeyId=self.key(purpose))

    def session_of_the_deployment_role(self) -> dict[str, str]:
        """An environment with credentials of it."""
        role = f"arn:aws:iam::{DATA}:role/kms-baseline-deploy"
        given = self.aws.client("sts", None, REGION).assume_role(RoleArn=role, RoleSessionName="retiring")[
            "Credentials"
        ]
        names = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
        return dict(zip(names, (given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"]), strict=True))

    def state_with(self, purpose: str) -> str:
        """The text of a state that has a key."""
        instance = {"attributes": {"id": self.key(purpose)}}
        return json.dumps({"resources": [{"type": "aws_kms_key", "name": "x", "instances": [instance]}]})

    def typed(self, answer: str, *arguments: str, before: Callable[[], object] = bool) -> tuple[int, str]:
        """Execute the deletion as ann at a terminal on which this is typed at the question; code and what was shown.

        `before` is done while the question waits.
        """
        command = [str(COMMAND), "retire", *arguments, "--execute"]
        code, shown = typed(command, self.folder, self.aws.variables | self.ann, "Type the key's ID", answer, before)
        assert "Traceback" not in shown
        return code, shown

    def state_of(self, purpose: str) -> str:
        return str(self.kms.describe_key(KeyId=f"alias/baseline/{purpose}")["KeyMetadata"]["KeyState"])


@contextmanager
def retired_world(folders: pytest.TempPathFactory) -> Iterator[World]:
    """A world of its own."""
    with made(TEXT) as (_, aws):
        world = World(folders.mktemp("retire"), aws)
        for text in (TEXT, RETIRED):
            (world.folder / "organization.yaml").write_text(text, encoding="utf-8")
            assert world.run("lock").returncode == 0
        yield world
