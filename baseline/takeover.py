"""What becomes of a key, alias or parameter that a plan makes and that AWS may have already.

No key is made while AWS has one with its tags or its alias: it would be the second one, and the data of the first would
count as lost. So where a plan makes something, AWS is looked at first, and this decides, of one key's three resources,
what is imported in place of being made, what only the owner can decide, and what is refused.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from baseline.inventory import Key
from baseline.seen import Seen, SeenKey

TAKE_OVER = "--take-over"


@dataclass(frozen=True, slots=True, kw_only=True)
class Making:
    """What a plan makes of one key's resources."""

    key: bool
    alias: bool
    parameter: bool
    known: str | None = None
    """The ID of the key that the state has at this address; None: it has none."""
    known_elsewhere: Collection[str] = ()
    """The IDs of the keys that states have; where the plan makes this one, all of them are at other addresses."""


@dataclass(frozen=True, slots=True)
class Takeover:
    """What was decided about one key's resources."""

    imports: Mapping[str, str]
    """Terraform addresses with the ID that is imported there."""
    refusal: str = ""
    """Why nothing may be made and nothing be taken over."""
    question: str = ""
    """What the owner must decide before the imports may be used."""
    note: str = ""
    """What the owner should know and nothing waits for."""


def decide(key: Key, namespace: str, making: Making, seen: Seen) -> Takeover:
    """What to import before anything of this key is made.

    Nothing of it is in two states then: a key that a state has at another address is never imported, and every import is
    of an address that the plan would make.
    """
    target = seen.aliases.get(key.alias)
    if not making.key:
        return _for_known(key, making, seen, target)
    behind = seen.keys.get(target) if target else None
    if target and (behind is None or not behind.is_for(namespace, key.purpose)):
        return Takeover({}, refusal=_foreign(key, target))
    ours = sorted(
        (found for found in seen.keys.values() if found.is_for(namespace, key.purpose)),
        key=lambda found: (found.key_id != target, found.created, found.key_id),
    )
    free = [found for found in ours if found.key_id not in making.known_elsewhere]
    if not ours:
        return _nothing_there(key, making, seen)
    if not free or target in making.known_elsewhere:
        return Takeover({}, refusal=_taken(key, ours[0]))
    chosen, *others = free
    if problem := _unsound(key, chosen, nameless=chosen.key_id != target):
        return Takeover({}, refusal=f"{chosen} has the tags of this key and {problem}")
    return Takeover(
        _imports(key, making, seen, chosen, target),
        question=_question(key, chosen, target),
        note=_duplicates(others),
    )


def _for_known(key: Key, making: Making, seen: Seen, target: str | None) -> Takeover:
    """The key is in the state; its alias or parameter may be there without the state knowing."""
    if making.alias and target and target != making.known:
        return Takeover({}, refusal=f"{key.alias} is at the key {target}, and the state has {making.known}")
    alias = {_address("aws_kms_alias", key): key.alias} if making.alias and target else {}
    return Takeover(alias | _parameter(key, making, seen), question=_other_parameter(key, making, seen))


def _nothing_there(key: Key, making: Making, seen: Seen) -> Takeover:
    return Takeover(_parameter(key, making, seen), question=_other_parameter(key, making, seen))


def _imports(key: Key, making: Making, seen: Seen, chosen: SeenKey, target: str | None) -> dict[str, str]:
    alias = {_address("aws_kms_alias", key): key.alias} if making.alias and target == chosen.key_id else {}
    return {_address("aws_kms_key", key): chosen.key_id, **alias, **_parameter(key, making, seen)}


def _parameter(key: Key, making: Making, seen: Seen) -> dict[str, str]:
    """The import of the parameter, where the plan makes one that is there."""
    there = making.parameter and key.parameter in (seen.parameters or {})
    return {_address("aws_ssm_parameter", key): key.parameter} if there and key.parameter else {}


def _unsound(key: Key, found: SeenKey, nameless: bool) -> str:
    """Why a key is taken over by nobody's word: in whose hands it was, nobody knows."""
    if found.peculiarity:
        return found.peculiarity
    if found.state not in key.states:
        return f"is {found.state}; enable it, or cancel its deletion, and deploy again"
    if nameless and found.grants:
        return "has grants, though no alias: somebody uses it; look at it before anything is made"
    return ""


def _question(key: Key, chosen: SeenKey, target: str | None) -> str:
    """A nameless key with our policy was never handed out: a deployment that was killed left it behind."""
    if chosen.key_id == target:
        return f"{chosen} is complete, with {key.alias}, and this state does not know it"
    if chosen.grants is None:
        return f"{chosen} has the tags of this key, and its grants may not be listed"
    if chosen.policy is None or not _same(chosen.policy, key.policy.render()):
        return f"{chosen} has the tags of this key and another policy"
    return ""


def _same(policy: str, other: str) -> bool:
    try:
        return bool(json.loads(policy) == json.loads(other))
    except ValueError:
        return False


def _foreign(key: Key, target: str) -> str:
    return f"{key.alias} is at the key {target}, which does not have the tags of this key"


def _taken(key: Key, found: SeenKey) -> str:
    return f"{found} has the tags of this key, and a state has it at another address"


def _other_parameter(key: Key, making: Making, seen: Seen) -> str:
    """What to ask where the parameter is there and has another value than the ARN of the key in the state."""
    value = (seen.parameters or {}).get(key.parameter or "")
    if not making.parameter or value is None or (making.known and value.endswith(f":key/{making.known}")):
        return ""
    return f"the parameter {key.parameter} is there and says {value}"


def _duplicates(others: Collection[SeenKey]) -> str:
    return f"left alone, though they have the same tags: {', '.join(map(str, others))}" if others else ""


def _address(type: str, key: Key) -> str:
    return f"{type}.{key.address}"
