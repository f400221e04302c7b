"""One account with three keys in an embedded AWS, whose deployments can be killed and whose AWS can be changed."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from deployment.mirror import Mirror
from sandbox.pages import ask
from tests.conftest import COMMAND, EVERYWHERE
from tests.embedded import Embedded, embedded

ACCOUNT_ID, REGION = "222222222222", "eu-west-2"
CONFIGURATION = f"""\
version: 1
organization: {{home_region: {REGION}, regions: [{REGION}]}}
accounts:
  - {{name: trial, id: "{ACCOUNT_ID}"}}
"""
NOTHING = [0, 0, 0, 0, 0, 0]
SECONDS = 120
"""Until a deployment must have come to the call at which it is killed."""


@dataclass(frozen=True)
class World:
    """A folder with a configuration, and an AWS of its own."""

    folder: Path
    aws: Embedded

    def run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """A command of kms-baseline, to its end."""
        return self.aws.run(self.folder, *arguments, **environment)

    def configure(self, more: str = "") -> None:
        """Write the configuration, with something more at its end."""
        (self.folder / "organization.yaml").write_text(CONFIGURATION + more, encoding="utf-8")

    def deploy(self, *arguments: str) -> list[int]:
        """Deploy; returns what the table says: imported, created, changed, replaced, deleted, forgotten."""
        done = self.run("deploy", "--yes", *arguments)
        assert done.returncode == 0, done.stderr
        return table(done.stdout)

    def refused(self, *arguments: str) -> str:
        """What a deployment says that is refused, after which nothing in AWS is another."""
        before = self.keys()
        done = self.run("deploy", "--yes", *arguments)
        assert done.returncode == 1, (done.stdout, done.stderr)
        assert "Traceback" not in done.stderr
        assert self.keys() == before
        return done.stderr

    def killed_at(self, operation: str, times: int, service: str = "kms") -> None:
        """Deploy, and kill Terraform when AWS has had so many calls of an operation."""
        ask(self.aws.url, "DELETE", "/sandbox/calls")
        with self.begun() as process:
            end = time.monotonic() + SECONDS
            while self.calls(service, operation) < times:
                assert process.poll() is None
                assert time.monotonic() < end
                time.sleep(0.05)
            self.kill_terraform()
            assert process.wait(60) == 3

    def begun(self) -> "subprocess.Popen[bytes]":
        """A deployment that goes on by itself."""
        nothing = subprocess.DEVNULL
        command = [str(COMMAND), "deploy", "--yes"]
        return subprocess.Popen(
            command, cwd=self.folder, env=self.aws.variables, stdin=nothing, stdout=nothing, stderr=nothing
        )

    def kill_terraform(self) -> None:
        """Kill every Terraform that works here, as a machine without memory does."""
        for pid in terraforms(self.folder):
            os.kill(pid, signal.SIGKILL)

    def calls(self, service: str, operation: str) -> int:
        """How often an operation was called since the journal was emptied."""
        journal = ask(self.aws.url, "GET", "/sandbox/calls")
        return sum(1 for call in journal if (call["service"], call["operation"]) == (service, operation))

    def fault(self, operation: str, kind: str, service: str = "kms", **more: Any) -> None:
        """Let the next call of an operation fail, be slow or get no answer."""
        fault = {"service": service, "operation": operation, "kind": kind} | more
        ask(self.aws.url, "POST", "/sandbox/faults", json.dumps(fault))

    @property
    def kms(self) -> Any:
        """KMS in the account, by its deployment role."""
        return self.aws.client("kms", ACCOUNT_ID, REGION)

    def keys(self) -> dict[str, str]:
        """Every key of the account with its state."""
        ids = [key["KeyId"] for key in self.kms.list_keys(Limit=1000)["Keys"]]
        metadata = [self.kms.describe_key(KeyId=id)["KeyMetadata"] for id in ids]
        return {found["KeyId"]: found["KeyState"] for found in metadata if found["KeyManager"] == "CUSTOMER"}

    def key_of(self, purpose: str) -> str:
        """The ID of the key behind the alias of a purpose."""
        return str(self.kms.describe_key(KeyId=f"alias/baseline/{purpose}")["KeyMetadata"]["KeyId"])

    def is_known(self) -> bool:
        """Whether the state knows every key of the Inventory."""
        return self.state.exists() and all(self.key_of(purpose) in self.state.read_text() for purpose in EVERYWHERE)

    def assert_whole(self, others: int = 0) -> None:
        """AWS has the keys of the Inventory, each with its alias, enabled, and no other."""
        behind = {self.key_of(purpose) for purpose in EVERYWHERE}
        keys = self.keys()
        assert len(behind) == len(EVERYWHERE)
        assert {keys[id] for id in behind} == {"Enabled"}
        assert len(keys) == len(EVERYWHERE) + others, keys

    def assert_settled(self, others: int = 0) -> None:
        """And a plan changes nothing."""
        self.assert_whole(others)
        assert self.deploy() == NOTHING

    @property
    def state(self) -> Path:
        """The state's file."""
        return self.folder / "state" / "trial.tfstate"


def table(text: str) -> list[int]:
    """The numbers of the only stack in `deploy`'s table."""
    return [int(number) for number in text.splitlines()[1].split()[1:]]


def terraforms(folder: Path) -> list[int]:
    """The Terraforms that work in a folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            name, place = (process / "comm").read_text().strip(), (process / "cwd").readlink()
        except OSError:  # another user's, or just gone
            continue
        if name == "terraform" and place.is_relative_to(folder):
            found.append(int(process.name))
    return found


@contextmanager
def world(mirror: Mirror, folders: pytest.TempPathFactory) -> Iterator[World]:
    """A new AWS, in which nothing is deployed yet."""
    with embedded(CONFIGURATION, mirror, folders.mktemp("mirror")) as aws:
        made = World(folders.mktemp("world"), aws)
        made.configure()
        yield made
