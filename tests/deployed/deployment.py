"""A deployment that lives through several tests: real Terraform, the real AWS provider, an embedded AWS."""

import json
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from baseline.iam.document import Document
from deployment.mirror import Mirror
from sandbox.operations import operation
from sandbox.pages import ask
from tests.conftest import inventory
from tests.deployed.configurations import ON
from tests.embedded import Embedded, embedded

IDS = {"payer": "111111111111", "data": "033333333333"}
ROLES = {"payer": None, "data": IDS["data"]}
"""The account whose deployment role is assumed; None: the caller's own account."""
REGIONS = ("eu-west-2", "us-east-1")
_OURS = {"TagKey": "managed-by", "TagValue": "kms-baseline"}
PLACES = [(account, region) for account in IDS for region in REGIONS]


@dataclass(frozen=True)
class Deployment:
    """A folder with a configuration, and the AWS that it is deployed to."""

    folder: Path
    aws: Embedded
    changes: Mapping[str, list[int]] = field(default_factory=dict)
    """What the last deployment did to each stack, as its table says."""
    calls: frozenset[tuple[str, str]] = frozenset()
    """Services and operations, as AWS names them, that were called until then."""

    def run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """A command of kms-baseline in this folder and this AWS."""
        return self.aws.run(self.folder, *arguments, **environment)

    def deploy(self, configuration: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Write the configuration and deploy it."""
        (self.folder / "organization.yaml").write_text(configuration, encoding="utf-8")
        return self.run("deploy", *arguments)

    def deployed(self, configuration: str) -> "Deployment":
        """The same after the configuration was deployed."""
        done = self.deploy(configuration, "--yes")
        called = ask(self.aws.url, "GET", "/sandbox/calls")
        assert done.returncode == 0, (done.stderr, [call for call in called if call["status"] >= 400])
        return replace(
            self,
            changes=rows(done.stdout),
            calls=frozenset((call["service"], operation(call)) for call in called),
        )

    def client(self, service: str, account: str, region: str) -> Any:
        """A client in one of the two accounts."""
        return self.aws.client(service, ROLES[account], region)

    def key_arn(self, account: str, region: str, purpose: str) -> str:
        """The ARN of the account's key in the region, by its alias."""
        kms = self.client("kms", account, region)
        arn = kms.describe_key(KeyId=f"alias/baseline/{purpose}")["KeyMetadata"]["Arn"]
        assert arn.split(":")[3:5] == [region, IDS[account]]
        return str(arn)

    def key_states(self) -> dict[str, str]:
        """The state of every key that is ours, in both accounts and both regions, by ARN."""
        states = {}
        for place in PLACES:
            kms = self.client("kms", *place)
            for key in kms.list_keys(Limit=1000)["Keys"]:
                if _OURS in kms.list_resource_tags(KeyId=key["KeyArn"])["Tags"]:
                    states[key["KeyArn"]] = kms.describe_key(KeyId=key["KeyArn"])["KeyMetadata"]["KeyState"]
        return states

    @contextmanager
    def policy(self, account: str, region: str, purpose: str, policy: str) -> Iterator[None]:
        """Put another policy on a key for a while, past Terraform."""
        kms, key = self.client("kms", account, region), self.key_arn(account, region, purpose)
        before = self.key_policy(account, region, purpose)
        assert json.loads(before) != json.loads(policy)
        kms.put_key_policy(KeyId=key, PolicyName="default", Policy=policy)
        try:
            yield
        finally:
            kms.put_key_policy(KeyId=key, PolicyName="default", Policy=before)

    @contextmanager
    def without_statement(self, account: str, region: str, purpose: str, sid: str) -> Iterator[None]:
        """Put the policy of the first configuration on a key for a while, without one of its statements."""
        place = (account, region, purpose)
        [key] = [key for key in inventory(ON).keys if (key.account, key.region, key.purpose) == place]
        lacking = Document(tuple(statement for statement in key.policy.statements if statement.sid != sid))
        assert len(lacking.statements) == len(key.policy.statements) - 1
        with self.policy(*place, lacking.render()):
            yield

    def key_policy(self, account: str, region: str, purpose: str) -> str:
        """The policy that a key has."""
        kms, key = self.client("kms", account, region), self.key_arn(account, region, purpose)
        return str(kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"])


def trail_bucket(account: str) -> str:
    """The bucket of an account's trail."""
    return f"baseline-trail-{IDS[account]}-{REGIONS[0]}"


def rows(table: str) -> dict[str, list[int]]:
    """The numbers of `deploy`'s table by stack: made (created or imported), changed, replaced, deleted, forgotten."""
    lines = (line.split() for line in table.splitlines())
    found = {
        name: list(map(int, numbers)) for name, *numbers in lines if len(numbers) == 6 and "".join(numbers).isdigit()
    }
    return {name: [imported + created, *others] for name, (imported, created, *others) in found.items()}


@contextmanager
def deployment(configuration: str, mirror: Mirror, folders: pytest.TempPathFactory) -> Iterator[Deployment]:
    """The accounts of a configuration, in which nothing is deployed yet."""
    with embedded(configuration, mirror, folders.mktemp("mirror")) as aws:
        yield Deployment(folders.mktemp("deployment"), aws)
