"""An organization in an embedded AWS, and a folder with a configuration that selects from it."""

import itertools
import json
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from sandbox.pages import ask
from sandbox.process import environment
from sandbox.seed import AccountSeed, Credentials, seed
from tests import forked, organizations
from tests.conftest import COMMAND
from tests.sandbox.conftest import connect

UNITS = {"Workloads": ("Prod", "Test"), "Suspended": ()}


@dataclass(frozen=True)
class Office:
    """Where somebody works on the configuration, with credentials of the management account."""

    folder: Path
    url: str
    variables: dict[str, str]
    caller: str
    """The management account."""
    client: Any
    """AWS Organizations."""
    units: dict[str, str]
    """IDs of organizational units by their paths; of the root by `/`."""

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """A command of kms-baseline, in a process that is forked."""
        return forked.run([str(COMMAND), *arguments], self.folder, self.variables, 120)

    def create(self, name: str, unit: str = "/", **tags: str) -> str:
        """A new account; its ID."""
        listed = [{"Key": key, "Value": value} for key, value in tags.items()]
        made = self.client.create_account(AccountName=name, Email="a@example.com", Tags=listed)
        id = str(made["CreateAccountStatus"]["AccountId"])
        self.move(id, "/", unit)
        return id

    def move(self, id: str, old: str, new: str) -> None:
        if old != new:
            self.client.move_account(AccountId=id, SourceParentId=self.units[old], DestinationParentId=self.units[new])

    def let_in(self, *ids: str) -> None:
        """Give these accounts the deployment role."""
        roles = [f"arn:aws:iam::{id}:role/kms-baseline-deploy" for id in ids]
        seed(self.url, self.caller, [AccountSeed(id, "aws") for id in ids], roles)

    def configure(self, *select: dict[str, Any], regions: tuple[str, ...] = ("eu-west-2",), **sections: Any) -> None:
        """Write a configuration without accounts of its own."""
        data = {**organizations.organization(regions=regions), "select": list(select), **sections}
        del data["accounts"]
        (self.folder / "organization.yaml").write_text(organizations.text(data), encoding="utf-8")

    def record(self) -> None:
        done = self.run("accounts", "--write")
        assert done.returncode == 0, done.stderr

    def differences(self) -> list[tuple[str, str, str]]:
        """What the command finds: ID, kind and what."""
        done = self.run("accounts", "--format", "json")
        found = json.loads(done.stdout)["differences"]
        assert done.returncode == (1 if found else 0), done.stderr
        return [(each["account_id"], each["kind"], each["what"]) for each in found]

    @property
    def snapshot(self) -> Path:
        return self.folder / "organization.accounts.json"

    def fault(self, operation: str, code: str, times: int = 1) -> None:
        """Let the next calls of an operation of AWS Organizations fail."""
        fault = {"service": "organizations", "operation": operation, "kind": "error", "code": code, "times": times}
        ask(self.url, "POST", "/sandbox/faults", json.dumps(fault))


@pytest.fixture(scope="session")
def url() -> Iterator[str]:
    """The address of an embedded AWS."""
    with forked.sandbox() as url:
        yield url


_NUMBERS = itertools.count(100_000_000_000)


@pytest.fixture
def office(url: str, tmp_path: Path) -> Office:
    """One with a management account, and so an organization, of its own."""
    caller = str(next(_NUMBERS))
    key = seed(url, caller, [AccountSeed(caller, "aws")], [])
    variables = environment(url, key.access_key_id, key.secret_access_key, os.environ, region="eu-west-2")
    folder = tmp_path / "office"
    folder.mkdir()
    return Office(folder, url, variables, caller, *_organization(url, key))


def _organization(url: str, key: Credentials) -> tuple[Any, dict[str, str]]:
    client = connect(url, "organizations", "us-east-1", (key.access_key_id, key.secret_access_key, None))
    client.create_organization(FeatureSet="ALL")
    units = {"/": client.list_roots()["Roots"][0]["Id"]}
    paths = [path for name, below in UNITS.items() for path in (f"/{name}", *(f"/{name}/{inner}" for inner in below))]
    for path in paths:
        above, _, name = path.rpartition("/")
        made = client.create_organizational_unit(ParentId=units[above or "/"], Name=name)
        units[path] = made["OrganizationalUnit"]["Id"]
    return client, units
