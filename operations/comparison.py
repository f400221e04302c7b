"""Two configurations, and what the way from one to the other means."""

from dataclasses import replace
from pathlib import Path

from baseline.configuration.load import load
from baseline.errors import Undecided
from baseline.inventory import Inventory, expand
from baseline.lock import Lock
from baseline.prover.errors import StepsSpent, Unsupported
from baseline.prover.inventories import InventoryDifference, inventory_difference
from files.whole import read_text
from operations.revision import text_in_revision


def difference(old: Path | None, new: Path, revision: str) -> InventoryDifference:
    """What changes from the old configuration to the new one; without an old file, it is the new one of a revision.

    Raises Mistakes and UsageError for either of them, Undecided when a policy cannot be decided.
    """
    now = _inventory(read_text(new, "name the new configuration, or use --config"), str(new))
    if old:
        before = _inventory(read_text(old, "name the old configuration, or use --from"), str(old))
    else:
        before = _inventory(text_in_revision(new, revision), f"{revision}:{new}")
    try:
        return inventory_difference(before, now)
    except (Unsupported, StepsSpent) as error:
        raise Undecided(f"not decided: {error}", "`kms-baseline prove` says of which key") from None


def _inventory(text: str, file: str) -> Inventory:
    """What the configuration yields, whatever keys there are."""
    return expand(replace(load(text, file).organization, retired=()), Lock())
