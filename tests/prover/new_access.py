"""Whether one policy gives what another does not, with every reading and strength, as `policy diff` asks it."""

from baseline.prover.bounds import least, most, read
from baseline.prover.counterexample import COVERED, NOT_COVERED, Counterexample, Policy
from baseline.prover.decide import STRENGTHS, Judge, gained
from baseline.prover.space import Space


def new_access(old: Policy, new: Policy, partition: str) -> Counterexample | None:
    """A request to which the new policy gives, or may give, more than the old one: use, or direct use in place of delegated.

    Decided for both readings of `*`. Raises Unsupported, StepsSpent.
    """
    given, changed = read(old, partition), read(new, partition)
    space = Space(partition, (*given, *changed))
    before, after = Judge(least(given), space), Judge(most(changed), space)
    asked = ((reading, strength) for reading in (COVERED, NOT_COVERED) for strength in STRENGTHS)
    return next(filter(None, (gained(before, after, reading, strength) for reading, strength in asked)), None)
