"""What a key policy says: its statements in sentences, and who can do what."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from baseline.found.place import place_of
from baseline.found.sentences import sentences
from baseline.key_policy.administrators import left_to_iam
from baseline.key_policy.place import KeyPlace
from baseline.prover.assumptions import scope
from baseline.prover.bounds import read
from baseline.prover.matrix import Row, matrix
from baseline.prover.unanswered import StepsSpent, Unsupported
from operations.policy_file import decidable_policy
from operations.project import Project


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


def explain_key(project: Project, account: str, region: str, purpose: str) -> Explanation:
    """The policy of one of our keys. Raises UsageError when there is no such key."""
    key = project.key(account, region, purpose)
    about = scope(key.settings.iam_delegation, key.settings.separate_duties)
    if patterns := left_to_iam(key.settings, key.account_id):
        about += f" No statement names the administrators {', '.join(patterns)}: those IAM policies decide about them."
    place = KeyPlace(project.configuration.organization.partition, key.account_id, key.region)
    return _explained(key.policy.as_dict(), place, about)


def explain_file(file: Path, account_id: str, region: str) -> Explanation:
    """A policy that somebody else wrote, of a key in this account; empty: in the one that it shows."""
    policy = decidable_policy(file)
    policy.key = place_of(policy, account_id, region)
    return _explained(policy.plain, policy.key, "")


def _explained(policy: Mapping[str, Any], place: KeyPlace, about: str) -> Explanation:
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
