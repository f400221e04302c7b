"""Keys of AWS that may be meant by a place of the Inventory, by its alias or by the tags of a key there. Nothing is guessed."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from baseline.adoption.verdict import Surroundings, refusals
from baseline.inventory import Key
from baseline.lock import KeyIdentity
from baseline.seen import Seen, SeenKey


@dataclass(frozen=True, slots=True)
class Candidate:
    """A key that somebody should look at: to adopt it, or to say whose it is."""

    key: Key
    """Whose place it would take."""
    key_id: str
    why: str
    """Why it may be meant."""
    refusals: tuple[str, ...]
    """Why it cannot be adopted as it is; none: it fits."""


def candidates(
    keys: Iterable[Key], seen: Seen, namespace: str, deployer: str | None, adopted: Mapping[KeyIdentity, str]
) -> Iterator[Candidate]:
    """What needs a person in one account's region. Left out is what the lock has as adopted, and what is settled."""
    for key in keys:
        target = seen.aliases.get(key.alias)
        around = Surroundings(namespace=namespace, alias_at=target, deployer=deployer, adopted=adopted)
        for key_id, why in _meant(key, seen, namespace, target).items():
            found = seen.keys.get(key_id)
            if adopted.get(key.locked.key) == key_id or (found and _is_settled(key, found, namespace, target)):
                continue
            refused = refusals(key, found, around) if found else ("may not be looked at: kms:DescribeKey is denied",)
            yield Candidate(key, key_id, why, refused)


def _meant(key: Key, seen: Seen, namespace: str, target: str | None) -> dict[str, str]:
    """The IDs of the keys that may be meant, each with the reason."""
    tagged = {id: "has the tags of this key" for id, found in seen.keys.items() if found.is_for(namespace, key.purpose)}
    if target is None:
        return tagged
    return {target: f"{key.alias} is at it", **{id: why for id, why in tagged.items() if id != target}}


def _is_settled(key: Key, found: SeenKey, namespace: str, target: str | None) -> bool:
    """Whether it is as a deployment leaves it: nothing of it would change."""
    return (
        found.key_id == target
        and found.is_for(namespace, key.purpose)
        and not found.peculiarity
        and found.state in key.states
        and found.policy is not None
        and _parsed(found.policy) == json.loads(key.policy.render())
    )


def _parsed(policy: str) -> object:
    try:
        return json.loads(policy)
    except ValueError:
        return None
