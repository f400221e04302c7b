"""What is said of one key. What many keys share is there once, and keys give its number.

In what is shared `${account}` and `${region}` stand for the key's own: no policy and no name can hold a `${`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

ACCOUNT, REGION = "${account}", "${region}"
Standing = Literal["fails", "differs", "unread", "waived", "disabled", "fine"]
"""How a key stands, worst first: a property does not hold; AWS has it otherwise; AWS could not be read; what does not hold
is waived; its owner keeps it disabled; nothing is to be said."""


def general(text: str, account_id: str, region: str) -> str:
    """A text about one key as one about every key that is alike."""
    return text.replace(account_id, ACCOUNT).replace(region, REGION)


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementFacts:
    """One statement of a policy, for people."""

    sid: str
    effect: str
    says: tuple[str, ...]
    actions: tuple[str, ...]
    why: str
    """What it is for; of an owner's own statement, where it is written."""
    evidence: str
    """How AWS's behaviour is known: `documented`, `managed key`, `reported`, `inferred`; empty: it is the owner's."""
    if_wrong: str
    fallback: str
    source: str
    """The public page that it rests on; empty: none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """What some callers can do with a key: a level for each thing that one can do."""

    who: str
    can: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How some callers can do something."""

    how: str
    who: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyFacts:
    """The policy of keys that are alike, and who is named for them."""

    administrators: tuple[str, ...]
    users: tuple[str, ...]
    services: tuple[str, ...]
    shared_with: tuple[str, ...]
    iam_delegation: str
    separate_duties: bool
    scope: str
    """What is to be said of the policy as a whole."""
    who_can: Mapping[str, tuple[Way, ...]]
    """Who can administer, use, grant and delete; nobody else can."""
    callers: tuple[Caller, ...]
    undecided: str
    """Why nothing is said of callers; empty: it is."""
    statements: tuple[StatementFacts, ...]
    document: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What was found of one property of a key."""

    property: str
    verdict: str
    needs_a3: bool = False
    """Whether it rests on the assumption A3 too."""
    found: str = ""
    """What contradicts it, or why it is not decided."""
    place: str = ""
    """Where the configuration decides it; empty: it holds."""
    waiver: int | None = None
    """The number of the waiver that excuses it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InAws:
    """What AWS has in the place of a key."""

    key_id: str
    arn: str
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyFacts:
    """One key that should exist."""

    account: str
    account_id: str
    region: str
    purpose: str
    alias: str
    stack: str
    address: str
    state: str
    rotation_period_days: int | None
    """None: it does not rotate."""
    deletion_window_days: int
    standing: Standing
    place: str
    """Where the configuration says something about it."""
    policy: int
    proofs: int
    uses: int
    aws: InAws | None
