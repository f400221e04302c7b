"""Which condition keys can be sent at all: by the callers, and with the calls of each action."""

from functools import cache, lru_cache

from baseline.iam.condition_keys import is_carried, is_required, of_people, of_services
from baseline.iam.services import describes_an_iam_principal
from baseline.prover.actions import KNOWN
from baseline.prover.callers import BY_CALLER
from baseline.prover.coordinates import ABSENT


@lru_cache(maxsize=1_024)
def carrying(keys: tuple[str, ...]) -> tuple[tuple[tuple[int, ...], int], ...]:
    """The known actions, grouped by which classes of the keys their calls can carry: any, some value, or none."""
    groups: dict[tuple[int, ...], int] = {}
    for i, action in enumerate(KNOWN):
        carries = tuple(_of_action(key, action) for key in keys)
        groups[carries] = groups.get(carries, 0) | 1 << i
    return tuple(groups.items())


def _of_action(key: str, action: str) -> int:
    return ~ABSENT if is_required(key, action) else -1 if is_carried(key, action) else ABSENT


@cache
def is_of_a_person(key: str) -> bool:
    return describes_an_iam_principal(key)


@cache
def possible(key: str, of_service: bool) -> int:
    """The classes of a key that such callers can send: all but the first if they always send it, only it if never.

    What services never send is an assumption of its own (A3), and not made here; keys that follow from an IAM
    principal are tests of the principal itself.
    """
    if key in BY_CALLER and not of_service:
        return -1
    presence = of_services(key) if of_service else of_people(key)
    if presence == "always":
        return ~ABSENT
    return ABSENT if presence == "never" and not of_service else -1
