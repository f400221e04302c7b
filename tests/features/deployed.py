"""A deployment that lives through several tests: real Terraform, the real AWS provider, an embedded AWS."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import COMMAND
from tests.embedded import Embedded, embedded, need_terraform

ACCOUNTS = {"payer": None, "data": "033333333333"}
"""The accounts of `TWO_BY_TWO`; None: the caller's own."""
IDS = {"payer": "111111111111", "data": "033333333333"}
PLACES = [(account, region) for account in ACCOUNTS for region in ("eu-west-2", "us-east-1")]


@dataclass(frozen=True)
class Deployment:
    """A folder with a configuration, and the AWS that it is deployed to."""

    folder: Path
    aws: Embedded

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """A command of kms-baseline in this folder and this AWS."""
        return subprocess.run(
            [str(COMMAND), *arguments],
            cwd=self.folder,
            env=self.aws.variables,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )

    def deploy(self, configuration: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Write the configuration and deploy it."""
        (self.folder / "organization.yaml").write_text(configuration, encoding="utf-8")
        return self.run("deploy", "--yes", *arguments)

    def client(self, service: str, account: str, region: str) -> Any:
        """A client in one of the two accounts."""
        return self.aws.client(service, ACCOUNTS[account], region)

    def key_arn(self, account: str, region: str, purpose: str) -> str:
        """The ARN of the account's key in the region, by its alias."""
        kms = self.client("kms", account, region)
        arn = kms.describe_key(KeyId=f"alias/baseline/{purpose}")["KeyMetadata"]["Arn"]
        assert arn.split(":")[3:5] == [region, IDS[account]]
        return str(arn)


@contextmanager
def deployment(configuration: str, folders: pytest.TempPathFactory) -> Iterator[Deployment]:
    """The accounts of a configuration, in which nothing is deployed yet."""
    need_terraform()
    with embedded(configuration, folders.mktemp("mirror")) as aws:
        yield Deployment(folders.mktemp("deployment"), aws)
