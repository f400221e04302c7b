"""One account in an embedded AWS with keys that others made, and `adopt` as a person runs it there."""

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests import forked
from tests.conftest import COMMAND, configuration
from tests.embedded import Embedded, embedded_aws
from tests.forever.world import ACCOUNT_ID, CONFIGURATION, REGION

ROOT = {
    "Sid": "Account",
    "Effect": "Allow",
    "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT_ID}:root"},
    "Action": "kms:*",
    "Resource": "*",
}


def policy(*statements: dict[str, Any]) -> str:
    """A key policy as its text."""
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


@dataclass(frozen=True)
class Place:
    """An account's region with keys of others, and a folder with the configuration."""

    folder: Path
    aws: Embedded

    def kms(self, region: str = REGION) -> Any:
        return self.aws.client("kms", ACCOUNT_ID, region)

    def key(self, region: str = REGION, **arguments: Any) -> str:
        """The ID of a new key that is nobody's."""
        return str(self.kms(region).create_key(**arguments)["KeyMetadata"]["KeyId"])

    def run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """A command of kms-baseline."""
        return forked.run([str(COMMAND), *arguments], self.folder, self.aws.variables | environment, 120)

    def adopt(self, purpose: str, key: str, *options: str) -> subprocess.CompletedProcess[str]:
        return self.run("adopt", "trial", REGION, purpose, key, *options)

    def refused(self, purpose: str, key: str, *options: str) -> str:
        """What is said of a key that does not fit; nothing is written then."""
        before = self.lock.read_text() if self.lock.exists() else None
        done = self.adopt(purpose, key, "--yes", *options)
        assert done.returncode == 1, (done.stdout, done.stderr)
        assert "Traceback" not in done.stderr
        assert (self.lock.read_text() if self.lock.exists() else None) == before
        return done.stderr

    @property
    def lock(self) -> Path:
        return self.folder / "organization.lock.json"


@pytest.fixture(scope="module")
def aws() -> Iterator[Embedded]:
    """An AWS in which nothing is deployed."""
    with embedded_aws(configuration(CONFIGURATION).organization) as variables:
        yield Embedded(variables["AWS_ENDPOINT_URL"], {**os.environ, **variables})


@pytest.fixture
def place(aws: Embedded, tmp_path: Path) -> Place:
    """A folder of the test's own, in which nothing is adopted yet."""
    (tmp_path / "organization.yaml").write_text(CONFIGURATION, encoding="utf-8")
    return Place(tmp_path, aws)


@pytest.fixture
def alias(place: Place) -> Iterator[Callable[[str, str], None]]:
    """`alias(name, key)` names a key as long as the test runs."""
    made: list[str] = []

    def name(alias: str, key_id: str) -> None:
        place.kms().create_alias(AliasName=alias, TargetKeyId=key_id)
        made.append(alias)

    yield name
    for alias in made:
        place.kms().delete_alias(AliasName=alias)
