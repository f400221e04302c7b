"""Sessions in the accounts of the organization."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

import boto3
from botocore.credentials import Credentials, ReadOnlyCredentials
from botocore.exceptions import NoCredentialsError

from baseline.errors import WorldError
from baseline.inventory import Provider
from live.shared_clients import CONFIG, SharedClients

Clients = Callable[[str], Any]
"""The client of a service, by boto3's name of it."""


def sessions_of(variables: Mapping[str, str]) -> "Sessions":
    """By the caller's own credentials: of this process's environment, or of another one that leads to an embedded AWS."""
    if variables is os.environ:
        return Sessions(boto3.Session())
    base = boto3.Session(
        aws_access_key_id=variables["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=variables["AWS_SECRET_ACCESS_KEY"],
        region_name=variables["AWS_REGION"],
    )
    return Sessions(base, variables["AWS_ENDPOINT_URL"])


def _sessions_with(credentials: ReadOnlyCredentials | None, region: str | None, endpoint: str | None) -> "Sessions":
    keys = credentials or ReadOnlyCredentials(None, None, None)
    return Sessions(boto3.Session(keys.access_key, keys.secret_key, keys.token, region), endpoint)


@dataclass
class Sessions:
    """Clients in many accounts for many threads: a role is assumed once an account and not once a region."""

    base: boto3.Session
    endpoint: str | None = None
    """Another address than AWS's, for an embedded AWS."""
    calls: int = 0
    """How many calls were made by its clients; one that was tried again counts once."""
    _roles: dict[tuple[str, str | None], "_Role"] = field(default_factory=dict)
    _assuming: dict[str, Any] = field(default_factory=dict)
    """By region: what assumes the roles of all accounts, by the caller's own credentials."""
    _lock: Lock = field(default_factory=Lock)
    _counting: Lock = field(default_factory=Lock)
    _own: str = ""
    """The account of the caller's own credentials, once it was asked for."""
    _own_lock: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        self._shared = SharedClients(self.base, self.endpoint, self._count)

    def __reduce__(self) -> tuple[Callable[..., "Sessions"], tuple[ReadOnlyCredentials | None, str | None, str | None]]:
        """For another process: the caller's own credentials as they are now, and nothing that was asked for by them."""
        credentials = self.base.get_credentials()
        frozen = credentials.get_frozen_credentials() if credentials else None
        return _sessions_with, (frozen, self.base.region_name, self.endpoint)

    def session(self, provider: Provider) -> boto3.Session:
        """A session in a provider's account, by its role, or the caller's own. Raises what boto3 raises."""
        return boto3.Session(**self._credentials(provider)) if provider.role else self.base

    def client(self, provider: Provider, service: str) -> Any:
        """A client in a provider's account and region, by its role, or by the caller's own credentials.

        Raises what boto3 raises.
        """
        credentials = self._credentials(provider)
        with self._lock:  # boto3 makes one client of a session at a time
            client = self.base.client(
                service, region_name=provider.region, endpoint_url=self.endpoint, config=CONFIG, **credentials
            )
        client.meta.events.register("before-call", self._count)
        return client

    @contextmanager
    def entered(self, provider: Provider) -> Iterator[Clients]:
        """Clients in a provider's account and region, for this thread and as long as the block lasts.

        Raises as `enter` does: what another account lacks is never taken for missing.
        """
        self.enter(provider)
        keys = self._credentials(provider)
        credentials = Credentials(*keys.values()) if keys else self.base.get_credentials()
        if credentials is None:
            raise NoCredentialsError
        with self._shared.signing_with(credentials):
            yield lambda service: self._shared.client(service, provider.region)

    def enter(self, provider: Provider) -> None:
        """Take the provider's role, if it has one. Raises what boto3 raises, WorldError where that is another account."""
        self._credentials(provider)
        account_id = provider.role.split(":")[4] if provider.role else self._own_account(provider)
        if account_id != provider.account_id:
            raise WorldError(f"the credentials are of the account {account_id}, and not of {provider.account_id}")

    def _own_account(self, provider: Provider) -> str:
        """The account of the caller's own credentials."""
        with self._own_lock:
            if not self._own:
                self._own = str(self.client(provider, "sts").get_caller_identity()["Account"])
        return self._own

    def _count(self, **_: Any) -> None:
        with self._counting:
            self.calls += 1

    def _credentials(self, provider: Provider) -> dict[str, str]:
        if provider.role is None:
            return {}
        role = self._roles.setdefault((provider.role, provider.sts_region), _Role())
        with role.lock:
            if not role.credentials:
                role.credentials = self._assume(provider, provider.role)
        return role.credentials

    def _assume(self, provider: Provider, role: str) -> dict[str, str]:
        region = provider.sts_region or provider.region
        with self._lock:
            if region not in self._assuming:
                sts = self.base.client("sts", region_name=region, endpoint_url=self.endpoint, config=CONFIG)
                sts.meta.events.register("before-call", self._count)
                self._assuming[region] = sts
        extra = {"ExternalId": provider.external_id} if provider.external_id else {}
        answer = self._assuming[region].assume_role(
            RoleArn=role, RoleSessionName=provider.session_name or "kms-baseline", **extra
        )
        credentials = answer["Credentials"]
        return {
            "aws_access_key_id": credentials["AccessKeyId"],
            "aws_secret_access_key": credentials["SecretAccessKey"],
            "aws_session_token": credentials["SessionToken"],
        }


@dataclass
class _Role:
    """A role's credentials, asked for by the first thread that needs them."""

    credentials: dict[str, str] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)
