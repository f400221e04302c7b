"""Clients that all accounts and threads share: each signs with the credentials that its thread has at the time.

Making a client takes as long as five to ten calls, and each has connections of its own. With one for every account and
region, a look at many accounts would be mostly that.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock, local
from typing import Any, Self

import boto3
import botocore.session
from botocore.config import Config
from botocore.credentials import Credentials, ReadOnlyCredentials

MOST_AT_ONCE = 32
"""Regions of accounts that are asked at the same time."""
CONFIG = Config(retries={"mode": "adaptive", "max_attempts": 8}, max_pool_connections=MOST_AT_ONCE)
"""Throttled, a client slows down by itself, for all who share it, and soon tries to be faster again."""


class SharedClients:
    """One client a service and region."""

    def __init__(self, base: boto3.Session, endpoint: str | None, on_call: Callable[..., None]) -> None:
        self._base, self._endpoint, self._on_call = base, endpoint, on_call
        self._credentials = _CredentialsOfThreads()
        self._session: boto3.Session | None = None
        self._clients: dict[tuple[str, str], Any] = {}
        self._lock = Lock()

    def client(self, service: str, region: str) -> Any:
        """To be used where `signing_with` says by whose credentials."""
        with self._lock:  # boto3 makes one client of a session at a time
            if (service, region) not in self._clients:
                self._session = self._session or self._new_session()
                made = self._session.client(service, region_name=region, endpoint_url=self._endpoint, config=CONFIG)
                made.meta.events.register("before-call", self._on_call)
                self._clients[service, region] = made
            return self._clients[service, region]

    @contextmanager
    def signing_with(self, credentials: Credentials) -> Iterator[None]:
        """Sign with these in this thread, as long as the block lasts."""
        with self._credentials.being(credentials):
            yield

    def _new_session(self) -> boto3.Session:
        """A session with the base's profile, and without its credentials."""
        base = self._base
        core = botocore.session.Session(
            profile=base.profile_name if base.profile_name in base.available_profiles else None
        )
        core.register_component("credential_provider", self._credentials)
        return boto3.Session(botocore_session=core)


class _CredentialsOfThreads(Credentials):  # type: ignore[misc]  # botocore has no types
    """Credentials that are others in each thread. A client asks for them whenever it signs."""

    def __init__(self) -> None:
        super().__init__("of", "threads")
        self._thread = local()

    def load_credentials(self) -> Self:
        """Itself: it stands where botocore looks for a provider of credentials."""
        return self

    def get_frozen_credentials(self) -> ReadOnlyCredentials:
        return self._thread.credentials.get_frozen_credentials()

    @contextmanager
    def being(self, credentials: Credentials) -> Iterator[None]:
        before = getattr(self._thread, "credentials", None)
        self._thread.credentials = credentials
        try:
            yield
        finally:
            self._thread.credentials = before
