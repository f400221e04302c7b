"""Dangerous edits of our default policies, judged as policies that somebody else wrote: `policy prove --purpose`.

Each is caught as `prove` catches it on the Inventory, or is listed here with the reason why nobody who knows the purpose
alone could tell.
"""

from collections.abc import Mapping

import pytest

from baseline.iam.reading import PlainPolicy
from baseline.key_policy.place import KeyPlace
from baseline.prover.any_policy import asked_of, prove_like, prove_policy
from baseline.prover.judgements import prove_key
from baseline.prover.meant import Meant
from baseline.prover.subject import Subject
from baseline.purposes import PURPOSES
from tests.prover.mutants import Mutant, more_mutants
from tests.prover.subjects import keys_with
from tests.prover.test_mutants import AGAIN, ASKED, BY_THEMSELVES, holds, is_known_to_be_undecided
from tests.prover.together import Reader, Together, by_statement

SWITCHED_ON = {name: True for name, purpose in PURPOSES.items() if purpose.optional}
KEYS = keys_with(administrators=["role/Admin"], users=["role/App"], purposes=SWITCHED_ON)
HARMLESS = {
    "AccountKeepsTheKeyManageable: every action": "AWS's own default; whoever does not say `--like` may mean it",
    "RecentlyUsedKeysStay: dropped": "no option says for how long used keys stay; `--like` does",
    "RecentlyUsedKeysStay: NumericLessThanEquals kms:TrailingDaysWithoutKeyUsage shorter": "likewise",
}
"""What `--purpose` does not catch, and why. `--like`, which knows what the owner wants, catches each of them."""
OF_LATER_ACTIONS = {"UsersGrantToAwsServices: every action"}
"""Of today's actions only those of grants carry the condition. `policy prove` speaks of today's actions, and says so."""


def meant(about: Subject) -> Meant:
    settings = about.settings
    return Meant(
        purpose=about.purpose,
        administrators=tuple(person.arn for person in settings.administrators),
        users=tuple(person.arn for person in settings.users),
        services=settings.services,
        organization_id=about.place.organization_id or "",
        trail=about.place.namespace,
    )


def caught_as_found(place: KeyPlace, said: Meant, policies: Mapping[str, PlainPolicy]) -> dict[str, str]:
    """By change, what `policy prove --purpose` catches it by. How much is delegated, a policy says itself."""
    alike: dict[Subject, list[str]] = {}
    for change, policy in policies.items():
        alike.setdefault(asked_of(policy, place, said)[0], []).append(change)
    found = dict[str, str]()
    for about, changes in alike.items():
        _, properties = asked_of(policies[changes[0]], place, said)
        asked = [entry for entry in properties if entry.id != BY_THEMSELVES]
        together = Together(about, asked, [policies[change] for change in changes], as_found=True)
        found |= {change: together.caught_by(policies[change]) for change in changes}
    return found


@pytest.mark.parametrize("purpose", tuple(KEYS))
def test_what_prove_catches_policy_prove_catches(purpose: str) -> None:
    about, key = KEYS[purpose]
    policy, said, reader = key.policy.as_dict(), meant(about), Reader("aws")
    assert holds(tuple(prove_policy(policy, about.place, said)))
    assert holds(prove_key(about, policy))
    dangerous, missed = dict[str, Mutant](), list[Mutant]()
    for group in by_statement(more_mutants(policy)):
        policies = {mutant.change: reader.statements(mutant.policy) for mutant in group}
        together = Together(about, ASKED, policies.values())
        by = {change: together.caught_by(changed) for change, changed in policies.items()}
        as_found = caught_as_found(about.place, said, policies)
        assert [c for c, name in by.items() if ": " in name and not is_known_to_be_undecided(c)] == []
        assert [c for c, name in as_found.items() if ": " in name and not is_known_to_be_undecided(c)] == []
        dangerous |= {mutant.change: mutant for mutant in group if by[mutant.change]}
        missed += [mutant for mutant in group if by[mutant.change] and not as_found[mutant.change]]
        for mutant in group[::AGAIN]:
            assert holds(prove_key(about, mutant.policy)) == (not by[mutant.change])
            assert holds(tuple(prove_policy(mutant.policy, about.place, said))) == (not as_found[mutant.change])
    missed = [mutant for mutant in missed if mutant.change not in OF_LATER_ACTIONS]
    assert {mutant.change for mutant in missed} <= HARMLESS.keys()
    assert not [m.change for m in missed if holds(tuple(prove_like(m.policy, about.place, about)))]
    assert len(dangerous) > 60


def test_many_kinds_of_edits_were_tried() -> None:
    policies = [key.policy.as_dict() for _, key in KEYS.values()]
    kinds = {mutant.change.partition(": ")[2] for policy in policies for mutant in more_mutants(policy)}
    assert len(kinds) >= 100
