"""Which key AWS has behind each alias: the list that people ask for, with IDs and ARNs."""

from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

from baseline import names
from baseline.drift.expected import ExpectedPlace, expected_places
from baseline.errors import WorldError
from baseline.inventory import Inventory
from baseline.lock import KeyIdentity
from live.asking import allowed, asking
from live.keys import listed
from live.sessions import Sessions
from live.shared_clients import MOST_AT_ONCE
from operations.progress import Counting, Say
from operations.unread import Unread


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveKey:
    """A key that the configuration or the lock has, and what AWS has in its place."""

    account: str
    identity: KeyIdentity
    alias: str
    retired: bool
    key_id: str | None = None
    """None: there is no such alias."""
    arn: str | None = None
    state: str | None = None
    """`Enabled`, `Disabled`, `PendingDeletion`, ...; None: it may not be described."""


def live_keys(
    inventory: Inventory, sessions: Sessions, say: Say, wanted: Collection[KeyIdentity], retired: bool
) -> Iterator[LiveKey | Unread]:
    """These keys, and the retired ones that the lock has, place by place."""
    places = [place for place in expected_places(inventory) if any(_keys(place, wanted, retired))]
    counting = Counting("read", "region", say)
    with ThreadPoolExecutor(MOST_AT_ONCE) as pool:
        jobs = [pool.submit(_read, sessions, place, wanted, retired) for place in places]
        for done, job in enumerate(jobs, start=1):
            yield from job.result()
            counting(done, len(places))


def _keys(place: ExpectedPlace, wanted: Collection[KeyIdentity], retired: bool) -> Iterator[LiveKey]:
    for key in place.keys:
        if key.locked.key in wanted:
            yield LiveKey(account=place.account, identity=key.locked.key, alias=key.alias, retired=False)
    for purpose in (*place.kept, *place.leaving) if retired else ():
        identity = KeyIdentity(place.provider.account_id, place.provider.region, purpose)
        alias = names.alias(place.namespace, purpose)
        yield LiveKey(account=place.account, identity=identity, alias=alias, retired=True)


def _read(
    sessions: Sessions, place: ExpectedPlace, wanted: Collection[KeyIdentity], retired: bool
) -> list[LiveKey | Unread]:
    provider = place.provider
    try:
        with asking(provider), sessions.entered(provider) as clients:
            kms = clients("kms")
            targets = {a["AliasName"]: a.get("TargetKeyId") for a in listed(kms, "list_aliases", "Aliases")}
            found: list[LiveKey | Unread] = []
            for key in _keys(place, wanted, retired):
                key_id = targets.get(key.alias)
                found.append(_described(kms, key, key_id) if key_id else key)
            return found
    except WorldError as error:
        return [Unread(place.account, provider.region, str(error.__cause__ or error))]


def _described(kms: Any, key: LiveKey, key_id: str) -> LiveKey:
    metadata = allowed(lambda: kms.describe_key(KeyId=key_id)["KeyMetadata"]) or {}
    return replace(key, key_id=key_id, arn=metadata.get("Arn"), state=metadata.get("KeyState"))
