"""The value that every form of the report shows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass, replace
from functools import cache
from typing import Any, Literal

from baseline.report.key_facts import KeyFacts, PolicyFacts, Standing, Verdict

Answered = Literal["pass", "fail", "not applicable", "not known"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Something that has to be seen first."""

    kind: Literal["property", "use", "difference", "unread", "change"]
    """What it is: a property does not hold; AWS would refuse a use of a key; AWS has something otherwise, or could not be
    read; something changed since an earlier export."""
    title: str
    text: str
    where: str
    """The key, or what else it is about."""
    also: str = ""
    """Other keys of which it is the same, some by name; empty: none."""
    key: str = ""
    """`ACCOUNT/REGION/PURPOSE` of the first key; empty: it is about no single one."""
    is_certain: bool = True
    """False: it is only not decided."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AwsFacts:
    """What AWS was found to have otherwise."""

    findings: tuple[Failure, ...]
    unreachable: tuple[Failure, ...]
    keys: int
    """How many keys were held against AWS."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangesFacts:
    """What changed since an earlier export."""

    since: str
    made_by: str
    """The version of the program that wrote it, and the commit; empty: not known."""
    new: tuple[str, ...]
    gone: tuple[str, ...]
    changed: tuple[Failure, ...]
    """Keys that are alike in what changed, with what that means."""
    by_program: tuple[Failure, ...]
    """The same of keys whose configuration did not change, and whose policy today's program writes otherwise."""
    settings: tuple[str, ...]

    @property
    def nothing(self) -> bool:
        """Whether everything is as it was."""
        return not (self.new or self.gone or self.changed or self.by_program or self.settings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Uncovered:
    """Something that is not encrypted with our keys, and why."""

    what: str
    where: str
    why: str
    place: str = ""
    """Where the configuration says so; empty: it says nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlFacts:
    """A control of Security Hub, with the requirements that AWS relates to it, and its answer."""

    id: str
    asks: str
    rule: str
    standards: Mapping[str, str | None]
    """By standard its requirements; None: nobody has looked that up."""
    source: str
    answer: Answered
    evidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExceptionFacts:
    """What the owner says of some keys otherwise than of others."""

    account: str | None
    """None, here and in what follows: every one."""
    region: str | None
    purpose: str | None
    says: str
    """The settings, as the configuration has them."""
    reason: str
    """Empty: none is written."""
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WaiverFacts:
    """A property that need not hold of some keys."""

    property: str
    where: str
    reason: str
    place: str
    idle: str
    """Why it does nothing; empty: it is needed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetiredFacts:
    """A key that is not wanted any more."""

    where: str
    account_id: str
    what: str
    """What becomes of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PropertyFacts:
    """A property that is proven, and of how many keys it holds."""

    id: str
    sentence: str
    counts: Mapping[str, int]
    """By verdict, `waived` among them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What one region of one account has."""

    account: str
    account_id: str
    region: str
    keys: int
    standing: Standing | Literal["none"]
    """Of the worst of its keys."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """What a report was made of and by. There is no time in it: the same configuration gives the same report."""

    program: str
    configuration: str
    sha256: str
    """Of the configuration's text."""
    revision: str | None
    """The commit that last changed the configuration or its lock; None: not in Git as it is here."""
    namespace: str
    partition: str
    organization: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everything."""

    origin: Origin
    failures: tuple[Failure, ...]
    aws: AwsFacts | None
    """None: AWS was not asked."""
    changes: ChangesFacts | None
    """None: with nothing compared."""
    regions: tuple[str, ...]
    places: tuple[Place, ...]
    keys: tuple[KeyFacts, ...]
    policies: tuple[PolicyFacts, ...]
    proofs: tuple[tuple[Verdict, ...], ...]
    uses: tuple[tuple[str, ...], ...]
    controls: tuple[ControlFacts, ...]
    uncovered: tuple[Uncovered, ...]
    exceptions: tuple[ExceptionFacts, ...]
    waivers: tuple[WaiverFacts, ...]
    retired: tuple[RetiredFacts, ...]
    properties: tuple[PropertyFacts, ...]
    assumptions: Mapping[str, str]
    never_run: tuple[str, ...]
    notes: tuple[str, ...]
    purposes: Mapping[str, str] = field(default_factory=dict)
    """What each purpose's keys encrypt, in words."""

    @property
    def not_rotating(self) -> int:
        """How many keys do not rotate."""
        return sum(key.rotation_period_days is None for key in self.keys)


def plain(value: Any) -> Any:
    """A value of dataclasses as JSON has it."""
    if is_dataclass(value):
        kind: Any = type(value)
        return {name: plain(getattr(value, name)) for name in _names(kind)}
    if isinstance(value, Mapping):
        return {name: plain(inner) for name, inner in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [plain(inner) for inner in value]
    return value


def replaced(value: Any, old: str, new: str) -> Any:
    """A value of dataclasses with another text in place of one in all its texts."""
    if isinstance(value, str):
        return value.replace(old, new)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{name: replaced(getattr(value, name), old, new) for name in _names(type(value))})
    if isinstance(value, Mapping):
        return {name: replaced(inner, old, new) for name, inner in value.items()}
    return tuple(replaced(inner, old, new) for inner in value) if isinstance(value, tuple) else value


@cache
def _names(kind: Any) -> tuple[str, ...]:
    return tuple(entry.name for entry in fields(kind))
