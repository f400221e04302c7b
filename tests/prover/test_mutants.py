"""Mutants of our own policies: a change of meaning is caught by a property, or the property list has a hole."""

from collections import Counter
from collections.abc import Callable

import pytest

from baseline.prover.judgements import ALL, Judgement, prove_key
from tests.policy_cases import CASES, Case
from tests.prover.mutants import Mutant, mutants
from tests.prover.new_access import new_access
from tests.prover.subjects import subject_of
from tests.prover.together import Reader, Together, by_statement

MUTATED = tuple(case for case in CASES if case.partition == "aws")
KNOWN_SURVIVORS = frozenset(
    # Each denies an action that nobody knows yet, if its call has the key; no other action that is known has it.
    {"NobodyBypassesTheLockoutCheck: every action", "RecentlyUsedKeysStay: every action"}
)
"""They take access away that no property promises. None may ever add access."""
NOT_DECIDED = {
    ("Bool kms:", " anything"): "StringLike does not fit a boolean",
    ("NumericLessThanEquals kms:", " anything"): "StringLike does not fit a number",
    ("NumericLessThanEquals kms:", " as NotEquals"): "there is no NumericLessThanNotEquals",
}
"""How a change of a condition begins and ends which is caught, but by no violated property: nobody decides it."""
BY_THEMSELVES = "every-statement-is-needed"
"""Left out: an idle statement alone is no change of meaning."""
ASKED = tuple(entry for entry in ALL if entry.id != BY_THEMSELVES)
AGAIN = 40
"""Of so many mutants one is proven by itself too, as any policy is."""


def holds(judgements: tuple[Judgement, ...]) -> bool:
    return all(judgement.verdict == "holds" for judgement in judgements if judgement.about.id != BY_THEMSELVES)


def is_known_to_be_undecided(change: str) -> bool:
    """Whether it is listed as a change of which the prover says that it does not decide it."""
    condition = change.partition(": ")[2]
    return any(condition.startswith(begin) and condition.endswith(end) for begin, end in NOT_DECIDED)


def fates(case: Case) -> dict[str, str]:
    """By change. Caught: a property is violated; equivalent: no request that can be sent gains or loses; else it survives."""
    subject, reader, found = subject_of(case), Reader(case.partition), dict[str, str]()
    own = reader.statements(case.policy)
    for group in by_statement(mutants(case.policy)):
        changed = [reader.statements(mutant.policy) for mutant in group]
        together = Together(subject, ASKED, [own, *changed])
        assert together.caught_by(own) == ""
        found |= {
            mutant.change: together.caught_by(policy)
            or ("adds access unseen" if together.adds_access(own, policy) else "")
            or ("survives" if together.adds_access(policy, own) else "equivalent")
            for mutant, policy in zip(group, changed, strict=True)
        }
    return found


def agrees(case: Case, mutant: Mutant, found: str) -> bool:
    """Whether the whole proof of a mutant says the same."""
    judged = prove_key(subject_of(case), mutant.policy)
    if found in ("equivalent", "survives"):
        loses = new_access(mutant.policy, case.policy, case.partition)
        return holds(judged) and bool(loses) == (found == "survives")
    name, _, verdict = found.partition(": ")
    return any(one.about.id == name and one.verdict == (verdict or "fails") for one in judged)


@pytest.mark.parametrize("case", MUTATED, ids=str)
def test_every_change_of_meaning_is_caught(case: Case, record_property: Callable[[str, object], None]) -> None:
    assert holds(prove_key(subject_of(case), case.policy))
    found = fates(case)
    kinds = Counter("caught" if fate in {entry.id for entry in ASKED} else fate for fate in found.values())
    record_property("mutants", dict(kinds))
    print(f"{case}: {dict(kinds)}")  # noqa: T201
    assert {change for change, fate in found.items() if fate == "survives"} <= KNOWN_SURVIVORS
    assert [change for change, fate in found.items() if fate == "adds access unseen"] == []
    undecided = [change for change, fate in found.items() if ": " in fate]
    assert [change for change in undecided if not is_known_to_be_undecided(change)] == []
    assert kinds["caught"] >= 85
    shown = list(mutants(case.policy))[::AGAIN]
    assert [mutant.change for mutant in shown if not agrees(case, mutant, found[mutant.change])] == []
