"""The embedded AWS for tests that go the whole way."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3

from baseline.organization import Organization
from deployment.mirror import Mirror, provider_environment
from operations.embedded_accounts import seed_accounts
from operations.embedded_aws import environment_to
from tests import forked
from tests.conftest import COMMAND, configuration

_SDK = boto3.Session()
"""One for all clients: it remembers the descriptions of the services."""


@dataclass(frozen=True)
class Embedded:
    """A running embedded AWS with the accounts of one configuration."""

    url: str
    variables: dict[str, str]
    """The environment that leads a child to it, and to the provider's mirror."""

    def run(self, folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """A command of kms-baseline in a folder, with this AWS, to its end."""
        return subprocess.run(
            [str(COMMAND), *arguments],
            cwd=folder,
            env=self.variables | environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )

    def client(self, service: str, account_id: str | None, region: str) -> Any:
        """A client in an account, by its deployment role; None: the caller's own account."""
        own = (self.variables["AWS_ACCESS_KEY_ID"], self.variables["AWS_SECRET_ACCESS_KEY"], None)
        if account_id is None:
            return self._client(service, region, *own)
        role = f"arn:aws:iam::{account_id}:role/kms-baseline-deploy"
        given = self._client("sts", region, *own).assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
        return self._client(service, region, given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])

    def session(self, account_id: str, region: str) -> boto3.Session:
        """A session in an account, by its deployment role."""
        role = f"arn:aws:iam::{account_id}:role/kms-baseline-deploy"
        given = self.client("sts", None, region).assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
        return boto3.Session(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"], region)

    def _client(self, service: str, region: str, key: str, secret: str, token: str | None) -> Any:
        return _SDK.client(
            service,
            region,
            endpoint_url=self.url,
            aws_access_key_id=key,
            aws_secret_access_key=secret,
            aws_session_token=token,
        )


@contextmanager
def embedded_aws(organization: Organization) -> Iterator[dict[str, str]]:
    """As the product's, in a process that is forked. Yields the environment that leads to it."""
    with forked.sandbox() as url:
        yield environment_to(organization, url, seed_accounts(url, organization))


@contextmanager
def embedded(text: str, mirror: Mirror, folder: Path) -> Iterator[Embedded]:
    """An embedded AWS for a configuration's text; files that Terraform needs go into the folder."""
    organization = configuration(text).organization
    with embedded_aws(organization) as variables:
        yield Embedded(variables["AWS_ENDPOINT_URL"], provider_environment(mirror, folder, variables))
