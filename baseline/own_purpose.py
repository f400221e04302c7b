"""A purpose of the owner's own, as it is defined: what its key is made of and what must hold of it both follow from this.

Texts may hold `{partition}`, `{region}`, `{account}`, `{namespace}` and `{organization}`, which stand for the key's own.
"""

from dataclasses import dataclass
from typing import Literal

from baseline.regions import CallsFrom

PREFIX = "custom-"
"""How the names of the owner's purposes begin, in aliases, parameters, addresses and the lock, so that no purpose of a later
version has the name of one."""
OWN_NAME = r"[a-z][a-z0-9-]{0,39}"
OWN_PURPOSE = PREFIX + OWN_NAME

May = Literal["read", "write", "publish", "use"]
"""`read` decrypts, `write` encrypts and makes data keys, `publish` makes data keys and decrypts, `use` does all of it."""

Values = tuple[str, tuple[str, ...]]
"""A name, and the values of which one is demanded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnThrough:
    """What every principal of the account may do while a service calls KMS on its behalf."""

    service: str
    """As in `kms:ViaService`: the label before the region."""
    may: May
    grants: bool
    """Whether grants may be made, for AWS resources alone."""
    calls_from: CallsFrom
    context: tuple[Values, ...]
    """By name: what the encryption context must have, wherever something is encrypted, decrypted or granted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnCall:
    """What a service may do that calls by its own service principal, and what fences it to the account."""

    service: str
    """What its service principal is before its region and `.amazonaws.com`."""
    may: May
    fence: tuple[tuple[str, str], ...]
    """By condition key: what each call must carry."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnPurpose:
    """What the keys of an owner's purpose are for."""

    name: str
    """With the prefix."""
    title: str
    through: tuple[OwnThrough, ...]
    calls: tuple[OwnCall, ...]
    share: May
    """What other accounts that are let in may do, through the services of `through`; without any, by themselves."""
    share_grants: bool
    source: str
    """Where it is written."""


def condition_key(name: str) -> str:
    """The condition key of one pair of the encryption context."""
    return f"kms:EncryptionContext:{name}"


def is_of_context(key: str) -> bool:
    """Whether a condition key is one of the encryption context, which DescribeKey never carries."""
    return key.startswith("kms:EncryptionContext:")


def operator(values: tuple[str, ...]) -> Literal["ArnLike", "StringLike", "StringEquals"]:
    """How values are compared: ARNs part by part, so that no `*` reaches over the account's."""
    if all(value.startswith("arn:") for value in values):
        return "ArnLike"
    return "StringLike" if any("*" in value or "?" in value for value in values) else "StringEquals"
