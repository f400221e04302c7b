"""An organization in an embedded AWS, and a folder with a configuration that selects from it."""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from sandbox.pages import ask
from sandbox.process import environment, start
from sandbox.seed import AccountSeed, seed
from tests import forked, organizations
from tests.conftest import COMMAND
from tests.sandbox.conftest import connect

CALLER = "111111111111"
UNITS = {"Workloads": ("Prod", "Test"), "Suspended": ()}


@dataclass(frozen=True)
class Office:
    """Where somebody works on the configuration, with credentials of the management account."""

    folder: Path
    url: str
    variables: dict[str, str]
    client: Any
    units: dict[str, str]
    """IDs of organizational units by their paths; of the root by `/`."""

    def run(self, *arguments: str) -> Any:
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

    def configure(self, *select: dict[str, Any], **sections: Any) -> None:
        data = {**organizations.organization(), "select": list(select), **sections}
        if not data["accounts"]:
            del data["accounts"]
        (self.folder / "organization.yaml").write_text(organizations.text(data), encoding="utf-8")

    def record(self) -> None:
        done = self.run("accounts", "--write")
        assert done.returncode == 0, done.stderr

    @property
    def snapshot(self) -> Path:
        return self.folder / "organization.accounts.json"

    def fault(self, operation: str, **more: Any) -> None:
        fault = {"service": "organizations", "operation": operation, "kind": "error"} | more
        ask(self.url, "POST", "/sandbox/faults", json.dumps(fault))


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with start() as sandbox:
        key = seed(sandbox.url, CALLER, [AccountSeed(CALLER, "aws")], [])
        variables = environment(sandbox.url, key.access_key_id, key.secret_access_key, {}, region="eu-west-2")
        yield Office(tmp_path, sandbox.url, *_organization(sandbox.url, key, variables))


def _organization(url: str, key: Any, variables: dict[str, str]) -> Any:
    client = connect(url, "organizations", "us-east-1", (key.access_key_id, key.secret_access_key, None))
    client.create_organization(FeatureSet="ALL")
    units = {"/": client.list_roots()["Roots"][0]["Id"]}
    for name, below in UNITS.items():
        made = client.create_organizational_unit(ParentId=units["/"], Name=name)
        units[f"/{name}"] = made["OrganizationalUnit"]["Id"]
        for inner in below:
            made = client.create_organizational_unit(ParentId=units[f"/{name}"], Name=inner)
            units[f"/{name}/{inner}"] = made["OrganizationalUnit"]["Id"]
    return {**os.environ, **variables}, client, units
