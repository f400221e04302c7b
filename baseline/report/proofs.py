"""The verdicts on keys: once for all keys that have the same."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from baseline.errors import FieldPlace
from baseline.inventory import Key
from baseline.organization import Waiver
from baseline.prover.inventory import Proof, alike, elsewhere, properties_in_words
from baseline.prover.judgements import ALL
from baseline.prover.report import in_a_sentence
from baseline.report.key_facts import Verdict, general
from baseline.report.shared import Shared
from baseline.report.value import Failure, PropertyFacts

WAIVED = "waived"


class Proofs:
    """Numbers the verdicts of keys, and counts them."""

    def __init__(self, waivers: Sequence[Waiver], decided_at: Callable[[Proof], FieldPlace]) -> None:
        self.shared: Shared[tuple[Verdict, ...]] = Shared()
        self.not_holding: list[Proof] = []
        self._decided_at = decided_at
        self._waivers = list(waivers)
        self._counts: Counter[tuple[str, str]] = Counter()
        self._same: dict[tuple[int, ...], tuple[Sequence[Proof], int]] = {}

    def number(self, key: Key, proofs: Sequence[Proof]) -> int:
        """The number of the verdicts of one key."""
        self._counts.update((proof.judgement.about.id, _word(proof)) for proof in proofs)
        failing = [proof for proof in proofs if proof.judgement.verdict != "holds"]
        self.not_holding += failing
        same = tuple(id(proof.judgement) for proof in proofs)
        if failing or same not in self._same:
            verdicts = tuple(self._verdict(key, proof) for proof in proofs)
            number = self.shared.number(verdicts, verdicts)
            if failing:
                return number
            self._same[same] = proofs, number  # with the proofs, so that no other judgement gets an identity of theirs
        return self._same[same][1]

    def _verdict(self, key: Key, proof: Proof) -> Verdict:
        judgement = proof.judgement
        if judgement.verdict == "holds":
            return Verdict(property=judgement.about.id, verdict="holds", needs_a3=judgement.needs_a3)
        return Verdict(
            property=judgement.about.id,
            verdict=judgement.verdict,
            needs_a3=judgement.needs_a3,
            found=general(in_a_sentence(judgement), key.account_id, key.region),
            place=str(self._decided_at(proof)),
            waiver=self._waivers.index(proof.waiver) if proof.waiver else None,
        )

    def properties(self) -> Iterator[PropertyFacts]:
        """Every property that says something of a key, in the order of the reports."""
        for entry in ALL:
            counts = {
                word: self._counts[entry.id, word] for word in ("holds", "fails", "unsupported", "undecided", WAIVED)
            }
            if any(counts.values()):
                yield PropertyFacts(id=entry.id, sentence=entry.sentence, counts={w: n for w, n in counts.items() if n})

    def failures(self) -> Iterator[Failure]:
        """What does not hold and is not waived, together for keys of which it is the same."""
        for group in alike(proof for proof in self.not_holding if proof.is_open):
            key, judgement = group[0].key, group[0].judgement
            yield Failure(
                kind="property",
                title=f"{judgement.verdict}: {properties_in_words(group)}",
                text=f"{judgement.about.sentence} But: {in_a_sentence(judgement)}.",
                where=key.where,
                also=elsewhere(group),
                key=f"{key.account}/{key.region}/{key.purpose}",
                is_certain=judgement.verdict == "fails",
            )


def _word(proof: Proof) -> str:
    return WAIVED if proof.waiver else proof.judgement.verdict
