"""The KMS actions that can act in a key policy, and the condition keys that each of them carries.

All of it comes from `kms_actions.json`, which names its sources and its date.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from baseline.iam.policy_error import PolicyError

PREFIX = "kms:"


@dataclass(frozen=True, slots=True)
class Action:
    """One KMS action, under the name that a policy gives it, such as `kms:Decrypt`."""

    name: str
    access_level: str
    cryptographic: bool
    """It uses the key on data."""
    key_policy: bool
    """It is authorized against a key, so a key policy can allow or deny it."""
    api_operation: bool
    """Somebody can call it; the others are permissions that KMS checks during another call."""
    condition_keys: frozenset[str]
    cross_account: bool
    """KMS honours it for principals of other accounts, though it is not cryptographic."""

    @property
    def is_between_replicas(self) -> bool:
        """KMS itself calls it from key to key, so a condition on the caller says nothing about it."""
        return not self.api_operation and not self.cryptographic


def _action(entry: Mapping[str, Any]) -> Action:
    return Action(
        name=PREFIX + entry["name"],
        access_level=entry["access_level"],
        cryptographic=entry["cryptographic"],
        key_policy=entry["key_policy"],
        api_operation=entry["api_operation"],
        condition_keys=frozenset(entry["condition_keys"]),
        cross_account=entry.get("cross_account", False),
    )


_REFERENCE: Mapping[str, Any] = json.loads(Path(__file__).with_name("kms_actions.json").read_bytes())
_ALL = tuple(_action(entry) for entry in _REFERENCE["actions"])

AS_OF: str = _REFERENCE["as_of"]
"""The date of the list. KMS adds actions, and a pattern such as `kms:*` takes them in."""
ACTIONS: Mapping[str, Action] = {action.name: action for action in _ALL if action.key_policy}
CRYPTOGRAPHIC: frozenset[str] = frozenset(name for name, action in ACTIONS.items() if action.cryptographic)
CROSS_ACCOUNT: frozenset[str] = CRYPTOGRAPHIC | {name for name, action in ACTIONS.items() if action.cross_account}
"""What KMS honours for principals of other accounts than the key's, whatever else a key policy gives them.
https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-modifying-external-accounts.html"""
KMS_CONDITION_KEYS: Mapping[str, str] = {entry["name"]: entry["type"] for entry in _REFERENCE["condition_keys"]}
"""The condition keys that the reference of KMS lists, with their types."""

_SPELLING = {action.name.lower(): action.name for action in _ALL}


def service_problem(action: str) -> str:
    """What is wrong with an action that begins with no service; empty for others.

    IAM refuses such a policy: "Action vendors (e.g., aws, ec2, etc.) must not contain wildcards", as in
    https://github.com/boogy/iam-policy-validator/pull/172. That KMS does is inferred.
    """
    has_wildcard = re.search(r"[*?]", action.partition(":")[0])
    return f"`{action}` has a wildcard where `{PREFIX}` stands" if has_wildcard and action != "*" else ""


@cache
def expand(pattern: str) -> tuple[str, ...]:
    """The actions of a key policy that the pattern means, sorted; none if it means none.

    Letter case does not count; `*` is any run of characters, `?` one character.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html
    """
    wanted = re.compile(re.escape(pattern.lower()).replace(r"\*", ".*").replace(r"\?", "."))
    return tuple(sorted(name for name in ACTIONS if wanted.fullmatch(name.lower())))


@cache
def expand_all(patterns: tuple[str, ...]) -> frozenset[str]:
    """Every action that one of the patterns means."""
    return frozenset(name for pattern in patterns for name in expand(pattern))


@cache
def canonical(pattern: str) -> str:
    """The action or pattern as AWS spells it.

    Raises PolicyError for one that no key policy can use: an unknown action, an action that works
    in IAM policies only, a pattern that means no action.
    """
    if pattern == "*":
        return pattern
    names = expand(pattern) if pattern.lower().startswith(PREFIX) else ()
    if not names:
        raise PolicyError(_why_no_action(pattern), "Action")
    return _spelled_like(names, pattern)


def _spelled_like(names: tuple[str, ...], pattern: str) -> str:
    """The pattern with the letter case of the names, as far as its text before the first wildcard reaches."""
    literal = re.split(r"[*?]", pattern, maxsplit=1)[0]
    return names[0][: len(literal)] + pattern[len(literal) :]


def _why_no_action(pattern: str) -> str:
    if pattern.lower() in _SPELLING:
        return f"action `{_SPELLING[pattern.lower()]}` has no effect in a key policy"
    if "*" in pattern or "?" in pattern:
        return f"no action of a key policy matches `{pattern}`"
    return f"unknown action `{pattern}`" + did_you_mean(pattern, ACTIONS)


def did_you_mean(written: str, known: Iterable[str]) -> str:
    """The nearest known word, as the end of an error's sentence; empty when none is near."""
    from difflib import get_close_matches  # here, so that only a mistake pays for it

    spelling = {word.lower(): word for word in known}
    near = get_close_matches(written.lower(), spelling, n=1)
    return f"; did you mean `{spelling[near[0]]}`" if near else ""
