"""Whether a retired key may be deleted: what is known of it, and all that speaks against it.

A deleted key takes with it all that it encrypts. So what is not known speaks against its deletion as well: absence of
something is only what was looked for and not found.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from baseline.organization import ThenOfRetired
from baseline.words import count, some

DISABLED_DAYS = 30
"""How long a key must have been disabled, and unused, when nobody says another number."""
WINDOW_DAYS = 30
"""How long a scheduled deletion waits: the longest that KMS takes.
https://docs.aws.amazon.com/kms/latest/APIReference/API_ScheduleKeyDeletion.html"""


@dataclass(frozen=True, slots=True)
class LastUse:
    """What KMS says of a key's last cryptographic operation. It began to remember them in 2026.

    https://docs.aws.amazon.com/kms/latest/APIReference/API_GetKeyLastUsage.html
    """

    tracked_since: datetime
    created: datetime
    """When the key was made."""
    at: datetime | None = None
    """None: not since it is tracked."""
    operation: str = ""

    @property
    def never(self) -> bool:
        """Whether the key was never used; one that is older than what KMS remembers may have been."""
        return self.at is None and self.created >= self.tracked_since

    def __str__(self) -> str:
        if self.at:
            return f"{self.operation} on {self.at:%Y-%m-%d}"
        if self.never:
            return f"never, since it was made on {self.created:%Y-%m-%d}"
        return f"no use since {self.tracked_since:%Y-%m-%d}; before that nobody knows"


@dataclass(frozen=True, slots=True)
class Dependent:
    """Something that refers to a key."""

    kind: str
    """What it is, as in "EBS volume"."""
    name: str
    note: str = ""
    """What else matters of it."""

    def __str__(self) -> str:
        return self.name + (f" ({self.note})" if self.note else "")


@dataclass(frozen=True, slots=True)
class DisabledSince:
    """When a key was disabled, which KMS itself does not tell."""

    at: datetime
    by: str
    """Who says so: CloudTrail with the caller, or a person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What AWS shows of one retired key."""

    key_id: str
    state: str
    """`Enabled`, `Disabled`, `PendingDeletion`, ..."""
    deletion: datetime | None = None
    """When it is deleted, if it waits for that."""
    ours: bool | None
    """Whether its tags say that it was made for this purpose here; None: they may not be listed."""
    peculiarity: str = ""
    """Why it cannot be one of ours; empty for a plain symmetric key."""
    disabled: DisabledSince | None = None
    """None: nobody knows."""
    disabled_unknown: str = ""
    """Why nobody knows."""
    last_use: LastUse | None
    """None: it may not be read."""
    aliases: tuple[str, ...] | None
    """All of them; None: they may not be listed."""
    grants: tuple[str, ...] | None
    """Whom they are for; None: they may not be listed."""
    dependents: tuple[Dependent, ...] = ()
    """What was found that refers to the key."""
    not_looked_at: tuple[str, ...] = ()
    """In words, what could not be looked at: each may hide something that needs the key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What the project says of a key."""

    then: ThenOfRetired
    """Of the entry under `retired:` that covers it."""
    forgotten: bool
    """Whether the lock records that Terraform forgets it."""
    states: tuple[str, ...] = ()
    """The states, as far as they can be read here, that still have it."""


def refusals(evidence: Evidence, standing: Standing, days: int, now: datetime) -> Iterator[str]:
    """Everything that speaks against deleting the key; nothing: a person may. Each is half a sentence after its name."""
    yield from _of_the_project(standing)
    yield from _of_the_key(evidence)
    yield from _of_time(evidence, days, now)
    yield from _of_use(evidence)


def _of_the_project(standing: Standing) -> Iterator[str]:
    if standing.then != "schedule_deletion":
        yield f"its entry says `then: {standing.then}`, and not `then: schedule_deletion`"
    elif not standing.forgotten:
        yield "the lock does not record yet that Terraform forgets it: run `kms-baseline deploy` first"
    for state in standing.states:
        yield f"{state} still has it: run `kms-baseline deploy` first"


def _of_the_key(evidence: Evidence) -> Iterator[str]:
    if evidence.ours is None:
        yield "its tags may not be listed"
    elif not evidence.ours:
        yield "it does not have the tags of this key"
    if evidence.peculiarity:
        yield f"it {evidence.peculiarity}"
    if evidence.deletion:
        yield f"it waits already for its deletion on {evidence.deletion:%Y-%m-%d}"
    elif evidence.state != "Disabled":
        yield f"it is {evidence.state}: disable it first, and wait for whom it stops"


def _of_time(evidence: Evidence, days: int, now: datetime) -> Iterator[str]:
    since = now - timedelta(days=days)
    if evidence.disabled is None and evidence.state == "Disabled":
        yield "nobody knows since when it is disabled"
    elif evidence.disabled and evidence.disabled.at > since:
        yield f"it is disabled since {evidence.disabled.at:%Y-%m-%d}, and not for {count(days, 'day')} yet"
    use = evidence.last_use
    if use is None:
        yield "its last use may not be read (kms:GetKeyLastUsage)"
    elif use.at and evidence.disabled and use.at.date() > evidence.disabled.at.date():
        yield f"it was used on {use.at:%Y-%m-%d}, after it is said to be disabled ({evidence.disabled.by})"
    elif use.at and use.at > since:
        yield f"it was used on {use.at:%Y-%m-%d}, less than {count(days, 'day')} ago"
    elif not use.at and not use.never and use.tracked_since > since:
        yield f"its use is known since {use.tracked_since:%Y-%m-%d} only, less than {count(days, 'day')} ago"


def _of_use(evidence: Evidence) -> Iterator[str]:
    if evidence.aliases is None:
        yield "its aliases may not be listed"
    if evidence.grants is None:
        yield "its grants may not be listed"
    elif evidence.grants:
        yield f"it has {count(len(evidence.grants), 'grant')}: {', '.join(evidence.grants)}"
    for dependents in grouped(evidence.dependents):
        yield f"referred to by {dependents}"
    for missed in evidence.not_looked_at:
        yield f"{missed} could not be looked at"


def grouped(dependents: Sequence[Dependent]) -> Iterator[str]:
    """What refers to a key, a line a kind, with the first of them."""
    kinds: dict[str, list[Dependent]] = {}
    for dependent in dependents:
        kinds.setdefault(dependent.kind, []).append(dependent)
    for kind, of_kind in kinds.items():
        yield f"{kind} {some(list(map(str, of_kind)))}"
