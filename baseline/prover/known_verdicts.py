"""Keys that are alike but for their account and region have the same verdicts, so one of them is proven for all.

A key whose account and region do not stand as whole names, or of whose kind a property does not hold, is proven by
itself. Why this is right: `baseline/likeness/__init__.py`.
"""

from collections.abc import Iterator
from typing import Any

from baseline.iam.document import Document
from baseline.likeness.documents import first_of
from baseline.likeness.verdicts import is_whole, names_are_whole
from baseline.likeness.writing import Writer, texts, unnamed
from baseline.own_purpose import PREFIX
from baseline.prover.judgements import Judgement, prove_key
from baseline.prover.subject import Subject

PROVEN_AGAIN = 100
"""Of so many keys whose verdicts were taken over, one is proven all the same; later, of ten times as many."""
Kind = tuple[str, str]
"""What is said of a key, and its policy, both with marks."""


class KnownVerdicts:
    """The kinds of keys that are known, with their judgements if all of them hold."""

    def __init__(self) -> None:
        self._known: dict[Kind, tuple[Judgement, ...] | None] = {}
        self._firsts: dict[int, tuple[Document, tuple[Judgement, ...]]] = {}
        self._taken_over = 0

    def prove(self, subject: Subject, policy: Document) -> tuple[Judgement, ...]:
        """The verdicts on one key, as `prove_key` has them."""
        # Copies of one policy were composed from the same settings but for the account's ID, so they are of one kind.
        first = first_of(policy)
        if first_known := self._firsts.get(id(first)):
            return self._checked(first_known[1], subject, policy)
        judgements, is_known = self._prove(subject, policy)
        if is_known:
            self._firsts[id(first)] = first, judgements
        return judgements

    def _prove(self, subject: Subject, policy: Document) -> tuple[tuple[Judgement, ...], bool]:
        """The verdicts, and whether they are those of every key of the kind."""
        for kind, region in _kinds(subject, policy):
            if kind not in self._known:
                if not _is_renamable(subject, kind, region):
                    continue
                judgements = prove_key(subject, policy)
                holds = all(judgement.verdict == "holds" for judgement in judgements)
                self._known[kind] = judgements if holds else None
                return judgements, holds
            if known := self._known[kind]:
                return self._checked(known, subject, policy), True
            break
        return prove_key(subject, policy), False

    def _checked(self, known: tuple[Judgement, ...], subject: Subject, policy: Document) -> tuple[Judgement, ...]:
        self._taken_over += 1
        step = PROVEN_AGAIN if self._taken_over <= 10 * PROVEN_AGAIN else 10 * PROVEN_AGAIN
        if self._taken_over % step == 0 and prove_key(subject, policy) != known:
            raise AssertionError(f"{subject.place} has other verdicts than the keys of its kind")
        return known


def _said(subject: Subject) -> tuple[Any, ...]:
    """All that is said of a key."""
    own = (subject.expected,) if subject.purpose.startswith(PREFIX) else ()  # what its owner wrote may name an account
    return subject.purpose, subject.settings.of_policy(), subject.place, *own


def _kinds(subject: Subject, policy: Document) -> Iterator[tuple[Kind, str]]:
    """All that the verdicts follow from, without account and region; then without the account alone.

    With each the region that is replaced, or nothing.
    """
    account_id = subject.place.account_id
    said = Writer().written(_said(subject), account_id)
    for region in (subject.place.region, ""):
        yield (unnamed(said, account_id, region), unnamed(policy.render(), account_id, region)), region


def _is_renamable(subject: Subject, kind: Kind, region: str) -> bool:
    """Whether the account and the region stand where renaming them changes nothing else."""
    said = (unnamed(text, subject.place.account_id, region) for text in texts(_said(subject)))
    return all(map(is_whole, said)) and names_are_whole(kind[1])
