"""Every request that contradicts what is claimed, as far as it matters: one for each action that is missing, and one for
each statement that gives what it should not."""

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import replace

from baseline.iam.actions import expand_all
from baseline.iam.request import IamCaller
from baseline.prover.bounds import Bounds
from baseline.prover.claims import Claim, Mode
from baseline.prover.counterexample import Counterexample
from baseline.prover.decide import Answer


def each_beside_the_denies(bounds: Bounds) -> Mapping[str, Bounds]:
    """Every Allow with all Denies, by name: what it gives by itself."""
    denies = tuple(statement for statement in bounds.policy if not statement.is_allow)
    return {allow.name: Bounds((allow, *denies), bounds.space) for allow in bounds.policy if allow.is_allow}


def contradictions(
    bounds: Bounds, alone: Mapping[str, Bounds], claims: Iterable[Claim], first: Counterexample
) -> Iterator[Counterexample]:
    """All but the first: none about a statement, or about a caller and an action, that was told before."""
    told = {_about("never", first), _about("always", first)}
    for claim in claims:
        for answer in _each(bounds, alone, claim, told):
            found = answer.counterexample
            if found and (about := _about(claim.mode, found)) not in told:
                told.add(about)
                yield found


def _each(
    bounds: Bounds, alone: Mapping[str, Bounds], claim: Claim, told: Container[tuple[str, ...]]
) -> Iterator[Answer]:
    if claim.mode == "always":
        actions = expand_all(claim.region.actions) - expand_all(claim.region.not_actions)
        for action in sorted(actions):
            yield bounds.answer(replace(claim, region=replace(claim.region, actions=(action,), not_actions=())))
        return
    for name, of_statement in alone.items():
        if (name,) not in told:
            yield of_statement.answer(claim)


def _about(mode: Mode, found: Counterexample) -> tuple[str, ...]:
    caller = found.request.caller
    if mode == "never":
        return (found.decision.sid or "",)
    return (caller.arn if isinstance(caller, IamCaller) else caller.name, found.request.action)
