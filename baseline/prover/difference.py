"""What a change of a policy means: who can do what now and could not before, and the other way round."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from baseline.iam.actions import ACTIONS
from baseline.iam.evaluate import Decision
from baseline.prover.action_groups import ACTION_GROUPS, ENDING_GRANTS
from baseline.prover.boxes import Box
from baseline.prover.claims import Threshold
from baseline.prover.counterexample import COVERED, NOT_COVERED, Counterexample, Policy, decided
from baseline.prover.decide import STRENGTHS, Judge, gained, read
from baseline.prover.space import ACTION, Space
from baseline.prover.who import Who, everybody

Direction = Literal["gains", "loses"]
LATER = "what KMS may add"
"""In place of a group: the actions that nobody knows yet."""


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


def difference(
    old: Policy, new: Policy, partition: str, account_id: str, without: Collection[str] = ()
) -> Sequence[Change]:
    """Every change, gains first; none: both mean the same. Raises Unsupported, Undecided.

    Of the actions `without` nothing is said: those that nobody can call on this key.
    """
    before, after = read(old), read(new)
    asked = list(everybody((*before, *after), partition, account_id))
    space = Space(partition, (*before, *after), [who.region for who in asked])
    was, is_now = Judge(before, space), Judge(after, space)
    pairs: tuple[tuple[Direction, _Pair], ...] = (("gains", _Pair(was, is_now)), ("loses", _Pair(is_now, was)))
    known = {**ACTION_GROUPS, "end grants": ENDING_GRANTS}
    known["administer"] = tuple(name for name in known["administer"] if name not in ENDING_GRANTS)
    groups = {group: [name for name in actions if name not in without] for group, actions in known.items()}
    return [c for direction, pair in pairs for who in asked for c in _of_callers(direction, pair, who, groups)]


@dataclass(frozen=True, slots=True)
class _Pair:
    """Two policies, and what only the second one gives."""

    without: Judge
    giving: Judge

    def example(self, strength: Threshold, box: Box) -> Example | None:
        for reading in (COVERED, NOT_COVERED):
            found = gained(self.without, self.giving, reading, strength, within=box)
            if found:
                return Example(found, decided(self.without.policy, found.request, reading))
        return None

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
            yield Change(direction, who.label, group, tuple(examples), strength, next(iter(examples.values())))


def _only(space: Space, box: Box, actions: Sequence[str]) -> Box:
    chosen = sum(1 << i for i, name in enumerate(space.actions.names) if name in actions)
    return (*box[:ACTION], box[ACTION] & chosen, *box[ACTION + 1 :])
