"""A key that its owner offers, found by its ID or an alias, with what only people want to know of it."""

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from baseline.errors import Refusal
from baseline.inventory import Provider
from baseline.seen import SeenKey
from live.asking import Denied, asking
from live.keys import read_key
from live.sessions import Sessions


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """A key as AWS has it."""

    seen: SeenKey
    description: str


def read_offered(sessions: Sessions, provider: Provider, reference: str) -> Offered | None:
    """The key; None where the account's region has none of this ID or alias.

    Raises Refusal for a key that may not be described, WorldError when AWS cannot be asked.
    """
    with asking(provider):
        sessions.enter(provider)
        kms = sessions.client(provider, "kms")
    try:
        with asking(provider), suppress(kms.exceptions.NotFoundException):
            return _read(kms, reference)
    except Denied as error:
        raise Refusal(
            f"the key {reference} may not be looked at: {error}",
            "the deployment reads it too: let its policy, and the deployment role's, allow kms:DescribeKey",
        ) from error
    return None


def _read(kms: Any, reference: str) -> Offered | None:
    metadata = kms.describe_key(KeyId=reference)["KeyMetadata"]
    seen = read_key(kms, metadata["KeyId"])
    return Offered(seen=seen, description=metadata.get("Description", "")) if seen else None


def caller(sessions: Sessions, provider: Provider) -> str:
    """The ARN of who deploys: of the role, or of whose credentials these are. Raises WorldError."""
    if provider.role:
        return provider.role
    with asking(provider):
        return str(sessions.client(provider, "sts").get_caller_identity()["Arn"])
