"""What the change of a configuration means: keys that are new and gone, and what the policies of the others gain and lose."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from baseline.inventory import Inventory, Key
from baseline.likeness.verdicts import names_are_whole
from baseline.likeness.writing import compared, unnamed
from baseline.lock import KeyIdentity
from baseline.organization import KeySettings
from baseline.prover.difference import Change, difference
from baseline.setting_changes import SettingChange, setting_changes


@dataclass(slots=True)
class ChangedKeys:
    """Keys whose change means the same."""

    keys: list[Key] = field(default_factory=list)
    changes: Sequence[Change] = ()
    """Of the first one's policy; none: the policy means the same."""
    settings: Mapping[str, tuple[object, object]] = field(default_factory=dict)
    """By name: the old and the new value."""


@dataclass(slots=True)
class InventoryDifference:
    """What differs between two Inventories."""

    new: list[Key] = field(default_factory=list)
    gone: list[Key] = field(default_factory=list)
    changed: list[ChangedKeys] = field(default_factory=list)
    reworded: list[Key] = field(default_factory=list)
    """Keys whose policy has another text and the same meaning."""
    settings: list[SettingChange] = field(default_factory=list)
    """What else the configuration says otherwise."""


def inventory_difference(old: Inventory, new: Inventory) -> InventoryDifference:
    """What differs. Raises Unsupported, Undecided."""
    before, after = _by_id(old), _by_id(new)
    found = InventoryDifference(
        new=[key for id, key in after.items() if id not in before],
        gone=[key for id, key in before.items() if id not in after],
        settings=setting_changes(old.organization, new.organization),
    )
    groups: dict[tuple[object, ...], ChangedKeys] = {}
    for id, key in after.items():
        if id in before:
            _compare(before[id], key, new.organization.partition, groups, found)
    return found


def _by_id(inventory: Inventory) -> dict[KeyIdentity, Key]:
    return {key.locked.key: key for key in inventory.keys}


def _compare(
    old: Key, new: Key, partition: str, groups: dict[tuple[object, ...], ChangedKeys], found: InventoryDifference
) -> None:
    settings = {
        name: (before, after)
        for name in compared(KeySettings)
        if (before := _written(getattr(old.settings, name))) != (after := _written(getattr(new.settings, name)))
    }
    texts = old.policy.render(), new.policy.render()
    if texts[0] == texts[1] and not settings:
        return
    alike = (new.purpose, *_kinds(texts, new), unnamed(str(settings), new.account_id, new.region))
    if alike not in groups:
        changes = difference(old.policy.as_dict(), new.policy.as_dict(), partition, new.account_id)
        groups[alike] = ChangedKeys([], changes, settings)
        if changes or settings:
            found.changed.append(groups[alike])
    groups[alike].keys.append(new)
    if texts[0] != texts[1] and not groups[alike].changes:
        found.reworded.append(new)


def _written(value: object) -> object:
    """A setting as JSON has it; in what order somebody listed names means nothing."""
    if not isinstance(value, tuple):
        return value
    return sorted(getattr(entry, "arn", None) or getattr(entry, "sid", None) or str(entry) for entry in value)


def _kinds(texts: Sequence[str], key: Key) -> Sequence[str]:
    """What the meaning of the change follows from: the texts without account and region, where these only name."""
    kinds = [unnamed(text, key.account_id, key.region) for text in texts]
    return kinds if all(map(names_are_whole, kinds)) else [*texts, key.account_id, key.region]
