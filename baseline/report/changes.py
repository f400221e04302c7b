"""What changed since an earlier configuration, in words."""

from collections.abc import Iterator

from baseline.prover.inventories import ChangedKeys, InventoryDifference
from baseline.report.value import ChangesFacts, Failure
from baseline.setting_changes import plain
from baseline.words import some


def changes_facts(found: InventoryDifference, since: str, made_by: str) -> ChangesFacts:
    """The difference, since what, and by which program that was made."""
    return ChangesFacts(
        since=since,
        made_by=made_by,
        new=tuple(key.where for key in found.new),
        gone=tuple(key.where for key in found.gone),
        changed=tuple(map(_changed, found.changed)),
        settings=tuple(
            f"{change.name}: {change.old or 'none'} -> {change.new or 'none'}"
            + (f" in {some(change.accounts)}" if change.accounts else "")
            for change in found.settings
        ),
    )


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
    for change in sorted(group.changes, key=lambda change: change.direction != "loses"):
        how = "" if change.strength == "direct" else " as far as IAM policies allow"
        yield f"{change.who} {change.direction}{how}: {change.group} ({', '.join(change.actions)})"
