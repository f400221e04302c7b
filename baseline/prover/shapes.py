"""Keys that differ in their account and region alone have the same verdicts, so one of them is proven for all.

Where the account and the region stand as whole values, whole parts of ARNs or whole labels of host names, and meet no
wildcard but a lone `*`, the classes of every coordinate depend on nothing but which texts are equal. Renaming them
then renames the requests, and leaves every box and every verdict as it was. A key that is not of this kind, or of
whose shape a property does not hold, is proven by itself.
"""

import json
from collections.abc import Iterator

from baseline.iam.arns import has_wildcard
from baseline.iam.document import Document
from baseline.iam.elements import items
from baseline.iam.renaming import RenamedDocument, first_of
from baseline.prover.judgements import Judgement, prove_key
from baseline.prover.subject import Subject

_ACCOUNT, _REGION = "\ue000", "\ue001"  # no policy holds these characters
_SYMBOLS = (_ACCOUNT, _REGION)
_LITERAL = ("StringEquals", "StringNotEquals", "ArnLike", "ArnNotLike", "ArnEquals", "ArnNotEquals", "Bool", "Null")
PROVEN_AGAIN = 100
"""Of so many keys whose verdicts were taken over, one is proven all the same; later, of ten times as many."""


class Shapes:
    """The shapes that are known, with their judgements if all of them hold."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[Judgement, ...] | None] = {}
        self._firsts: dict[int, tuple[Document, tuple[Judgement, ...]]] = {}
        self._taken_over = 0

    def prove(self, subject: Subject, policy: Document) -> tuple[Judgement, ...]:
        """The verdicts on one key, as `prove_key` has them."""
        if not isinstance(policy, RenamedDocument):
            return self._prove(subject, policy)
        # Copies of one policy were composed from the same settings but for the account's ID, so they are of one shape.
        first = first_of(policy)
        if first_known := self._firsts.get(id(first)):
            return self._checked(first_known[1], subject, policy)
        judgements = self._prove(subject, policy)
        if any(self._known.get(shape) is judgements for shape in _shapes(subject, policy)):
            self._firsts[id(first)] = first, judgements
        return judgements

    def _prove(self, subject: Subject, policy: Document) -> tuple[Judgement, ...]:
        for shape in _shapes(subject, policy):
            if shape not in self._known:
                if not _is_renamable(shape):
                    continue
                judgements = prove_key(subject, policy)
                self._known[shape] = judgements if all(f.verdict == "holds" for f in judgements) else None
                return judgements
            if known := self._known[shape]:
                return self._checked(known, subject, policy)
            break
        return prove_key(subject, policy)

    def _checked(self, known: tuple[Judgement, ...], subject: Subject, policy: Document) -> tuple[Judgement, ...]:
        self._taken_over += 1
        step = PROVEN_AGAIN if self._taken_over <= 10 * PROVEN_AGAIN else 10 * PROVEN_AGAIN
        if self._taken_over % step == 0 and prove_key(subject, policy) != known:
            raise AssertionError(f"{subject.place} has other verdicts than the keys of its shape")
        return known


def _shapes(subject: Subject, policy: Document) -> Iterator[str]:
    """All that the verdicts follow from, without the account and the region; then without the account alone."""
    settings, place = subject.settings, subject.place
    said = [
        [subject.purpose, settings.iam_delegation, place.partition, place.namespace],
        [str(settings.separate_duties), str(settings.deny_deletion_if_used_within_days), *settings.services],
        [*settings.share_with, place.organization_id or ""],
        [place.role or "", *(person.arn for person in (*settings.administrators, *settings.users))],
        [str(len(settings.administrators))],
    ]
    text = json.dumps(said, ensure_ascii=False) + policy.render()
    yield renamed(text, place.account_id, place.region)
    yield f"{place.region} {renamed(text, place.account_id)}"


def renamed(text: str, account_id: str, region: str = "") -> str:
    """The text with symbols in place of the account and, if it is given, the region."""
    text = text.replace(account_id, _ACCOUNT)
    return text.replace(region, _REGION) if region else text


def _is_renamable(shape: str) -> bool:
    """Whether the account and the region stand where renaming them changes nothing else."""
    said, at = json.JSONDecoder().raw_decode(shape, shape.index("["))
    return all(is_whole(text) for of_kind in said for text in of_kind) and is_renamable(shape[at:])


def is_renamable(policy: str) -> bool:
    """Whether the symbols in a policy's JSON stand where renaming them changes nothing else."""
    return all(map(_is_plain, json.loads(policy)["Statement"]))


def _is_plain(statement: dict[str, object]) -> bool:
    principal = statement["Principal"]
    kinds = principal.values() if isinstance(principal, dict) else [principal]
    conditions = statement.get("Condition", {})
    assert isinstance(conditions, dict)
    return all(is_whole(str(name)) for names in kinds for name in items(names)) and all(
        _is_plain_test(operator, key, str(value))
        for operator, keys in conditions.items()
        for key, values in keys.items()
        for value in items(values)
    )


def _is_plain_test(operator: str, key: str, value: str) -> bool:
    if any(symbol in key for symbol in _SYMBOLS):
        return False
    if operator.removesuffix("IfExists") in _LITERAL:
        return is_whole(value)
    return operator.startswith("Numeric") and not any(symbol in value for symbol in _SYMBOLS)


def is_whole(text: str) -> bool:
    """A symbol is the whole text, one of the first five parts of an ARN, or a label; wildcards there stand alone."""
    *parts, rest = text.split(":", 5)
    if any(has_wildcard(part) and part != "*" for part in parts):
        return False
    wholes = parts or ([] if has_wildcard(rest) else rest.split("."))
    return all(text.count(symbol) == wholes.count(symbol) for symbol in _SYMBOLS)
