"""What AWS has, held against the Inventory: every account's region at the same time, and whatever one of them refuses."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field

from baseline.drift.expected import ExpectedPlace, expected_places
from baseline.drift.finding import Finding
from baseline.drift.place import find, key_behind
from baseline.inventory import Inventory
from baseline.lock import KeyIdentity
from baseline.seen import Seen, SeenKey, SeenThings
from live.asking import NoCredentials
from live.sessions import Sessions
from operations.progress import Counting, Say
from operations.reading_places import read_places


@dataclass(frozen=True, slots=True)
class Unreachable:
    """An account that could not be entered, or not be read, in these regions."""

    account: str
    account_id: str
    regions: tuple[str, ...]
    problem: str


@dataclass(slots=True)
class Verification:
    """What was found."""

    findings: list[Finding] = field(default_factory=list)
    """By account in the order of the stacks, region and key."""
    unreachable: list[Unreachable] = field(default_factory=list)
    keys: dict[KeyIdentity, SeenKey] = field(default_factory=dict)
    """What AWS has in the place of the Inventory's keys."""
    expected: int = 0
    """How many keys should be there where AWS could be read."""
    places: int = 0
    """How many regions of accounts were to be read."""
    calls: int = 0


def verify(inventory: Inventory, sessions: Sessions, say: Say, accounts: Collection[str] = ()) -> Verification:
    """Hold everything in these accounts, by ID, against what AWS has; no accounts: all of them.

    Raises NoCredentials where there are none, or where they expire meanwhile.
    """
    places = [p for p in expected_places(inventory) if not accounts or p.provider.account_id in accounts]
    found = Verification(places=len(places))
    failed: list[tuple[ExpectedPlace, str]] = []
    for place, looked in zip(places, _looked_at(places, sessions, say), strict=True):
        if isinstance(looked, str):
            failed.append((place, looked))
        else:
            found.findings += find(place, *looked)
            found.keys |= dict(_behind(place, looked[0]))
            found.expected += len(place.keys) + len(place.kept)
    found.unreachable += _by_account(failed)
    found.calls = sessions.calls
    return found


def _looked_at(
    places: Sequence[ExpectedPlace], sessions: Sessions, say: Say
) -> list[tuple[Seen | None, SeenThings] | str]:
    """What AWS has in each place, in their order, or why that is not known. Raises NoCredentials."""
    counting = Counting("read", "region", say)
    looked: dict[int, tuple[Seen | None, SeenThings] | str] = {}
    with closing(read_places(sessions, places)) as reading:
        for number, found in reading:
            if isinstance(found, NoCredentials):
                raise NoCredentials(
                    f"{found}; {len(looked)} of {len(places)} regions of accounts were read", found.help
                )
            looked[number] = found
            counting(len(looked), len(places))
    return [looked[number] for number in range(len(places))]


def _behind(place: ExpectedPlace, seen: Seen | None) -> Iterator[tuple[KeyIdentity, SeenKey]]:
    for key in place.keys:
        if seen and (found := key_behind(key, place.namespace, seen)):
            yield key.locked.key, found


def _by_account(failed: Sequence[tuple[ExpectedPlace, str]]) -> Iterator[Unreachable]:
    regions: dict[tuple[str, str, str], list[str]] = {}
    for place, problem in failed:
        regions.setdefault((place.account, place.provider.account_id, problem), []).append(place.provider.region)
    for (account, account_id, problem), of in regions.items():
        yield Unreachable(account, account_id, tuple(of), problem)
