"""The proof of an Inventory: every property of every key, what is waived, and what stands in the way of output."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from baseline.iam.document import Document
from baseline.inventory import Inventory, Key
from baseline.organization import Waiver
from baseline.prover.judgements import Judgement, prove_key
from baseline.prover.known_verdicts import KnownVerdicts
from baseline.prover.subject import Subject, subject
from baseline.words import some

Prover = Callable[[Subject, Document], tuple[Judgement, ...]]


@dataclass(frozen=True, slots=True)
class Proof:
    """The verdict on one property of one key of the Inventory."""

    key: Key
    judgement: Judgement
    waiver: Waiver | None = None
    """Why it need not hold, if it does not."""

    @property
    def is_open(self) -> bool:
        """Whether it does not hold, and nobody has said that it need not."""
        return self.judgement.verdict != "holds" and self.waiver is None


def prove_all(inventory: Inventory, keys: Iterable[Key]) -> Iterator[Proof]:
    """Every property of these keys, each key by itself."""
    return _proofs(inventory, keys, prove_key)


def prove_alike(inventory: Inventory, keys: Iterable[Key] | None = None) -> Iterator[Proof]:
    """Every property of these keys, or of all; keys that are alike are proven once."""
    return _proofs(inventory, inventory.keys if keys is None else keys, KnownVerdicts().prove)


def not_holding(inventory: Inventory) -> Iterator[Proof]:
    """Every property that does not hold, of every key."""
    holding: dict[int, tuple[Judgement, ...]] = {}  # by identity: many keys share their judgements
    for key, judgements in _judgements(inventory, inventory.keys, KnownVerdicts().prove):
        if id(judgements) not in holding:
            failing = [judgement for judgement in judgements if judgement.verdict != "holds"]
            if not failing:
                holding[id(judgements)] = judgements
            yield from (Proof(key, found, _waiver(inventory.organization.waivers, key, found)) for found in failing)


def _proofs(inventory: Inventory, keys: Iterable[Key], prover: Prover) -> Iterator[Proof]:
    for key, judgements in _judgements(inventory, keys, prover):
        for judgement in judgements:
            yield Proof(key, judgement, _waiver(inventory.organization.waivers, key, judgement))


def _judgements(
    inventory: Inventory, keys: Iterable[Key], prover: Prover
) -> Iterator[tuple[Key, tuple[Judgement, ...]]]:
    organization = inventory.organization
    accounts = {account.id: account for account in organization.accounts}
    for key in keys:
        yield key, prover(subject(key, accounts[key.account_id], organization), key.policy)


def _waiver(waivers: Sequence[Waiver], key: Key, judgement: Judgement) -> Waiver | None:
    if judgement.verdict == "holds":
        return None
    return next((w for w in waivers if w.property == judgement.about.id and _is_for(w, key)), None)


def _is_for(waiver: Waiver, key: Key) -> bool:
    return waiver.covers(key.account_id, key.region, key.purpose)


def idle_waivers(inventory: Inventory, proofs: Iterable[Proof]) -> Iterator[tuple[Waiver, str]]:
    """The waivers that do nothing, and why; the proofs are those of every key."""
    used = {proof.waiver for proof in proofs}
    for waiver in inventory.organization.waivers:
        if waiver not in used:
            covered = any(_is_for(waiver, key) for key in inventory.keys)
            reason = "the property holds without it" if covered else "there is no such key"
            yield waiver, reason


def alike(proofs: Iterable[Proof]) -> list[list[Proof]]:
    """What does not hold, together for all keys of a purpose where it is the same.

    A policy that is not decided is so for every property, which makes one group.
    """
    groups: dict[tuple[str | None, ...], list[Proof]] = {}
    for proof in proofs:
        if proof.judgement.verdict != "holds":
            groups.setdefault(_likeness(proof), []).append(proof)
    return list(groups.values())


def _likeness(proof: Proof) -> tuple[str | None, ...]:
    judgement, found = proof.judgement, proof.judgement.counterexample
    why = (found.request.action, found.decision.effect, judgement.sid) if found else (judgement.reason,)
    name = judgement.about.id if judgement.verdict == "fails" else None
    waiver = str(proof.waiver.place) if proof.waiver else None
    return (name, proof.key.purpose, judgement.verdict, waiver, *why)


def properties_in_words(group: Sequence[Proof]) -> str:
    """The property of the first, and how many others."""
    others = len({proof.judgement.about.id for proof in group}) - 1
    more = f" and {others} other {'property' if others == 1 else 'properties'}" if others else ""
    return group[0].judgement.about.id + more


def elsewhere(group: Sequence[Proof]) -> str:
    """Where else than of the first key it is the same: some places, and how many more; empty if nowhere."""
    _own, *others = dict.fromkeys(f"{proof.key.account}/{proof.key.region}" for proof in group)
    return some(others)
