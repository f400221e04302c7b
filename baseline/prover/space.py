"""The requests that one question is about: the coordinates, and statements and regions as boxes in them.

Every predicate of the policies and of the claims is collected first, so that no class mixes values that one of
them tells apart.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from baseline.iam.condition_keys import is_carried, of_people, of_services
from baseline.iam.reading import PlainCondition, PlainStatement
from baseline.iam.services import describes_an_iam_principal
from baseline.prover.actions import KNOWN, actions
from baseline.prover.boxes import Box
from baseline.prover.callers import (
    BY_CALLER,
    IS_SERVICE_KEY,
    ROOT_USER,
    Person,
    callers,
    is_account,
    named,
    person_tests,
    service_is_held_to,
)
from baseline.prover.claims import Requests
from baseline.prover.condition_tests import check_fits
from baseline.prover.coordinates import ABSENT, coordinate
from baseline.prover.globs import TextTest

CALLER, ACTION, FIRST_KEY = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Reach:
    """A statement as boxes: what it gives or takes directly, by delegation to IAM, and of services."""

    statement: PlainStatement
    direct: Box | None
    delegated: Box | None
    services: Box | None
    is_everyone: bool
    """Its principal is `*`. Whether that covers services is not documented, so it is read both ways."""


class Space:
    """The coordinates of requests, for these statements and regions."""

    def __init__(self, partition: str, statements: Sequence[PlainStatement], regions: Iterable[Requests] = ()) -> None:
        self.partition = partition
        self.statements = tuple(s for s in statements if not s.missing)
        self.regions = tuple(dict.fromkeys(regions))
        self.coordinates = tuple(coordinate(key, tests) for key, tests in sorted(self._by_key().items()))
        self.at = {c.key: FIRST_KEY + i for i, c in enumerate(self.coordinates)}
        patterns = [a for statement in self.statements for a in statement.actions]
        patterns += [a for region in self.regions for a in (*region.actions, *region.not_actions)]
        self.actions = actions(tuple(dict.fromkeys(patterns)))
        self.callers = callers(partition, tuple(self._persons()), tuple(self._names()))
        full = [self.callers.people | self.callers.services, self.actions.everything]
        self.everything: Box = (*full, *(c.everything for c in self.coordinates))
        self._of_people, self._of_services = self._sent(of_service=False), self._sent(of_service=True)

    def _by_key(self) -> dict[str, tuple[PlainCondition, ...]]:
        """The conditions on every key that is a coordinate of its own: for services, all of them are."""
        found: dict[str, dict[PlainCondition, None]] = {}
        for statement in self.statements:
            reaches_services = "*" in statement.principals or statement.services
            for condition in statement.conditions:
                check_fits(condition)
                key = condition.key.lower()
                if key != IS_SERVICE_KEY and (key not in BY_CALLER or reaches_services):
                    found.setdefault(key, {})[condition] = None
        for region in self.regions:
            for condition in region.conditions:
                if region.kind == "service" or condition.key.lower() not in BY_CALLER:
                    found.setdefault(condition.key.lower(), {})[condition] = None
        return {key: tuple(conditions) for key, conditions in found.items()}

    def _persons(self) -> Iterable[Person]:
        """Every test of an IAM principal, once."""
        found = {ROOT_USER: None}
        for statement in self.statements:
            found.update((named(p, self.partition), None) for p in statement.principals if p != "*")
        conditions = [c for statement in self.statements for c in statement.conditions]
        conditions += [c for region in self.regions for c in region.conditions]
        for condition in dict.fromkeys(conditions):
            found.update((p, None) for p in person_tests(condition, self.partition) if p is not None)
        return found

    def _names(self) -> Iterable[TextTest]:
        """Every test of a service's name, once."""
        found = dict.fromkeys(_exactly(name) for statement in self.statements for name in statement.services)
        for region in self.regions:
            found.update((_like(name), None) for name in (*region.services, *region.not_services))
        return found

    def reach(self, statement: PlainStatement) -> Reach:
        """A statement in these coordinates."""
        is_everyone = "*" in statement.principals
        direct, delegated = self._people_of(statement)
        sides = self._sides(statement, of_service=False)
        directly, by_delegation = _box(direct & sides[CALLER], sides), _box(delegated & sides[CALLER], sides)
        if not (is_everyone or statement.services):
            return Reach(statement, directly, by_delegation, None, is_everyone)
        served = self.callers.services
        if not is_everyone:
            served = self.callers.served(map(_exactly, statement.services))
        sides = self._sides(statement, of_service=True)
        return Reach(statement, directly, by_delegation, _box(served & sides[CALLER], sides), is_everyone)

    def _people_of(self, statement: PlainStatement) -> tuple[int, int]:
        """The IAM principals that the Principal element covers, directly and by delegation."""
        if "*" in statement.principals:
            return self.callers.people, 0
        direct = delegated = 0
        root = self.callers.covered(ROOT_USER)
        for principal in statement.principals:
            covered = self.callers.covered(named(principal, self.partition))
            if is_account(principal):
                direct |= covered & root
                delegated |= covered & ~root
            else:
                direct |= covered
        return direct, delegated & ~direct

    def _sides(self, part: PlainStatement | Requests, of_service: bool) -> list[int]:
        """The box of its actions and conditions, for IAM principals or for services."""
        sides = list(self._of_services if of_service else self._of_people)
        sides[ACTION] = self.actions.mask(part.actions)
        for condition in part.conditions:
            key = condition.key.lower()
            if key == IS_SERVICE_KEY and of_service:
                sides[CALLER] &= -1 if service_is_held_to(condition) else 0
            elif key in BY_CALLER and not of_service:
                sides[CALLER] &= self.callers.holding(condition)
            elif key in self.at:
                sides[self.at[key]] &= self.coordinates[self.at[key] - FIRST_KEY].mask(condition)
        return sides

    def _sent(self, of_service: bool) -> Box:
        """What can be sent at all: no key that such callers never send, and every key that they always send."""
        keys = (_possible(c.key, of_service) & c.everything for c in self.coordinates)
        return (*self.everything[:FIRST_KEY], *keys)

    def region(self, region: Requests, services_carry_no_account: bool) -> Box | None:
        """A region in these coordinates; None if it is empty. With assumption A3, services lack the caller's keys."""
        sides = self._sides(region, of_service=region.kind == "service")
        sides[ACTION] &= ~self.actions.mask(region.not_actions)
        if region.kind == "iam":
            return _box(self.callers.people & sides[CALLER], sides)
        chosen = self.callers.services
        if region.services:
            chosen &= self.callers.served(map(_like, region.services))
        if region.not_services:
            chosen &= ~self.callers.served(map(_like, region.not_services))
        box = _box(chosen & sides[CALLER], sides)
        return self.of_service_alone(box) if box and services_carry_no_account else box

    def of_service_alone(self, box: Box) -> Box | None:
        """A box of services without the keys of IAM principals (assumption A3)."""
        keys = [
            mask & (ABSENT if _is_of_a_person(c.key) else -1)
            for c, mask in zip(self.coordinates, box[FIRST_KEY:], strict=True)
        ]
        return (*box[:FIRST_KEY], *keys) if all(keys) else None

    def real(self, box: Box) -> Iterator[Box]:
        """What of the box can be sent: keys as the actions carry them, and services without those of IAM principals."""
        if box[CALLER] & self.callers.services:
            alone = self.of_service_alone(box)
            if alone is None:
                return
            box = alone
        yield from self.carried(box)
        unknown = box[ACTION] & ~self.actions.known
        if unknown:
            yield (box[CALLER], unknown, *box[FIRST_KEY:])

    def carried(self, box: Box) -> Iterator[Box]:
        """The box, in parts: each known action with the keys that its calls carry, and without the others."""
        for carries, actions_alike in _carrying(tuple(c.key for c in self.coordinates)):
            chosen = box[ACTION] & actions_alike
            if chosen:
                keys = [m if carried else m & ABSENT for m, carried in zip(box[FIRST_KEY:], carries, strict=True)]
                if all(keys):
                    yield (box[CALLER], chosen, *keys)


def _box(chosen: int, sides: Sequence[int]) -> Box | None:
    box = (chosen, *sides[ACTION:])
    return box if all(box) else None


def _exactly(name: str) -> TextTest:
    return TextTest("equal", name)


def _like(name: str) -> TextTest:
    return TextTest("like" if "*" in name else "equal", name)


@lru_cache(maxsize=1_024)
def _carrying(keys: tuple[str, ...]) -> tuple[tuple[tuple[bool, ...], int], ...]:
    """The known actions, grouped by which of the keys their calls carry."""
    groups: dict[tuple[bool, ...], int] = {}
    for i, action in enumerate(KNOWN):
        carries = tuple(is_carried(key, action) for key in keys)
        groups[carries] = groups.get(carries, 0) | 1 << i
    return tuple(groups.items())


@cache
def _is_of_a_person(key: str) -> bool:
    return describes_an_iam_principal(key)


@cache
def _possible(key: str, of_service: bool) -> int:
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
