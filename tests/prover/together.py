"""A policy and its mutants of one statement, held to the same claims: read, and set in coordinates, once.

The coordinates tell apart what any of the policies tells apart, so each claim gets the verdict that it gets in the
coordinates of one policy alone; the tests that use this hold some of them against the whole proof.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from baseline.iam.reading import PlainPolicy, PlainStatement
from baseline.prover.bounds import Bounds, least, most, read
from baseline.prover.claims import of_today
from baseline.prover.counterexample import COVERED, NOT_COVERED
from baseline.prover.decide import STRENGTHS, Judge, gained
from baseline.prover.judgements import PUBLIC, none_is_public
from baseline.prover.properties import Property
from baseline.prover.space import Space
from baseline.prover.subject import Subject
from tests.prover.mutants import Mutant

Policy = Mapping[str, Any]


def by_statement(mutants: Iterable[Mutant]) -> Iterator[list[Mutant]]:
    """The mutants of each statement."""
    return (list(of_one) for _, of_one in groupby(mutants, key=lambda mutant: mutant.change.partition(": ")[0]))


class Reader:
    """Reads each statement once: mutants share all but one."""

    def __init__(self, partition: str) -> None:
        self._partition = partition
        self._known: dict[int, tuple[object, PlainStatement]] = {}  # by identity, with what it is the identity of

    def statements(self, policy: Policy) -> PlainPolicy:
        for written in policy["Statement"]:
            if id(written) not in self._known:
                [plain] = read({**policy, "Statement": [written]}, self._partition)
                self._known[id(written)] = written, plain
        return tuple(self._known[id(written)][1] for written in policy["Statement"])


class Together:
    """Policies, and a key of whose policy the properties claim something. Raises Unsupported.

    `as_found`: as it is asked of policies of others, of the actions of today.
    """

    def __init__(
        self, subject: Subject, properties: Sequence[Property], policies: Iterable[PlainPolicy], as_found: bool = False
    ) -> None:
        asked = {entry.id: tuple(entry.claims(subject)) for entry in properties}
        self._asked = {name: tuple(map(of_today, claims)) if as_found else claims for name, claims in asked.items()}
        self._order = list(self._asked)
        statements = {id(statement): statement for policy in policies for statement in policy}
        regions = [claim.region for of_entry in self._asked.values() for claim in of_entry]
        place = subject.place
        self._space = Space(place.partition, tuple(statements.values()), regions, place.account_id, place.region)

    def caught_by(self, policy: PlainPolicy) -> str:
        """A property that is violated; else one that is not decided, as `NAME: unsupported`; empty if all hold."""
        bounds, not_decided = Bounds(policy, self._space), ""
        for name in self._order:
            for claim in self._asked[name]:
                verdict = bounds.answer(claim).verdict
                if verdict == "fails":
                    self._order.remove(name)
                    self._order.insert(0, name)  # it will catch the next one too
                    return name
                if verdict != "holds":
                    not_decided = not_decided or f"{name}: {verdict}"
        return PUBLIC.id if none_is_public(policy).verdict == "fails" else not_decided

    def adds_access(self, old: PlainPolicy, new: PlainPolicy) -> bool:
        """Whether the new policy gives, or may give, more than the old one, as `new_access` has it."""
        before, after = Judge(least(old), self._space), Judge(most(new), self._space)
        asked = ((reading, strength) for reading in (COVERED, NOT_COVERED) for strength in STRENGTHS)
        return any(gained(before, after, reading, strength) for reading, strength in asked)
