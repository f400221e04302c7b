"""Deciding claims about one policy, and comparing two."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Literal, NamedTuple

from baseline.iam.evaluate import Decision
from baseline.iam.reading import PlainPolicy, PlainStatement
from baseline.iam.request import Request
from baseline.prover.boxes import Box, Steps, meet, survivor
from baseline.prover.claims import Claim, Requests, Threshold
from baseline.prover.counterexample import (
    COVERED,
    FOR_ALWAYS,
    FOR_NEVER,
    Confirmation,
    Counterexample,
    Reading,
    confirmed,
    decided,
)
from baseline.prover.space import Reach, Space
from baseline.prover.unanswered import StepsSpent, Unsupported

STRENGTHS: tuple[Threshold, ...] = ("direct", "may")
NONE = "no request for {} is allowed, whatever it sends"
Verdict = Literal["holds", "fails", "unsupported", "undecided"]


class Answer(NamedTuple):
    """What was found out about one claim."""

    verdict: Verdict
    needs_a3: bool = False
    """It holds, but only as services carry no account of a customer (assumption A3)."""
    counterexample: Counterexample | None = None
    reason: str = ""
    """Why there is no answer, or no counterexample."""
    sid: str | None = None
    """The statement that is meant where there is no counterexample."""


class Judge:
    """One policy in the coordinates of a space. Raises Unsupported."""

    def __init__(self, policy: PlainPolicy, space: Space) -> None:
        self.policy = policy
        self.space = space
        reaches = [space.reach(statement) for statement in policy if not statement.missing]
        self.allows = [reach for reach in reaches if reach.statement.is_allow]
        self.denies = [reach for reach in reaches if not reach.statement.is_allow]
        self.denied = [*space.abroad, *boxes(self.denies, COVERED)]

    def answer(self, claim: Claim) -> Answer:
        """The verdict on one claim: without assumption A3 where that is enough."""
        if claim.mode == "some":
            given = self.gives_some(claim.region, claim.strength)
            return Answer(
                "holds" if given else "fails", reason="" if given else NONE.format(", ".join(claim.region.actions))
            )
        try:
            found = self.against(claim, with_a3=False)
            needs_a3 = found is not None and claim.region.kind == "service"
            if needs_a3:
                found = self.against(claim, with_a3=True)
        except StepsSpent as error:
            return Answer("undecided", reason=str(error))
        except Unsupported as error:
            return Answer("unsupported", reason=str(error))
        if found is None:
            return Answer("holds", needs_a3)
        reading = FOR_NEVER if claim.mode == "never" else FOR_ALWAYS
        judge = self._confirmation(reading, claim.strength, wanted=claim.mode == "never")
        shown = confirmed(self.space, found.box, found.within, judge)
        if claim.mode == "never":
            shown = replace(shown, without=_absent(claim.region, shown.request))
        return Answer("fails", counterexample=shown)

    def against(self, claim: Claim, with_a3: bool) -> "Contradiction | None":
        """Requests that contradict the claim, not yet confirmed."""
        region = self.space.region(claim.region, with_a3)
        if claim.mode == "never":
            return None if region is None else self._allowed_in(region, claim.strength)
        envelopes = list(self.space.carried(region)) if region else []
        if not envelopes:
            raise Unsupported("no request is asked about, so the claim would hold of any policy")
        return next(filter(None, (self._refused_in(envelope, claim.strength) for envelope in envelopes)), None)

    def _allowed_in(self, region: Box, strength: Threshold) -> "Contradiction | None":
        steps = Steps()
        for allow in boxes(self.allows, FOR_NEVER, strength):
            part = meet(region, allow)
            if part and survivor(part, self.denied, steps):
                # Only now it counts which condition keys the calls of each action carry.
                for sent in self.space.sendable(part):
                    if left := survivor(sent, self.denied, steps):
                        return Contradiction(left, region)
        return None

    def gives_some(self, asked: Requests, strength: Threshold) -> bool:
        """Whether some request of the region that can be sent is allowed; a service carries no customer's account (A3)."""
        region = self.space.region(asked, services_carry_no_account=True)
        return region is not None and any(self._allowed_in(part, strength) for part in self.space.carried(region))

    def _refused_in(self, envelope: Box, strength: Threshold) -> "Contradiction | None":
        denied = next(filter(None, (meet(envelope, deny) for deny in self.denied)), None)
        left = denied or survivor(envelope, boxes(self.allows, FOR_ALWAYS, strength), Steps())
        return Contradiction(left, envelope) if left else None

    def _confirmation(self, reading: Reading, strength: Threshold, wanted: bool) -> Confirmation:
        def judge(request: Request) -> Decision | None:
            decision = decided(self.policy, request, reading)
            return decision if gives(decision, strength) == wanted else None

        return judge

    def idle(self) -> Iterator[PlainStatement]:
        """The Allows without which the policy allows the same. (Services are taken to be covered by `*`.)"""
        for reach in self.allows:
            others = [other for other in self.allows if other is not reach]
            if not any(self._adds(reach, others, strength) for strength in STRENGTHS):
                yield reach.statement

    def _adds(self, reach: Reach, others: Sequence[Reach], strength: Threshold) -> bool:
        covered = [*self.denied, *boxes(others, COVERED, strength)]
        sent = (part for own in boxes([reach], COVERED, strength) for part in self.space.sendable(own))
        return any(survivor(part, covered, Steps()) for part in sent)


def _absent(region: Requests, request: Request) -> tuple[str, ...]:
    given = request.values()
    return tuple(dict.fromkeys(test.key for test in region.conditions if test.key.lower() not in given))


class Contradiction(NamedTuple):
    """Requests that contradict a claim, and all that the claim is about."""

    box: Box
    within: Box


def gained(
    before: Judge,
    after: Judge,
    reading: Reading,
    strength: Threshold,
    within: Box | None = None,
) -> Counterexample | None:
    """A request, within the box if there is one, that only the second policy gives with this strength.

    Of those that can be sent: keys as the actions carry them, assumption A3. Both judge in the same space. Raises StepsSpent.
    """

    def judge(request: Request) -> Decision | None:
        old, new = (decided(judge.policy, request, reading) for judge in (before, after))
        return new if gives(new, strength) and not gives(old, strength) else None

    steps = Steps()
    old_allows, denied = list(boxes(before.allows, reading, strength)), set(after.denied)
    no_longer_denied = [deny for deny in boxes(before.denies, COVERED) if deny not in denied]
    for box in boxes(after.allows, reading, strength):
        is_new, part = box not in old_allows, meet(within, box) if within else box
        for allow in after.space.real(part) if part else ():
            newly_allowed = survivor(allow, [*after.denied, *old_allows], steps) if is_new else None
            for found in filter(None, (newly_allowed, *(meet(allow, deny) for deny in no_longer_denied))):
                if left := survivor(found, after.denied, steps):
                    return confirmed(after.space, left, left, judge)
    return None


def gives(decision: Decision, strength: Threshold) -> bool:
    """Whether the evaluator's decision gives at least this strength."""
    return decision.strength == "direct" or (strength == "may" and decision.effect == "allowed")


def boxes(reaches: Iterable[Reach], everyone_covers_services: bool, strength: Threshold = "may") -> Iterator[Box]:
    """The boxes of statements: those of services too, those of delegation unless only direct ones are asked for."""
    for reach in reaches:
        if reach.direct:
            yield reach.direct
        if reach.delegated and strength == "may":
            yield reach.delegated
        if reach.services and (everyone_covers_services or not reach.is_everyone):
            yield reach.services
