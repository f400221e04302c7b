"""How AWS is asked: what a refusal means, and lists of many pages."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    CredentialRetrievalError,
    NoCredentialsError,
    PartialCredentialsError,
    SSOError,
    TokenRetrievalError,
)

from baseline.errors import WorldError
from baseline.inventory import Provider

T = TypeVar("T")
DENIED = ("AccessDenied", "AccessDeniedException", "AuthorizationError", "UnauthorizedOperation")
_EXPIRED = ("ExpiredToken", "ExpiredTokenException", "RequestExpired")
_WITHOUT_CREDENTIALS = (
    CredentialRetrievalError,
    NoCredentialsError,
    PartialCredentialsError,
    SSOError,
    TokenRetrievalError,
)


class Denied(WorldError):
    """AWS refuses the caller this one call."""


class NoCredentials(WorldError):
    """There are no credentials, or none that are still valid: every further call would fail as well."""


@contextmanager
def asking(provider: Provider | str) -> Iterator[None]:
    """Turns what boto3 raises into WorldError, with the place, or what was asked about."""
    try:
        yield
    except _WITHOUT_CREDENTIALS as error:
        raise NoCredentials(f"no AWS credentials: {error}", "log in, or set AWS_PROFILE") from error
    except (BotoCoreError, ClientError) as error:
        about = provider if isinstance(provider, str) else f"{provider.account_id} in {provider.region}"
        problem = f"asking AWS about {about}: {error}"
        if isinstance(error, ClientError) and code(error) in _EXPIRED:
            help = "renew them and run the command again"
            raise NoCredentials(f"the AWS credentials have expired: {error}", help) from error
        denied = isinstance(error, ClientError) and code(error) in DENIED
        raise (Denied if denied else WorldError)(problem) from error


def allowed(call: Callable[[], T]) -> T | None:
    """What a call answers; None where it is denied. One thing that may not be read never ends the look at the others."""
    try:
        return call()
    except ClientError as error:
        if code(error) in DENIED:
            return None
        raise


def pages(client: Any, operation: str, items: str, **arguments: Any) -> Iterator[Any]:
    """All items of a list, from all of its pages."""
    for page in client.get_paginator(operation).paginate(**arguments):
        yield from page[items]


def code(error: ClientError) -> str:
    """What AWS calls an error."""
    return str(error.response.get("Error", {}).get("Code", ""))
