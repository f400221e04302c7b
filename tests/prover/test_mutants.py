"""Mutants of our own policies: a change of meaning is caught by a property, or the property list has a hole."""

from collections import Counter
from collections.abc import Callable

import pytest

from baseline.prover.judgements import Judgement, prove_key
from tests.conftest import some
from tests.policy_cases import CASES, Case
from tests.prover.mutants import Mutant, mutants
from tests.prover.new_access import new_access
from tests.prover.subjects import subject_of

MUTATED = tuple(case for case in CASES if case.partition == "aws")
KNOWN_SURVIVORS = frozenset(
    # Each denies an action that nobody knows yet, if its call has the key; no other action that is known has it.
    {"NobodyBypassesTheLockoutCheck: every action", "RecentlyUsedKeysStay: every action"}
)
"""They take access away that no property promises. None may ever add access."""
BY_THEMSELVES = "every-statement-is-needed"
"""Left out: an idle statement alone is no change of meaning."""


def holds(judgements: tuple[Judgement, ...]) -> bool:
    return all(judgement.verdict == "holds" for judgement in judgements if judgement.about.id != BY_THEMSELVES)


def fate(case: Case, mutant: Mutant) -> str:
    """Caught: a property no longer holds; equivalent: no request that can be sent gains or loses; else it survives."""
    if not holds(prove_key(subject_of(case), mutant.policy)):
        return "caught"
    if new_access(case.policy, mutant.policy, case.partition):
        return "adds access unseen"
    lost = new_access(mutant.policy, case.policy, case.partition)
    return "survives" if lost else "equivalent"


@pytest.mark.parametrize("case", some(MUTATED), ids=str)
def test_every_change_of_meaning_is_caught(case: Case, record_property: Callable[[str, object], None]) -> None:
    fates = {mutant.change: fate(case, mutant) for mutant in mutants(case.policy)}
    counts = Counter(fates.values())
    record_property("mutants", dict(counts))
    print(f"{case}: {dict(counts)}")  # noqa: T201
    assert {change for change, of_mutant in fates.items() if of_mutant == "survives"} <= KNOWN_SURVIVORS
    assert [change for change, of_mutant in fates.items() if of_mutant == "adds access unseen"] == []
    assert counts["caught"] >= 90
