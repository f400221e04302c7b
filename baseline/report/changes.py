"""What changed since an earlier configuration, in words."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from baseline.inventory import Inventory, Key
from baseline.lock import KeyIdentity
from baseline.prover.difference import difference
from baseline.prover.inventories import ChangedKeys, InventoryDifference
from baseline.report.key_facts import general
from baseline.report.value import ChangesFacts, Failure
from baseline.setting_changes import plain
from baseline.words import some

Exported = Mapping[KeyIdentity, Mapping[str, Any]]
"""The policies of an export by key."""


def changes_facts(
    found: InventoryDifference, exported: Exported, inventory: Inventory, since: str, made_by: str
) -> ChangesFacts:
    """The difference, and what the program writes otherwise than it was exported. Raises Unsupported, StepsSpent."""
    told = {key.locked.key for group in found.changed for key in group.keys} | {
        key.locked.key for key in found.reworded
    }
    keys = [key for key in inventory.keys if key.locked.key in exported and key.locked.key not in told]
    by_program = _written_otherwise(keys, exported, inventory.organization.partition)
    return ChangesFacts(
        since=since,
        made_by=made_by,
        new=tuple(key.where for key in found.new),
        gone=tuple(key.where for key in found.gone),
        changed=(*map(_changed, found.changed), *map(_changed, _reworded(found.reworded))),
        by_program=tuple(map(_changed, by_program)),
        settings=tuple(
            f"{change.name}: {change.old or 'none'} -> {change.new or 'none'}"
            + (f" in {some(change.accounts)}" if change.accounts else "")
            for change in found.settings
        ),
    )


def _reworded(keys: Sequence[Key]) -> Iterator[ChangedKeys]:
    if keys:
        yield ChangedKeys(list(keys))


def _written_otherwise(keys: Sequence[Key], exported: Exported, partition: str) -> Sequence[ChangedKeys]:
    groups: dict[tuple[str, ...], ChangedKeys] = {}
    for key in keys:
        old, new = exported[key.locked.key], key.policy.as_dict()
        if old != new:
            texts = [general(json.dumps(policy), key.account_id, key.region) for policy in (old, new)]
            if (*texts,) not in groups:
                groups[*texts,] = ChangedKeys([], difference(old, new, partition, key.account_id, region=key.region))
            groups[*texts,].keys.append(key)
    return list(groups.values())


def _changed(group: ChangedKeys) -> Failure:
    first, *others = group.keys
    return Failure(
        kind="change",
        title="changed",
        text="\n".join(_lines(group)),
        where=first.where,
        also=some([key.where for key in others]),
        key=f"{first.account}/{first.region}/{first.purpose}",
    )


def _lines(group: ChangedKeys) -> Iterator[str]:
    for name, (old, new) in group.settings.items():
        yield f"{name}: {plain(old)} -> {plain(new)}"
    if not (group.settings or group.changes):
        yield "another text of the policy, which means the same"
    for change in sorted(group.changes, key=lambda change: change.direction != "loses"):
        how = "" if change.strength == "direct" else " as far as IAM policies allow"
        yield f"{change.who} {change.direction}{how}: {change.group} ({', '.join(change.actions)})"
