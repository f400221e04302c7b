"""What a key policy says: its statements in sentences, and who can do what."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from baseline.found.sentences import sentences
from baseline.inventory import Key
from baseline.key_policy.administrators import left_to_iam
from baseline.key_policy.place import KeyPlace
from baseline.prover.assumptions import scope
from baseline.prover.bounds import read
from baseline.prover.matrix import Row, matrix
from baseline.prover.unanswered import StepsSpent, Unsupported


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """A policy in plain words."""

    account_id: str
    """Of the key; empty: not known."""
    scope: str
    """What is to be said of the policy as a whole; empty: nothing."""
    statements: Sequence[tuple[str, tuple[str, ...]]]
    """Each statement's name, and what it says."""
    matrix: Sequence[Row]
    """Who can do what."""
    undecided: str
    """Why there is no matrix; empty: there is one."""


def explained_key(key: Key, partition: str) -> Explanation:
    """The policy of one of our keys."""
    about = scope(key.settings.iam_delegation, key.settings.separate_duties)
    if patterns := left_to_iam(key.settings, key.account_id):
        about += f" No statement names the administrators {', '.join(patterns)}: those IAM policies decide about them."
    return explained(key.policy.as_dict(), KeyPlace(partition, key.account_id, key.region), about)


def explained(policy: Mapping[str, Any], place: KeyPlace, about: str = "") -> Explanation:
    """A policy of which `about` is to be said as a whole."""
    rows: Sequence[Row] = ()
    undecided = ""
    try:
        rows = matrix(policy, place.partition, place.account_id, place.region)
    except (Unsupported, StepsSpent) as error:
        undecided = str(error)
    said = [(str(statement["Sid"]), tuple(_said(policy, place, statement))) for statement in policy["Statement"]]
    return Explanation(account_id=place.account_id, scope=about, statements=said, matrix=rows, undecided=undecided)


def _said(policy: Mapping[str, Any], place: KeyPlace, statement: Mapping[str, Any]) -> Iterator[str]:
    try:
        [plain] = read({**policy, "Statement": [statement]}, place.partition)
    except Unsupported as error:
        yield f"Not decided: {str(error).partition(': ')[2] or error}."
        return
    if plain.undecided:
        yield f"Not decided: {plain.undecided}."
    else:
        yield from sentences(plain, place.account_id)
