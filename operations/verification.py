"""What AWS has, held against the Inventory: every account's region at the same time, and whatever one of them refuses."""

from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field

from baseline.drift.expected import ExpectedPlace, expected_places
from baseline.drift.finding import Finding
from baseline.drift.place import find, key_behind
from baseline.errors import WorldError
from baseline.inventory import Inventory
from baseline.lock import KeyIdentity
from baseline.seen import Seen, SeenKey, SeenThings
from live.asking import Denied, NoCredentials, asking
from live.sessions import Sessions
from live.shared_clients import MOST_AT_ONCE
from live.survey import survey
from live.things import read_things
from operations.progress import Counting, Say


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

    Raises WorldError where there are no credentials, or where they expire meanwhile.
    """
    places = [p for p in expected_places(inventory) if not accounts or p.provider.account_id in accounts]
    found = Verification(places=len(places))
    failed: list[tuple[ExpectedPlace, str]] = []
    for place, looked in zip(places, _looked_at(places, sessions, say), strict=True):
        if isinstance(looked, WorldError):
            failed.append((place, _reason(looked)))
        else:
            found.findings += find(place, *looked)
            found.keys |= dict(_behind(place, looked[0]))
            found.expected += len(place.keys) + len(place.kept)
    found.unreachable += _by_account(failed)
    found.calls = sessions.calls
    return found


_Looked = tuple[Seen | None, SeenThings] | WorldError
"""What was seen of keys, None where not even the aliases may be listed, and of features. Or why nothing was seen."""


def _looked_at(places: Sequence[ExpectedPlace], sessions: Sessions, say: Say) -> Sequence[_Looked]:
    """What AWS has in each place, in their order. Raises NoCredentials; whatever is not begun then is never begun."""
    counting = Counting("read", "region", say)
    pool = ThreadPoolExecutor(max(1, min(MOST_AT_ONCE, len(places))))
    try:
        jobs: list[Future[_Looked]] = [pool.submit(_look, sessions, place) for place in places]
        for done, job in enumerate(as_completed(jobs), start=1):
            if isinstance(error := job.result(), NoCredentials):
                raise NoCredentials(f"{error}; {done - 1} of {len(places)} regions of accounts were read", error.help)
            counting(done, len(places))
        return [job.result() for job in jobs]
    finally:
        pool.shutdown(cancel_futures=True)


def _look(sessions: Sessions, place: ExpectedPlace) -> _Looked:
    try:
        with asking(place.provider):
            sessions.enter(place.provider)
        things = read_things(sessions, place.provider, place.things)
        return _survey(sessions, place), things
    except WorldError as error:
        return error


def _survey(sessions: Sessions, place: ExpectedPlace) -> Seen | None:
    try:
        return survey(sessions, place.provider, place.parameters, place.aliases)
    except Denied:
        return None


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


def _reason(error: WorldError) -> str:
    """What AWS said, without the place."""
    return str(error.__cause__ or error)
