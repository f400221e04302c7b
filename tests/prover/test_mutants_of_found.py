"""Dangerous edits of our default policies, judged as policies that somebody else wrote: `policy prove --purpose`.

Each is caught as `prove` catches it on the Inventory, or is listed here with the reason why nobody who knows the purpose
alone could tell.
"""

import pytest

from baseline.prover.any_policy import prove_like, prove_policy
from baseline.prover.judgements import prove_key
from baseline.prover.meant import Meant
from baseline.prover.subject import Subject
from baseline.purposes import PURPOSES
from tests.conftest import some
from tests.prover.mutants import more_mutants
from tests.prover.subjects import keys_with
from tests.prover.test_mutants import holds

SWITCHED_ON = {name: True for name, purpose in PURPOSES.items() if purpose.optional}
KEYS = keys_with(administrators=["role/Admin"], users=["role/App"], purposes=SWITCHED_ON)
HARMLESS = {
    "AccountKeepsTheKeyManageable: every action": "AWS's own default; whoever does not say `--like` may mean it",
    "RecentlyUsedKeysStay: dropped": "no option says for how long used keys stay; `--like` does",
    "RecentlyUsedKeysStay: NumericLessThanEquals kms:TrailingDaysWithoutKeyUsage shorter": "likewise",
}
"""What `--purpose` does not catch, and why. `--like`, which knows what the owner wants, catches each of them."""


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


@pytest.mark.parametrize("purpose", some(tuple(KEYS)))
def test_what_prove_catches_policy_prove_catches(purpose: str) -> None:
    about, key = KEYS[purpose]
    policy, said = key.policy.as_dict(), meant(about)
    assert holds(tuple(prove_policy(policy, about.place, said)))
    dangerous = [mutant for mutant in more_mutants(policy) if not holds(prove_key(about, mutant.policy))]
    missed = [m for m in dangerous if holds(tuple(prove_policy(m.policy, about.place, said)))]
    assert {mutant.change for mutant in missed} <= HARMLESS.keys()
    assert not [m.change for m in missed if holds(tuple(prove_like(m.policy, about.place, about)))]
    assert len(dangerous) > 60


def test_many_kinds_of_edits_were_tried() -> None:
    policies = [key.policy.as_dict() for _, key in KEYS.values()]
    kinds = {mutant.change.partition(": ")[2] for policy in policies for mutant in more_mutants(policy)}
    assert len(kinds) >= 100
