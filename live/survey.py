"""What an account's region has that could be a key of ours, its alias or its parameter.

Only keys behind aliases of the namespace are read whole, and those that have no alias at all and our tags: whatever
else is in the account is none of our business. A name is looked up by itself, never guessed.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from baseline import names
from baseline.errors import WorldError
from baseline.inventory import Key, Provider
from baseline.takeover import Seen, SeenKey
from live.sessions import Sessions

T = TypeVar("T")
DENIED = ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation")
_PARAMETERS_AT_ONCE = 10
"""https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameters.html"""


def survey(sessions: Sessions, provider: Provider, keys: Collection[Key]) -> tuple[Seen, str]:
    """What is there for these keys, and what could not be looked at (empty: nothing was left out).

    Raises WorldError when AWS cannot be reached or refuses the aliases.
    """
    with _asking(provider):
        ssm = sessions.client(provider, "ssm")
        return _Survey(sessions.client(provider, "kms"), ssm, provider).of(keys)


def look_at(sessions: Sessions, provider: Provider, key_ids: Iterable[str]) -> dict[str, SeenKey | None]:
    """These keys by their IDs; None for one that does not exist any more. Raises WorldError as `survey` does."""
    with _asking(provider):
        looking = _Survey(sessions.client(provider, "kms"), None, provider)
        return {key_id: looking.key_or_none(key_id) for key_id in key_ids}


@contextmanager
def _asking(provider: Provider) -> Iterator[None]:
    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise WorldError(f"looking for keys of {provider.account_id} in {provider.region}: {error}") from error


class _Survey:
    def __init__(self, kms: Any, ssm: Any, provider: Provider) -> None:
        self._kms = kms
        self._ssm = ssm
        self._namespace = provider.tags["namespace"]

    def of(self, keys: Collection[Key]) -> tuple[Seen, str]:
        wanted = {key.alias for key in keys}
        every = list(_pages(self._kms, "list_aliases", "Aliases"))
        targets = {
            alias["AliasName"]: alias["TargetKeyId"]
            for alias in every
            if alias["AliasName"] in wanted and "TargetKeyId" in alias
        }
        listed = _allowed(lambda: [key["KeyId"] for key in _pages(self._kms, "list_keys", "Keys")])
        named = {alias["TargetKeyId"] for alias in every if "TargetKeyId" in alias}
        found = {key_id: self._key(key_id) for key_id in dict.fromkeys(targets.values())}
        for key_id in listed or ():
            if key_id not in named and (tags := self._our_tags(key_id)) is not None:
                found[key_id] = self._key(key_id, tags)
        parameters = _allowed(lambda: self._parameters(keys))
        missed = [
            *(["keys without an alias (kms:ListKeys is denied)"] if listed is None else []),
            *(["parameters (ssm:GetParameters is denied)"] if parameters is None else []),
        ]
        return Seen(aliases=targets, keys=found, parameters=parameters or {}), " and ".join(missed)

    def key_or_none(self, key_id: str) -> SeenKey | None:
        """A key by its ID; None for one that does not exist."""
        try:
            return self._key(key_id)
        except self._kms.exceptions.NotFoundException:
            return None

    def _our_tags(self, key_id: str) -> dict[str, str] | None:
        """The tags of a key that was made here; None for another one, or one that may not be read."""
        tags = _allowed(lambda: self._tags(key_id))
        ours = {"managed-by": names.MANAGED_BY, "namespace": self._namespace}
        return tags if tags and ours.items() <= tags.items() else None

    def _tags(self, key_id: str) -> dict[str, str]:
        tags = _pages(self._kms, "list_resource_tags", "Tags", KeyId=key_id)
        return {tag["TagKey"]: tag["TagValue"] for tag in tags}

    def _key(self, key_id: str, tags: dict[str, str] | None = None) -> SeenKey:
        metadata = self._kms.describe_key(KeyId=key_id)["KeyMetadata"]
        policy = _allowed(lambda: self._kms.get_key_policy(KeyId=key_id, PolicyName="default")["Policy"])
        grants = _allowed(lambda: sum(1 for _ in _pages(self._kms, "list_grants", "Grants", KeyId=key_id)))
        return SeenKey(
            key_id=metadata["KeyId"],
            created=metadata["CreationDate"],
            state=metadata["KeyState"],
            deletion=metadata.get("DeletionDate"),
            peculiarity=peculiarity(metadata),
            tags=tags if tags is not None else _allowed(lambda: self._tags(key_id)) or {},
            policy=policy,
            grants=grants,
        )

    def _parameters(self, keys: Iterable[Key]) -> dict[str, str]:
        wanted = [key.parameter for key in keys if key.parameter]
        found: dict[str, str] = {}
        for start in range(0, len(wanted), _PARAMETERS_AT_ONCE):
            answer = self._ssm.get_parameters(Names=wanted[start : start + _PARAMETERS_AT_ONCE])
            found |= {parameter["Name"]: parameter["Value"] for parameter in answer["Parameters"]}
        return found


def peculiarity(metadata: dict[str, Any]) -> str:
    """Why a key cannot be one of ours; empty for a plain symmetric key with AWS's own material."""
    if metadata["KeyManager"] != "CUSTOMER":
        return "is managed by AWS"
    if metadata.get("KeySpec") != "SYMMETRIC_DEFAULT" or metadata.get("KeyUsage") != "ENCRYPT_DECRYPT":
        return f"is of another kind ({metadata.get('KeySpec')}, {metadata.get('KeyUsage')})"
    if metadata.get("CustomKeyStoreId") or metadata.get("Origin") != "AWS_KMS":
        return f"has key material that is not AWS KMS's own (origin {metadata.get('Origin')})"
    return "is a multi-Region key" if metadata.get("MultiRegion") else ""


def _pages(client: Any, operation: str, items: str, **arguments: Any) -> Iterator[dict[str, Any]]:
    for page in client.get_paginator(operation).paginate(**arguments):
        yield from page[items]


def _allowed(call: Callable[[], T]) -> T | None:
    """What a call answers; None where it is denied. One key that may not be read never ends the look at the others."""
    try:
        return call()
    except ClientError as error:
        if error.response["Error"]["Code"] in DENIED:
            return None
        raise
