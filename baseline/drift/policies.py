"""A key's policy as AWS has it, held by its meaning against ours: another text with the same meaning is no finding."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from baseline.adoption.access import NOT_OF_OUR_KEYS
from baseline.adoption.reading import readable
from baseline.drift.finding import Difference
from baseline.iam.deleted import without_deleted
from baseline.iam.policy_error import PolicyError
from baseline.inventory import Key
from baseline.prover.difference import LATER, Change, difference
from baseline.prover.unanswered import StepsSpent, Unsupported
from baseline.regions import partition_of
from baseline.words import count

ACTIONS_NAMED = 4
"""So many actions are named of those that somebody gained or lost; `kms-baseline policy diff` names all."""


def policy_differences(key: Key, text: str) -> Iterator[Difference]:
    """What the policy in force gives and takes, beside the one that the key should have."""
    ours = key.policy.as_dict()
    if _as_json(text) == ours:
        return
    try:
        living, deleted = without_deleted(readable(text))
        for principal, statement in deleted:
            said = f"{statement} of its policy names {principal}, a user or role that was deleted"
            yield Difference("policy-of-deleted-principal", said)
        partition = partition_of(key.region)
        changes = difference(ours, living, partition.name if partition else "aws", key.account_id, NOT_OF_OUR_KEYS)
    except (PolicyError, Unsupported, StepsSpent) as error:
        yield Difference(
            "policy-not-decided", f"its policy has another text, and what it means is not decided: {error}"
        )
        return
    # What only KMS's future actions would change is said of no key today.
    named = [change for change in changes if change.group != LATER]
    if named and all(change.depends_on for change in named):
        unsure = f"its policy has another text, and what it means is not decided: {named[0].depends_on}"
        yield Difference("policy-not-decided", unsure)
    elif named:
        yield Difference("policy", f"its policy is another one: {'; '.join(_sentences(named))}")


def _as_json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


def _sentences(changes: Sequence[Change]) -> Iterator[str]:
    """Who gained and then who lost what, a sentence each."""
    actions: dict[tuple[str, str, str], list[str]] = {}
    for change in changes:
        actions.setdefault((change.direction, change.who, change.strength), []).extend(change.actions)
    for (direction, who, strength), done in actions.items():
        named, more = done[:ACTIONS_NAMED], len(done) - ACTIONS_NAMED
        others = f" and {count(more, 'other action')}" if more > 0 else ""
        how = "" if strength == "direct" else " as far as IAM policies allow"
        yield f"{who} {'gained' if direction == 'gains' else 'lost'} {', '.join(named)}{others}{how}"
