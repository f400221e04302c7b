"""What uses a key, of all that the configuration makes."""

from collections.abc import Mapping
from itertools import groupby

from baseline.features import FEATURES
from baseline.inventory import Inventory, Key, Stack
from baseline.lock import KeyIdentity
from baseline.report.key_facts import general
from baseline.report.shared import Shared

Uses = Mapping[KeyIdentity, tuple[str, ...]]


def uses_of_keys(inventory: Inventory) -> Uses:
    """By key: what is encrypted with it, and who calls it, in words; a key that nothing uses is not there."""
    found: dict[KeyIdentity, dict[str, None]] = {}
    for stack in inventory.stacks:
        for key, words in _of_stack(stack):
            found.setdefault(key.locked.key, {})[words] = None
    return {identity: tuple(words) for identity, words in found.items()}


def _of_stack(stack: Stack) -> list[tuple[Key, str]]:
    keys = {(key.account_id, key.address): key for key in stack.keys}
    told = []
    for part in stack.parts:
        site, title = part.site, FEATURES[part.site.feature].title
        for thing in part.things():
            if key := keys.get((site.account_id, thing.key or "")):
                told.append((key, f"{thing} is encrypted with it ({title})"))
        for use in part.uses():
            if key := keys.get((site.account_id, use.key)):
                told.append((key, use.what))
    return told


class SharedUses:
    """Numbers the uses of keys."""

    def __init__(self, inventory: Inventory) -> None:
        self.shared: Shared[tuple[str, ...]] = Shared()
        self._uses = uses_of_keys(inventory)

    def number(self, key: Key) -> int:
        """The number of what uses the key."""
        told = self._uses.get(key.locked.key, ())
        words = tuple(name for name, _ in groupby(general(word, key.account_id, key.region) for word in told))
        return self.shared.number(words, words)
