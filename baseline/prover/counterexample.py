"""A request that contradicts a claim: built from the classes, made small, and confirmed by the evaluator."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from baseline.iam.condition_keys import is_required
from baseline.iam.evaluate import NOT_ACROSS_ACCOUNTS, Decision, decide
from baseline.iam.reading import PlainPolicy, PlainStatement
from baseline.iam.request import Request, ServiceCaller
from baseline.prover.boxes import Box, first_point
from baseline.prover.coordinates import ABSENT
from baseline.prover.space import ACTION, CALLER, FIRST_KEY, Space
from baseline.prover.unanswered import Unconfirmed

Policy = Mapping[str, object]


Reading = bool
"""Whether `*` in an Allow covers services that call by their own principal, which AWS does not document for KMS.

In a Deny it does: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html exempts
services there by `aws:PrincipalIsAWSService`.
"""
COVERED, NOT_COVERED = True, False
FOR_NEVER, FOR_ALWAYS = COVERED, NOT_COVERED


@dataclass(frozen=True, slots=True)
class Counterexample:
    """A request, and what the policy says to it."""

    request: Request
    decision: Decision
    without: tuple[str, ...] = ()
    """The condition keys that the claim asks about and that the request lacks, which is why it contradicts the claim."""


Confirmation = Callable[[Request], Decision | None]
"""What the evaluator says to a request, if that contradicts what was claimed."""


def confirmed(space: Space, found: Box, within: Box, judge: Confirmation) -> Counterexample:
    """The smallest request of what was found, or around it within the region asked about. Raises Unconfirmed."""
    point = first_point(found)
    request = _request(space, point)
    decision = judge(request)
    if decision is None:
        raise Unconfirmed(f"the evaluator does not see {request}")
    for i in range(FIRST_KEY, len(point)):
        if point[i] and within[i] & ABSENT and not is_required(space.coordinates[i - FIRST_KEY].key, request.action):
            without = (*point[:i], 0, *point[i + 1 :])
            smaller = _request(space, without)
            if agreed := judge(smaller):
                point, request, decision = without, smaller, agreed
    if decision.notes != (NOT_ACROSS_ACCOUNTS,):  # why each statement does not match is not asked here, and is long
        decision = replace(decision, notes=())
    return Counterexample(request, decision)


def decided(policy: PlainPolicy, request: Request, reading: Reading) -> Decision:
    """What the evaluator says, without the statements that do not count for a service's request in this reading."""
    if not isinstance(request.caller, ServiceCaller):
        return decide(policy, request)
    return decide(tuple(statement for statement in policy if _counts(statement, reading)), request)


def _counts(statement: PlainStatement, reading: Reading) -> bool:
    return "*" not in statement.principals or not statement.is_allow or reading


def _request(space: Space, point: tuple[int, ...]) -> Request:
    caller = space.callers.caller(point[CALLER])
    given = {key.lower() for key in caller.determines}
    context = {
        coordinate.name: coordinate.value(index)
        for coordinate, index in zip(space.coordinates, point[FIRST_KEY:], strict=True)
        if index and coordinate.key not in given
    }
    return Request(caller, space.actions.names[point[ACTION]], context, space.owner)
