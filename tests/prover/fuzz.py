"""Differential fuzzing: the prover, the evaluator and z3 on random policies, with everything that the model knows.

    python -m tests.prover.fuzz [POLICIES] [FIRST]

The prover's counterexamples are confirmed by the evaluator before they are told; what holds is attacked with aimed
requests; z3 is asked about each fiftieth policy. Prints the seeds of disagreements, and fails if there is one.
"""

import sys
import time
from collections import Counter
from random import Random

from baseline.prover.bounds import prove
from baseline.prover.claims import Claim, Threshold, always, never
from baseline.prover.counterexample import FOR_ALWAYS, FOR_NEVER, decided
from baseline.prover.decide import gives
from tests.prover import random_policies
from tests.prover.meanings import carries_no_account, meanings_of
from tests.prover.z3_model import opinion

Z3_OF = 50
REQUESTS = 8
STRENGTHS: tuple[Threshold, ...] = ("direct", "may")


def disagreement(seed: int, with_z3: bool = False) -> tuple[str, str]:
    """The verdict on one claim about one policy, and who says otherwise; empty: nobody."""
    chance = Random(seed)
    policy = random_policies.policy(chance)
    ask, strength = chance.choice((never, always)), chance.choice(STRENGTHS)
    of_a_statement = chance.random() < 0.7
    region = random_policies.region_within(chance, policy) if of_a_statement else random_policies.region(chance)
    claim = ask(strength, region)
    [answer] = prove(policy, "aws", [claim], random_policies.OURS)
    if with_z3 and answer.verdict in ("holds", "fails"):
        other = opinion(policy, claim, random_policies.OURS)
        if other not in (answer.verdict, "unknown"):
            return answer.verdict, f"z3 says {other}"
    if answer.verdict == "holds" and (found := _attack(chance, policy, claim, answer.needs_a3)):
        return answer.verdict, found
    if answer.counterexample and not random_policies.is_in(answer.counterexample.request, claim.region):
        return answer.verdict, f"{answer.counterexample.request} is not of the region"
    return answer.verdict, ""


def _attack(chance: Random, policy: dict[str, object], claim: Claim, needs_a3: bool) -> str:
    """A request of the region to which the evaluator gives another answer; empty: none was found."""
    meanings, reading = meanings_of(policy), FOR_NEVER if claim.mode == "never" else FOR_ALWAYS
    for request in random_policies.requests(chance, policy, claim.region, REQUESTS):
        if (needs_a3 and not carries_no_account(request)) or not random_policies.can_be_sent(request):
            continue
        if claim.mode == "always" and not random_policies.is_real(request):
            continue
        if random_policies.is_in(request, claim.region):
            for plain in meanings:
                if gives(decided(plain, request, reading), claim.strength) != (claim.mode == "always"):
                    return f"the evaluator does not agree about {request}"
    return ""


def main(policies: int, first: int) -> int:
    verdicts, wrong, start = Counter[str](), [], time.process_time()
    for seed in range(first, first + policies):
        verdict, problem = disagreement(seed, with_z3=seed % Z3_OF == 0)
        verdicts[verdict] += 1
        if problem:
            wrong.append(seed)
            print(f"seed {seed}: {verdict}, but {problem}")  # noqa: T201
    spent = time.process_time() - start
    print(f"{policies} policies, {dict(verdicts)}, {len(wrong)} disagreements, {spent:.0f} s of CPU")  # noqa: T201
    return 1 if wrong else 0


if __name__ == "__main__":
    numbers = [int(text) for text in sys.argv[1:]]
    sys.exit(main(*(numbers + [20_000, 0][len(numbers) :])))
