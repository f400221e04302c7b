"""Sessions in the accounts of the organization."""

from dataclasses import dataclass, field
from threading import Lock
from typing import Any

import boto3
from botocore.config import Config

from baseline.inventory import Provider

_CONFIG = Config(retries={"mode": "adaptive", "max_attempts": 8}, max_pool_connections=2)
"""Many accounts are asked at once, and each of them has its own quotas."""


@dataclass
class Sessions:
    """Clients in many accounts for many threads: a role is assumed once an account and not once a region."""

    base: boto3.Session
    endpoint: str | None = None
    """Another address than AWS's, for an embedded AWS."""
    _roles: dict[tuple[str, str | None], "_Role"] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def session(self, provider: Provider) -> boto3.Session:
        """A session in a provider's account, by its role, or the caller's own. Raises what boto3 raises."""
        return boto3.Session(**self._credentials(provider)) if provider.role else self.base

    def client(self, provider: Provider, service: str) -> Any:
        """A client in a provider's account and region, by its role, or by the caller's own credentials.

        Raises what boto3 raises.
        """
        credentials = self._credentials(provider)
        with self._lock:  # boto3 makes one client of a session at a time
            return self.base.client(
                service, region_name=provider.region, endpoint_url=self.endpoint, config=_CONFIG, **credentials
            )

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
            sts = self.base.client("sts", region_name=region, endpoint_url=self.endpoint)
        extra = {"ExternalId": provider.external_id} if provider.external_id else {}
        answer = sts.assume_role(RoleArn=role, RoleSessionName=provider.session_name or "kms-baseline", **extra)
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
