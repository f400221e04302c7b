"""What a change of a policy means: who can do what now and could not before, and the other way round."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from baseline.iam.actions import ACTIONS
from baseline.iam.evaluate import Decision, decide
from baseline.iam.reading import PlainPolicy
from baseline.prover.action_groups import ACTION_GROUPS, ENDING_GRANTS
from baseline.prover.bounds import as_read, is_certain, least, most, read, why
from baseline.prover.boxes import Box
from baseline.prover.claims import Threshold
from baseline.prover.counterexample import COVERED, NOT_COVERED, Counterexample, Policy, Reading, decided
from baseline.prover.decide import STRENGTHS, Judge, gained
from baseline.prover.space import ACTION, Space
from baseline.prover.who import Who, everybody

Direction = Literal["gains", "loses"]
LATER = "what KMS may add"
"""In place of a group: the actions that nobody knows yet."""
STAR = "if `*` in an Allow does not cover AWS services; AWS does not document whether it does"


@dataclass(frozen=True, slots=True)
class Example:
    """A request, with what the policy that gives it says, and the other one."""

    given: Counterexample
    otherwise: Decision


@dataclass(frozen=True, slots=True)
class Change:
    """Something that some callers gain or lose."""

    direction: Direction
    who: str
    group: str
    actions: tuple[str, ...]
    """Those of the group."""
    strength: Threshold
    """`direct`: from the policy itself; `may`: as far as IAM policies allow."""
    example: Example
    depends_on: str = ""
    """What is not decided, if the change depends on it; empty: it is certain."""


def difference(
    old: Policy, new: Policy, partition: str, account_id: str, without: Collection[str] = (), region: str = ""
) -> Sequence[Change]:
    """Every change, gains first; none: both mean the same. Raises Unsupported, Undecided.

    Of the actions `without` nothing is said: those that nobody can call on this key. The region is the key's, if known.
    """
    before, after = read(old, partition), read(new, partition)
    asked = list(everybody((*before, *after), partition, account_id))
    space = Space(partition, (*before, *after), [who.region for who in asked], account_id, region)
    known = {**ACTION_GROUPS, "end grants": ENDING_GRANTS}
    known["administer"] = tuple(name for name in known["administer"] if name not in ENDING_GRANTS)
    groups = {group: [name for name in actions if name not in without] for group, actions in known.items()}
    directions: tuple[tuple[Direction, PlainPolicy, PlainPolicy], ...] = (
        ("gains", before, after),
        ("loses", after, before),
    )
    return [c for way, one, two in directions for c in _changes(way, list(_pairs(one, two, space)), asked, groups)]


def _changes(
    direction: Direction, pairs: Sequence["_Pair"], asked: Sequence[Who], groups: Mapping[str, Sequence[str]]
) -> Iterator[Change]:
    """What is certain first, then what more there may be."""
    for who in asked:
        told: set[tuple[str, str]] = set()
        for pair in pairs:
            if pair.reading == COVERED or who.region.kind == "service":
                news = {g: [name for name in names if (g, name) not in told] for g, names in groups.items()}
                for change in list(_of_callers(direction, pair, who, news)):
                    if change.group != LATER or not told:
                        yield change
                    told.update((change.group, action) for action in change.actions)


def _pairs(one: PlainPolicy, two: PlainPolicy, space: Space) -> Iterator["_Pair"]:
    """What the second gives for certain and the first certainly not; then what it may give.

    A statement that is not decided and stands in both means the same in both, whatever that is.
    """
    shared = {s.written for s in one if s.undecided} & {s.written for s in two if s.undecided}
    opaque = tuple(s for s in two if s.written in shared and s.is_allow)
    both = most(opaque)
    one, two = (tuple(s for s in policy if not s.undecided or s.written not in shared) for policy in (one, two))
    is_decided = is_certain((*one, *two)) and not both
    for reading in (COVERED, NOT_COVERED):
        yield _Pair(Judge((*most(one), *both), space), Judge(least(two), space), reading, ())
    if not is_decided:
        undecided = tuple(s for s in (*one, *two) if s.undecided or s.not_principals)
        for reading in (COVERED, NOT_COVERED):
            yield _Pair(Judge(least(one), space), Judge(most(two), space), reading, undecided)
            if both:
                old, new = (*least(one), *both), (*most(two), *both)
                yield _Pair(Judge(old, space), Judge(new, space), reading, (*undecided, *opaque))


@dataclass(frozen=True, slots=True)
class _Pair:
    """Two policies, and what only the second one gives."""

    without: Judge
    giving: Judge
    reading: Reading
    undecided: PlainPolicy
    """What it may depend on. None: it is certain in this reading."""

    def example(self, strength: Threshold, box: Box) -> Example | None:
        found = gained(self.without, self.giving, self.reading, strength, within=box)
        return Example(found, decided(self.without.policy, found.request, self.reading)) if found else None

    def depends_on(self, example: Example) -> str:
        """On what it depends: the statements, of those that are not decided, that may decide the example's request."""
        if not self.undecided:
            return STAR if self.reading == NOT_COVERED else ""
        request = example.given.request
        widest = ((each, as_read(each, each.is_allow)) for each in self.undecided)
        return why(tuple(s for s, read in widest if read and decide((read,), request).effect != "not allowed"))

    def gives_something(self, box: Box) -> bool:
        return any(self.example(strength, box) for strength in STRENGTHS)


def _of_callers(direction: Direction, pair: _Pair, who: Who, groups: Mapping[str, Sequence[str]]) -> Iterator[Change]:
    space = pair.giving.space
    box = space.region(who.region, services_carry_no_account=who.region.kind == "service")
    if box is None or not pair.gives_something(box):
        return
    known = [c for group, actions in groups.items() for c in _of_group(direction, pair, who, group, actions, box)]
    unknown = [name for name in space.actions.names if name not in ACTIONS]
    # What KMS may add comes by the patterns that give known actions too; it is worth a word where it comes alone.
    yield from known or _of_group(direction, pair, who, LATER, unknown, box)


def _of_group(
    direction: Direction, pair: _Pair, who: Who, group: str, actions: Sequence[str], box: Box
) -> Iterator[Change]:
    space = pair.giving.space
    if not pair.gives_something(_only(space, box, actions)):
        return
    found: dict[Threshold, dict[str, Example]] = {"direct": {}, "may": {}}
    for action in actions:
        for strength in STRENGTHS:
            example = pair.example(strength, _only(space, box, [action]))
            if example:
                found[strength][action] = example
                break
    for strength, examples in found.items():
        if examples:
            example = next(iter(examples.values()))
            yield Change(direction, who.label, group, tuple(examples), strength, example, pair.depends_on(example))


def _only(space: Space, box: Box, actions: Sequence[str]) -> Box:
    chosen = sum(1 << i for i, name in enumerate(space.actions.names) if name in actions)
    return (*box[:ACTION], box[ACTION] & chosen, *box[ACTION + 1 :])
