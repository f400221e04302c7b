"""The prover and the evaluator share no matching code; here they are held together on random policies.

Every counterexample is evaluated before it is returned (else the prover raises Unconfirmed); every "holds" is
attacked with aimed and perturbed requests.
"""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baseline.prover.bounds import is_certain, prove, read
from baseline.prover.claims import Claim, Threshold, always, never
from baseline.prover.counterexample import COVERED, FOR_ALWAYS, FOR_NEVER, NOT_COVERED, decided
from baseline.prover.decide import Answer, gives
from baseline.prover.difference import difference
from baseline.prover.unanswered import Unsupported
from tests.conftest import examples
from tests.prover import random_policies
from tests.prover.fuzz import disagreement
from tests.prover.meanings import carries_no_account, is_sent, meanings_of
from tests.prover.new_access import new_access

seeds = st.integers(0, 2**40)
STRENGTHS: tuple[Threshold, ...] = ("direct", "may")


def answers(chance: Random) -> tuple[dict[str, object], list[tuple[Claim, Answer]]]:
    policy = random_policies.policy(chance)
    regions = [random_policies.region(chance), *(random_policies.region_within(chance, policy) for _ in range(2))]
    claims = [ask(chance.choice(STRENGTHS), region) for region in regions for ask in (never, always)]
    return policy, list(zip(claims, prove(policy, "aws", claims, random_policies.OURS), strict=True))


@examples(200)
@given(seeds)
def test_what_holds_survives_every_aimed_request(seed: int) -> None:
    chance = Random(seed)
    policy, answered = answers(chance)
    for claim, answer in answered:
        if answer.verdict != "holds":
            continue
        meanings, reading = meanings_of(policy), FOR_NEVER if claim.mode == "never" else FOR_ALWAYS
        for request in random_policies.requests(chance, policy, claim.region, 40):
            if (answer.needs_a3 and not carries_no_account(request)) or not random_policies.can_be_sent(request):
                continue
            if random_policies.is_in(request, claim.region) and (
                claim.mode == "never" or random_policies.is_real(request)
            ):
                for plain in meanings:
                    decision = decided(plain, request, reading)
                    assert gives(decision, claim.strength) == (claim.mode == "always"), (policy, claim, request)


@examples(120)
@given(seeds)
def test_what_fails_has_a_counterexample_of_the_region(seed: int) -> None:
    policy, answered = answers(Random(seed))
    for claim, answer in answered:
        assert answer.verdict != "undecided"
        if answer.verdict == "fails":
            assert answer.counterexample is not None
            request = answer.counterexample.request
            assert random_policies.is_in(request, claim.region), (policy, claim, request)
            assert random_policies.can_be_sent(request)
            assert gives(answer.counterexample.decision, claim.strength) == (claim.mode == "never")
            assert carries_no_account(request)


@examples(120)
@given(seeds)
def test_no_new_access_means_that_no_request_gains(seed: int) -> None:
    chance = Random(seed)
    old = random_policies.policy(chance)
    new = random_policies.policy(chance)
    if chance.random() < 0.6:  # near each other: a statement less or more
        new = {
            **old,
            "Statement": [*old["Statement"][chance.randint(0, 1) :], *new["Statement"][: chance.randint(0, 1)]],
        }
    if not new["Statement"]:
        return
    try:
        found = new_access(old, new, "aws")
    except Unsupported:
        return
    if found is None:
        before, after = meanings_of(old)[0], meanings_of(new)[0]
        asked = random_policies.requests(chance, new, random_policies.region(chance), 60)
        for request in filter(is_sent, asked):
            for reading in (COVERED, NOT_COVERED):
                for strength in STRENGTHS:
                    if gives(decided(after, request, reading), strength):
                        assert gives(decided(before, request, reading), strength), (old, new, request)


@examples(60)
@given(seeds)
def test_policies_of_the_same_meaning_answer_every_request_alike(seed: int) -> None:
    """Also where a statement of both is not decided, whatever it means."""
    chance = Random(seed)
    old = random_policies.policy(chance)
    kept = chance.sample(old["Statement"], max(1, len(old["Statement"]) - chance.randint(0, 1)))
    new = {**old, "Statement": kept}
    try:
        changes = difference(old, new, "aws", random_policies.OURS)
    except Unsupported:
        return
    if changes:
        return
    for before, after in zip(meanings_of(old), meanings_of(new), strict=False):
        for request in filter(is_sent, random_policies.requests(chance, old, random_policies.region(chance), 20)):
            for reading in (COVERED, NOT_COVERED):
                one, other = decided(before, request, reading), decided(after, request, reading)
                assert one.strength == other.strength, (old, new, request)


@pytest.mark.parametrize("seed", range(40))
def test_a_policy_gives_nothing_new_against_itself(seed: int) -> None:
    policy = random_policies.policy(Random(seed))
    if not is_certain(read(policy, "aws")):
        pytest.skip("something is not decided")
    try:
        assert new_access(policy, policy, "aws") is None
    except Unsupported:
        pytest.skip("refused by name")


@pytest.mark.parametrize("first", range(0, 2_000, 100))
def test_two_thousand_policies_without_a_disagreement(first: int) -> None:
    """`make fuzz` tries twenty thousand, and asks z3 too."""
    found = {seed: disagreement(seed) for seed in range(first, first + 100)}
    assert {seed: problem for seed, (_, problem) in found.items() if problem} == {}
    assert {"holds", "fails"} <= {verdict for verdict, _ in found.values()}
