"""How each key and each place stands."""

from collections.abc import Iterator, Mapping, Sequence, Set

from baseline.inventory import Inventory, Key
from baseline.lock import AccountRegion, KeyIdentity
from baseline.report.key_facts import Standing
from baseline.report.value import Place

_WORST_FIRST: tuple[Standing, ...] = ("fails", "differs", "unread", "waived", "disabled", "fine")


class Standings:
    """What is known of keys, in one word each."""

    def __init__(
        self,
        failing: Set[KeyIdentity],
        waived: Set[KeyIdentity],
        differing: Set[KeyIdentity],
        unread: Set[AccountRegion],
    ) -> None:
        self._failing, self._waived, self._differing, self._unread = failing, waived, differing, unread

    def of(self, key: Key) -> Standing:
        """How a key stands."""
        identity = key.locked.key
        if identity in self._failing:
            return "fails"
        if identity in self._differing:
            return "differs"
        if AccountRegion(key.account_id, key.region) in self._unread:
            return "unread"
        if identity in self._waived:
            return "waived"
        return "fine" if key.enabled else "disabled"


def regions(inventory: Inventory) -> tuple[str, ...]:
    """Every region that an account uses, or has a key in that is kept disabled; the home region first."""
    used = {region for account in inventory.organization.accounts for region in account.regions}
    home = inventory.organization.home_region
    return tuple(sorted(used.union(key.region for key in inventory.keys), key=lambda region: (region != home, region)))


def places(inventory: Inventory, standing: Mapping[KeyIdentity, Standing]) -> Iterator[Place]:
    """Every account with every region, accounts in the order of the file."""
    found: dict[tuple[str, str], list[Standing]] = {}
    for key in inventory.keys:
        found.setdefault((key.account_id, key.region), []).append(standing[key.locked.key])
    columns = regions(inventory)
    for account in inventory.organization.accounts:
        for region in columns:
            of: Sequence[Standing] = found.get((account.id, region), ())
            worst = min(of, key=_WORST_FIRST.index) if of else "none"
            yield Place(account=account.name, account_id=account.id, region=region, keys=len(of), standing=worst)
