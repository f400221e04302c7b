"""The condition keys that a key policy can speak of: their types, and which caller's requests carry which of them.

This is the one table for everybody who asks. It comes from `condition_keys.json`, which names its sources and its
date, and for the keys of KMS itself, which follow from the action, from `kms_actions.json`.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from baseline.iam.actions import ACTIONS, KMS_CONDITION_KEYS, did_you_mean
from baseline.iam.policy_error import PolicyError

CallerKind = Literal["direct", "forwarded", "service"]
"""An IAM principal signs the request; a service passes its session on (`kms:ViaService` is there); a service calls by
its own service principal."""
KeyType = Literal["String", "ARN", "Bool", "Numeric", "Date", "IPAddress", "ArrayOfString"]
Presence = Literal["always", "sometimes", "never", "unknown"]
Constant = Literal["", "account", "region"]

ENCRYPTION_CONTEXT = "kms:EncryptionContext:"
"""The keys of this family end in the name of one pair of the encryption context."""
_PEOPLE: tuple[CallerKind, ...] = ("direct", "forwarded")


@dataclass(frozen=True, slots=True)
class Carried:
    """Whether the requests of a kind of caller carry a key."""

    presence: Presence
    evidence: str
    """documented, reported, inferred; empty where the presence is unknown."""


@dataclass(frozen=True, slots=True)
class ConditionKey:
    """One condition key, or a family of them such as `aws:PrincipalTag/${TagKey}`."""

    name: str
    """As AWS spells it."""
    type: KeyType
    carried: Mapping[CallerKind, Carried]
    """By who calls; empty where only the action counts."""
    sources: tuple[str, ...]
    by_action: bool = False
    """Whether only some actions carry it."""
    required_by: frozenset[str] = frozenset()
    """The actions whose every call carries it, since its parameter is required:
    https://docs.aws.amazon.com/kms/latest/APIReference/API_Operations.html"""
    is_refused: bool = False
    """Whether KMS takes no key policy with it; it works in IAM policies."""
    constant: Constant = ""
    """What of the KMS key is its value in every request to it: the account, the region; empty: it varies."""
    is_chosen_by_caller: bool = False
    """Whether the caller writes what it likes, so that it protects nothing."""
    is_exact: bool = False
    """Whether AWS says that a wildcard in its value has no use."""

    @property
    def has_several_values(self) -> bool:
        return self.type == "ArrayOfString"


def _global(entry: Mapping[str, Any]) -> ConditionKey:
    return ConditionKey(
        name=entry["name"],
        type=entry["type"],
        carried={kind: Carried(*entry[kind]) for kind in (*_PEOPLE, "service")},
        sources=tuple(entry["sources"]),
        by_action=entry.get("by_action", False),
        is_refused=entry.get("refused", False),
        constant=entry.get("value", ""),
        is_chosen_by_caller=entry.get("caller_chosen", False),
        is_exact=entry.get("exact", False),
    )


_TABLE: Mapping[str, Any] = json.loads(Path(__file__).with_suffix(".json").read_bytes())
_IN_KEY_POLICIES: Mapping[str, Mapping[str, Any]] = {entry["name"]: entry for entry in _TABLE["kms_keys"]}
_BY_CALLER: Mapping[str, Mapping[CallerKind, Carried]] = {
    # https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html
    "kms:CallerAccount": {
        "direct": Carried("always", "documented"),
        "forwarded": Carried("always", "documented"),
        "service": Carried("never", "inferred"),
    },
    "kms:ViaService": {
        "direct": Carried("never", "documented"),
        "forwarded": Carried("always", "documented"),
        "service": Carried("sometimes", "documented"),
    },
}


def _of_kms(name: str, kind: KeyType) -> ConditionKey:
    entry = _IN_KEY_POLICIES.get(name) or _IN_KEY_POLICIES.get(name.rstrip("0123456789"), {})  # PCR0, PCR1 ...
    is_refused = entry.get("in_key_policies", ["unknown"])[0] == "refused"
    sources, required_by = tuple(entry.get("sources", ())), frozenset(entry.get("required_by", ()))
    return ConditionKey(name, kind, _BY_CALLER.get(name, {}), sources, True, required_by, is_refused)


KEYS_AS_OF: str = _TABLE["as_of"]
GLOBAL: Mapping[str, ConditionKey] = {entry["name"]: _global(entry) for entry in _TABLE["keys"]}
"""The keys that are not KMS's own."""
KEYS: Mapping[str, ConditionKey] = {
    **{name: _of_kms(name, kind) for name, kind in KMS_CONDITION_KEYS.items()},  # type: ignore[arg-type]
    **GLOBAL,
}
"""Every key and family of keys, by its name as AWS spells it."""

_FAMILIES = {name[: name.index("${")]: name for name in KEYS if "${" in name}
_NAMES = {name.lower(): name for name in KEYS if "${" not in name}
_PREFIXES = {prefix.lower(): prefix for prefix in _FAMILIES}


@cache
def spelled(key: str) -> str:
    """The condition key as AWS spells it. Raises PolicyError for an unknown one."""
    lower = key.lower()
    if lower in _NAMES:
        return _NAMES[lower]
    for prefix, spelling in _PREFIXES.items():
        if lower.startswith(prefix) and len(key) > len(prefix):
            return spelling + key[len(prefix) :]
    if lower in _PREFIXES:
        raise PolicyError(f"condition key `{key}` needs a name behind it", "Condition")
    near = did_you_mean(key, (*_NAMES.values(), *_FAMILIES))
    raise PolicyError(f"unknown condition key `{key}`{near}", "Condition")


@cache
def condition_key(key: str) -> ConditionKey:
    """What is known of a key; letter case does not count. Raises PolicyError for an unknown one."""
    name = spelled(key)
    return (
        KEYS[name]
        if name in KEYS
        else KEYS[next(full for prefix, full in _FAMILIES.items() if name.startswith(prefix))]
    )


def is_open(key: str) -> bool:
    """Whether it is one of a family, whose name and values somebody chose: a tag, a pair of the encryption context."""
    return spelled(key) not in KEYS


@cache
def is_carried(key: str, action: str) -> bool:
    """Whether a request for the action carries the key at all, whoever calls."""
    known = condition_key(key)
    return not known.by_action or known.name in ACTIONS[action].condition_keys


@cache
def is_required(key: str, action: str) -> bool:
    """Whether every request for the action carries the key, whoever calls."""
    return action in condition_key(key).required_by


@cache
def presence(key: str, *callers: CallerKind) -> Presence:
    """Whether requests carry the key, of these kinds of callers together: always and never if all of them do."""
    each = {carried.presence for carried in _of_each(key, callers)}
    if len(each) == 1:
        return each.pop()
    return "unknown" if each <= {"unknown", "never"} else "sometimes"


def _of_each(key: str, callers: tuple[CallerKind, ...]) -> Iterator[Carried]:
    known = condition_key(key)
    for kind in callers:
        yield known.carried.get(kind, Carried("sometimes", "documented"))


def of_people(key: str) -> Presence:
    """Whether requests of IAM principals carry the key, their own and those that services make for them."""
    return presence(key, *_PEOPLE)


def of_services(key: str) -> Presence:
    """Whether services carry the key when they call by their own service principal."""
    return presence(key, "service")
