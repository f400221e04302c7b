"""z3 decides the same claims of random policies and of our own; unknown is no opinion."""

from collections import Counter
from random import Random

import pytest

from baseline.prover.bounds import prove
from baseline.prover.claims import Claim, always, never
from baseline.prover.judgements import ALL
from tests.policy_cases import CASES
from tests.prover import random_policies
from tests.prover.subjects import subject_of
from tests.prover.z3_model import opinion

CASES_A_TEST = 20
OURS = tuple(case for case in CASES if case.partition == "aws")


def claims_of(chance: Random, policy: dict[str, object]) -> list[Claim]:
    ask, strength = chance.choice((never, always)), chance.choice(("direct", "may"))
    around = random_policies.region if chance.random() < 0.5 else lambda c: random_policies.region_within(c, policy)
    return [ask(strength, around(chance))]  # type: ignore[arg-type]


@pytest.mark.parametrize("start", range(0, 100, CASES_A_TEST))
def test_z3_agrees_on_random_policies(start: int) -> None:
    seen: Counter[str] = Counter()
    for seed in range(start, start + CASES_A_TEST):
        chance = Random(seed)
        policy = random_policies.policy(chance)
        [claim] = claims_of(chance, policy)
        [answer] = prove(policy, "aws", [claim], random_policies.OURS)
        if answer.verdict in ("holds", "fails"):
            other = opinion(policy, claim, random_policies.OURS)
            seen[other] += 1
            assert other in (answer.verdict, "unknown"), (seed, policy, claim)
    assert seen["unknown"] < CASES_A_TEST * 0.75, seen


@pytest.mark.parametrize("number", range(0, len(OURS), max(1, len(OURS) // 6)))
def test_z3_agrees_on_claims_about_our_own_policies(number: int) -> None:
    case = OURS[number]
    subject, seen = subject_of(case), Counter[str]()
    policy = {"Version": "2012-10-17", "Statement": case.statements}
    claims = [claim for entry in ALL for claim in entry.claims(subject)]
    for claim in Random(number).sample(claims, min(5, len(claims))):
        [answer] = prove(policy, "aws", [claim])
        other = opinion(policy, claim)
        seen[other] += 1
        assert other in (answer.verdict, "unknown"), (case, claim)
    assert seen["holds"] > seen["unknown"]
