"""A key that its owner offers, found by its ID, its ARN or an alias, with what only people want to know of it."""

from dataclasses import dataclass

from botocore.exceptions import BotoCoreError, ClientError

from baseline.errors import Refusal, WorldError
from baseline.inventory import Provider
from baseline.seen import SeenKey
from live.asking import DENIED
from live.sessions import Sessions
from live.survey import look_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """A key as AWS has it."""

    seen: SeenKey
    description: str
    aliases: tuple[str, ...]
    """All of its aliases."""


def read_offered(sessions: Sessions, provider: Provider, reference: str) -> Offered | None:
    """The key; None where the account's region has none of this ID or alias.

    Raises Refusal for a key whose policy does not let it be described, WorldError when AWS cannot be asked.
    """
    try:
        kms = sessions.client(provider, "kms")
        metadata = kms.describe_key(KeyId=reference)["KeyMetadata"]
        aliases = kms.get_paginator("list_aliases").paginate(KeyId=metadata["KeyId"])
        names = sorted(alias["AliasName"] for page in aliases for alias in page["Aliases"])
    except (BotoCoreError, ClientError) as error:
        code = error.response["Error"]["Code"] if isinstance(error, ClientError) else ""
        if code == "NotFoundException":
            return None
        if code in DENIED:
            raise Refusal(
                f"the key {reference} may not be looked at: {error}", "its policy must let the deployment"
            ) from error
        raise WorldError(f"looking at a key of {provider.account_id} in {provider.region}: {error}") from error
    seen = look_at(sessions, provider, [metadata["KeyId"]])[metadata["KeyId"]]
    assert seen is not None
    return Offered(
        seen=seen,
        description=metadata.get("Description", ""),
        aliases=tuple(names),
    )


def caller(sessions: Sessions, provider: Provider) -> str:
    """The ARN of whose credentials these are. Raises WorldError."""
    try:
        return str(sessions.client(provider, "sts").get_caller_identity()["Arn"])
    except (BotoCoreError, ClientError) as error:
        raise WorldError(f"asking whose credentials these are: {error}") from error
