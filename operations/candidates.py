"""The keys of AWS that may be meant by places of the Inventory, in all of its accounts and regions."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from baseline.adoption.candidates import Candidate, candidates
from baseline.errors import WorldError
from baseline.inventory import Key, Provider
from baseline.words import count
from live.adoptable import caller
from live.sessions import Sessions
from live.shared_clients import MOST_AT_ONCE
from live.survey import survey
from operations.progress import Say
from operations.project import Project
from operations.unread import Unread


@dataclass(frozen=True, slots=True)
class Listed:
    """What was found in all places."""

    candidates: tuple[Candidate, ...]
    unreachable: tuple[Unread, ...]


def list_candidates(project: Project, sessions: Sessions, say: Say) -> Listed:
    """Look in every place of the Inventory. What may not be looked at is said; one account never ends the look at others."""
    places = [
        (provider, keys)
        for stack in project.inventory.stacks
        for provider in stack.providers
        if (keys := [key for key in stack.keys if key.provider == provider.alias])
    ]

    def look(place: tuple[Provider, Sequence[Key]]) -> tuple[Candidate, ...] | Unread:
        provider, keys = place
        try:
            seen = survey(sessions, provider, [], [key.alias for key in keys])
            deployer = caller(sessions, provider)
        except WorldError as error:
            return Unread(keys[0].account, provider.region, str(error))
        for missed in seen.not_looked_for:
            say(f"note: {keys[0].account} {provider.region}: could not look for {missed}")
        return tuple(candidates(keys, seen, provider.tags["namespace"], deployer, project.lock.adopted))

    say(f"looking at {count(len(places), 'region')} of accounts")
    with ThreadPoolExecutor(MOST_AT_ONCE) as pool:
        found = list(pool.map(look, places))
    return Listed(
        tuple(one for of in found if not isinstance(of, Unread) for one in of),
        tuple(of for of in found if isinstance(of, Unread)),
    )
