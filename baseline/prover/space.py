"""The requests that one question is about: the coordinates, and statements and regions as boxes in them.

Every predicate of the policies and of the claims is collected first, so that no class mixes values that one of
them tells apart.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from baseline.iam.actions import CROSS_ACCOUNT
from baseline.iam.condition_keys import condition_key
from baseline.iam.reading import PlainCondition, PlainStatement
from baseline.prover.actions import KNOWN, actions
from baseline.prover.boxes import Box
from baseline.prover.callers import BY_CALLER, BY_KIND, IS_SERVICE_KEY, SERVICE_NAME_KEY, callers, service_is_held_to
from baseline.prover.claims import Requests
from baseline.prover.condition_tests import check_fits, condition, holds_without, tests_of
from baseline.prover.coordinates import ABSENT, coordinate
from baseline.prover.globs import TextTest
from baseline.prover.persons import ROOT_USER, Person, named, person_tests
from baseline.prover.principals import exactly, people_of, spared_by
from baseline.prover.sending import carrying, is_of_a_person, possible

CALLER, ACTION, FIRST_KEY = 0, 1, 2
_AT_HOME = tuple(name for name in KNOWN if name not in CROSS_ACCOUNT)
"""What KMS honours for principals of the key's own account alone."""


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

    def __init__(
        self,
        partition: str,
        statements: Sequence[PlainStatement],
        regions: Iterable[Requests] = (),
        owner: str = "",
        region: str = "",
    ) -> None:
        self.partition = partition
        self.owner = owner
        """The account of the key; empty: not known."""
        self.constants = {"account": owner, "region": region}
        self.statements = tuple(s for s in statements if not s.missing)
        self.regions = tuple(dict.fromkeys(regions))
        self.coordinates = tuple(coordinate(key, tests) for key, tests in sorted(self._by_key().items()))
        self.at = {c.key: FIRST_KEY + i for i, c in enumerate(self.coordinates)}
        patterns = [a for statement in self.statements for a in (*statement.actions, *statement.not_actions)]
        patterns += [a for region in self.regions for a in (*region.actions, *region.not_actions)]
        self.actions = actions(tuple(dict.fromkeys(patterns)))
        self.callers = callers(partition, tuple(self._persons()), tuple(self._names()))
        full = [self.callers.people | self.callers.services, self.actions.everything]
        self.everything: Box = (*full, *(c.everything for c in self.coordinates))
        self._of_people, self._of_services = self._sent(of_service=False), self._sent(of_service=True)
        self.abroad = list(self._abroad())
        # By identity, which lasts as long as what is remembered holds the object.
        self._reaches: dict[int, Reach] = {}
        self._regions: dict[tuple[int, bool], tuple[Requests, Box | None]] = {}

    def _conditions(self) -> Iterator[tuple[PlainCondition, bool]]:
        """Every condition, and whether it can meet a service's request."""
        for statement in self.statements:
            for test in statement.conditions:
                yield test, "*" in statement.principals or statement.services != ()
        for region in self.regions:
            for test in region.conditions:
                yield test, region.kind == "service"

    def _by_key(self) -> dict[str, tuple[PlainCondition, ...]]:
        """The conditions on every key that is a coordinate of its own: for services, all of them are."""
        found: dict[str, dict[PlainCondition, None]] = {}
        for test, meets_services in self._conditions():
            check_fits(test)
            key = test.key.lower()
            if key not in BY_KIND and (key not in BY_CALLER or meets_services):
                found.setdefault(key, {})[test] = None
        for key, tests in found.items():
            tests.update((is_constant, None) for is_constant in self._constant(key))
        return {key: tuple(conditions) for key, conditions in found.items()}

    def _constant(self, key: str) -> Iterator[PlainCondition]:
        """That the key has the one value that it has in every request to this key, if it is such a key and is known."""
        value = self.constants.get(condition_key(key).constant)
        if value:
            yield condition("StringEquals", key, value)

    def _persons(self) -> Iterable[Person]:
        """Every test of an IAM principal, once."""
        found = {ROOT_USER: None, **({Person(exactly(self.owner)): None} if self.owner else {})}
        for statement in self.statements:
            for principal in (*statement.principals, *statement.not_principals):
                if principal != "*":
                    found.update((person, None) for person in named(principal, self.partition))
        for test, _ in self._conditions():
            found.update((person, None) for person in person_tests(test, self.partition))
        return found

    def _names(self) -> Iterable[TextTest]:
        """Every test of a service's name, once."""
        found = dict.fromkeys(exactly(n) for s in self.statements for n in (*s.services, *s.not_services))
        for region in self.regions:
            found.update((_like(name), None) for name in (*region.services, *region.not_services))
        for test, _ in self._conditions():
            if test.key.lower() == SERVICE_NAME_KEY:
                found.update((name, None) for name in tests_of(test))
        return found

    def _abroad(self) -> Iterator[Box]:
        """What KMS honours for nobody of another account, whatever the policy gives."""
        others = self.callers.people & ~self.callers.covered(Person(exactly(self.owner))) if self.owner else 0
        if others:
            yield (others, self.actions.mask(_AT_HOME), *self.everything[FIRST_KEY:])

    def reach(self, statement: PlainStatement) -> Reach:
        """A statement in these coordinates."""
        known = self._reaches.get(id(statement))
        if known is None:
            known = self._reaches[id(statement)] = self._reach(statement)
        return known

    def _reach(self, statement: PlainStatement) -> Reach:
        is_everyone = "*" in statement.principals
        direct, delegated = people_of(statement, self.callers)
        spared = spared_by(statement, self.callers)
        sides = self._sides(statement, of_service=False)
        directly, by_delegation = (_box(who & ~spared & sides[CALLER], sides) for who in (direct, delegated))
        if not (is_everyone or statement.services):
            return Reach(statement, directly, by_delegation, None, is_everyone)
        served = self.callers.services
        if not is_everyone:
            served = self.callers.served(map(exactly, statement.services))
        sides = self._sides(statement, of_service=True)
        return Reach(statement, directly, by_delegation, _box(served & ~spared & sides[CALLER], sides), is_everyone)

    def _sides(self, part: PlainStatement | Requests, of_service: bool) -> list[int]:
        """The box of its actions and conditions, for IAM principals or for services."""
        sides = list(self._of_services if of_service else self._of_people)
        sides[ACTION] = self.actions.mask(part.actions) & ~self.actions.mask(part.not_actions)
        for test in part.conditions:
            key = test.key.lower()
            if key == IS_SERVICE_KEY and of_service:
                sides[CALLER] &= -1 if service_is_held_to(test) else 0
            elif key == SERVICE_NAME_KEY:
                sides[CALLER] &= self.callers.serving(test) if of_service else -holds_without(test)
            elif key in BY_CALLER and not of_service:
                sides[CALLER] &= self.callers.holding(test)
            elif key in self.at:
                sides[self.at[key]] &= self.coordinates[self.at[key] - FIRST_KEY].mask(test)
        return sides

    def _sent(self, of_service: bool) -> Box:
        """What can be sent at all: no key that such callers never send, and every key that they always send."""
        keys = []
        for each in self.coordinates:
            classes = possible(each.key, of_service) & each.everything
            for is_constant in self._constant(each.key):
                classes &= each.mask(is_constant)
            keys.append(classes)
        return (*self.everything[:FIRST_KEY], *keys)

    def region(self, region: Requests, services_carry_no_account: bool) -> Box | None:
        """A region in these coordinates; None if it is empty. With assumption A3, services lack the caller's keys."""
        known = self._regions.get((id(region), services_carry_no_account))
        if known is None:
            known = region, self._region(region, services_carry_no_account)
            self._regions[id(region), services_carry_no_account] = known
        return known[1]

    def _region(self, region: Requests, services_carry_no_account: bool) -> Box | None:
        sides = self._sides(region, of_service=region.kind == "service")
        sides[ACTION] &= -1 if region.later else self.actions.known
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
            mask & (ABSENT if is_of_a_person(c.key) else -1)
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
        yield from self.sendable(box)

    def sendable(self, box: Box) -> Iterator[Box]:
        """The box, in parts: known actions with the keys that their calls carry, others with any."""
        yield from self.carried(box)
        unknown = box[ACTION] & ~self.actions.known
        if unknown:
            yield (box[CALLER], unknown, *box[FIRST_KEY:])

    def carried(self, box: Box) -> Iterator[Box]:
        """The box, in parts: each known action with the keys that its calls carry or may carry, and without the others."""
        for carries, actions_alike in carrying(tuple(c.key for c in self.coordinates)):
            chosen = box[ACTION] & actions_alike
            if chosen:
                keys = [mask & classes for mask, classes in zip(box[FIRST_KEY:], carries, strict=True)]
                if all(keys):
                    yield (box[CALLER], chosen, *keys)


def _box(chosen: int, sides: Sequence[int]) -> Box | None:
    box = (chosen, *sides[ACTION:])
    return box if all(box) else None


def _like(name: str) -> TextTest:
    return TextTest("like" if "*" in name else "equal", name)
