"""Why a configuration is refused: what does not hold of its keys, where that is written, and what to do."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from baseline.errors import FieldPlace, KmsBaselineError, Refusal, Undecided
from baseline.prover.inventory import Proof, alike, elsewhere, properties_in_words
from baseline.prover.report import in_a_sentence

MOST_SHOWN = 20
PlaceOf = Callable[[Proof], FieldPlace | None]
"""Where the owner's statement is that decided; None if none of the owner's did."""


def refusal(proofs: Iterable[Proof], place_of: PlaceOf) -> KmsBaselineError | None:
    """The error that names everything open; None if nothing is."""
    groups = alike(proof for proof in proofs if proof.is_open)
    if not groups:
        return None
    failing = [group for group in groups if group[0].judgement.verdict == "fails"]
    kind = Refusal if failing else Undecided
    shown = failing or groups
    number = len({(proof.judgement.about.id, proof.key.locked) for group in shown for proof in group})
    verb = ("does" if number == 1 else "do") + " not hold" if failing else "could not be decided"
    properties = f"{number} {'property' if number == 1 else 'properties'}"
    lines = [f"{properties} of key policies {verb}; nothing was written"]
    lines += [line for group in shown[:MOST_SHOWN] for line in _lines(group, place_of)]
    if len(shown) > MOST_SHOWN:
        lines.append(f"and {len(shown) - MOST_SHOWN} more; `kms-baseline prove` shows all")
    return kind("\n".join(lines), _help(shown, place_of))


def _lines(group: Sequence[Proof], place_of: PlaceOf) -> Iterator[str]:
    first = group[0]
    key, judgement = first.key, first.judgement
    own = place_of(first)
    where = f"{own or key.settings.place}: {key.where}"
    yield f"{where}: {properties_in_words(group)}: {judgement.verdict}"
    if judgement.verdict == "fails":
        yield f"  {judgement.about.sentence}"
    yield f"  {in_a_sentence(judgement)}"
    if own:
        yield f'  by your statement "{judgement.sid}" in {own}'
    if others := elsewhere(group):
        yield f"  same in {others}"


def _help(groups: Sequence[Sequence[Proof]], place_of: PlaceOf) -> str:
    advice = "`kms-baseline prove` shows the requests in full"
    if any(place_of(group[0]) for group in groups):
        advice = "narrow or remove the statement; " + advice
    names = list(dict.fromkeys(group[0].judgement.about.id for group in groups))
    waived = f"{{property: {names[0]}, reason: ...}}"
    return f"{advice}\nwhere it is meant so, write under keys: `waivers: [{waived}]`, with account, region and purpose"
