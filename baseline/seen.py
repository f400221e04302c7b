"""What AWS has of keys in one account's region, as plain values: what a deployment and `verify` decide by."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from baseline import names
from baseline.features.feature import Thing


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """One grant of a key. https://docs.aws.amazon.com/kms/latest/APIReference/API_GrantListEntry.html"""

    grant_id: str
    grantee: str
    """Who may use the key by it: an ARN, or a service principal."""
    retiring: str = ""
    """Who may end it; empty: whoever the key's policy lets."""
    operations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenKey:
    """One key as AWS has it."""

    key_id: str
    arn: str
    created: datetime
    state: str
    """`Enabled`, `Disabled`, `PendingDeletion`, ..."""
    deletion: datetime | None = None
    """When it is deleted, if it waits for that."""
    peculiarity: str = ""
    """Why it cannot be one of ours, as in "is asymmetric"; empty for a plain symmetric key with AWS's own material."""
    tags: Mapping[str, str] | None
    """None, here and in what follows: it may not be read."""
    policy: str | None
    """Its text."""
    policy_names: tuple[str, ...] | None
    rotation: int | None
    """The days between two rotations; 0: it does not rotate."""
    grants: tuple[Grant, ...] | None

    def is_for(self, namespace: str, purpose: str) -> bool:
        """Whether its tags say that it was made for this purpose. Tags are a claim and no proof."""
        said = dict(zip(names.RESERVED_TAGS, (names.MANAGED_BY, namespace, purpose), strict=True))
        return self.tags is not None and all(self.tags.get(name) == value for name, value in said.items())

    def __str__(self) -> str:
        return f"{self.key_id} (made {self.created:%Y-%m-%d %H:%M} UTC)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What AWS has in one account's region, as far as keys of ours could be meant."""

    aliases: Mapping[str, str]
    """Every alias with the ID of its key, but those that AWS has for itself."""
    keys: Mapping[str, SeenKey]
    """By ID: the keys behind the namespace's aliases, and those that have no alias and our tags."""
    parameters: Mapping[str, str] | None
    """The parameters that were asked for and are there, with their values; None: they may not be read."""
    not_looked_for: tuple[str, ...] = ()
    """In words, what could not be looked for: absence of it says nothing."""


@dataclass(frozen=True, slots=True)
class SeenThing:
    """What a feature made, as AWS has it."""

    key: str = ""
    """Of which key AWS says that it encrypts: an ID, an alias, or the ARN of one of them. Empty: of none."""
    runs: bool = False
    """Of a recorder: whether it records."""


@dataclass(frozen=True, slots=True)
class SeenThings:
    """What features made in one account's region."""

    there: Mapping[Thing, SeenThing | None]
    """None: it is not there."""
    not_read: tuple[str, ...] = ()
    """In words, what could not be read."""
