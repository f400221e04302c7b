"""Everything that one account's region has, held against what it should have."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial

from baseline import names
from baseline.drift.expected import ExpectedPlace
from baseline.drift.finding import Difference, Finding
from baseline.drift.key import key_differences, state_differences
from baseline.drift.things import thing_differences
from baseline.inventory import Key
from baseline.seen import Seen, SeenKey, SeenThings


def find(expected: ExpectedPlace, seen: Seen | None, things: SeenThings) -> Iterator[Finding]:
    """Every finding in one region of one account: key by key, then what belongs to none of them, then features.

    `seen` is None where not even the aliases may be listed.
    """
    if seen is None:
        problem = "nothing is known of the keys: their aliases may not be listed (kms:ListAliases is denied)"
        yield _finding(expected, Difference("not-readable", problem))
    else:
        yield from _Comparison(expected, seen).findings()
    yield from _of_features(expected, seen, things)


def key_behind(key: Key, namespace: str, seen: Seen) -> SeenKey | None:
    """The key that AWS has in a key's place: behind its alias, or else with its tags; None where there is none to read."""
    target = seen.aliases.get(key.alias)
    behind = seen.keys.get(target or "")
    if target and behind is None:
        return None
    if behind and (behind.tags is None or behind.is_for(namespace, key.purpose)):
        return behind
    ours = _with_tags(seen, namespace, key.purpose)
    if ours:
        return ours[0]
    published = (seen.parameters or {}).get(key.parameter or "")
    # Tags may have been taken off; that a parameter speaks of another key says that it is not this one.
    return behind if behind and published in (None, behind.arn) else None


def _with_tags(seen: Seen, namespace: str, purpose: str) -> list[SeenKey]:
    """The keys with the tags of a purpose: first those that stay, of these the oldest."""
    ours = (found for found in seen.keys.values() if found.is_for(namespace, purpose))
    return sorted(ours, key=lambda found: (found.deletion is not None, found.created, found.key_id))


def _of_features(expected: ExpectedPlace, seen: Seen | None, things: SeenThings) -> Iterator[Finding]:
    keys = {key.address: key for key in expected.keys}
    for thing, found in things.there.items():
        key = keys.get(thing.key or "")
        right = key_behind(key, expected.namespace, seen) if key and seen else None
        of = thing_differences(thing, found, right.key_id if right else None, partial(_key_id, seen))
        yield from (_finding(expected, difference, key.purpose if key else "") for difference in of)
    for what in things.not_read:
        yield _finding(expected, Difference("not-readable", f"could not read {what}"))


def _key_id(seen: Seen | None, text: str) -> str | None:
    """The ID of a key by what AWS calls it: its ID, an alias, or the ARN of one of them."""
    name = text.split(":", 5)[-1]
    if name.startswith("alias/"):
        return seen.aliases.get(name) if seen else None
    return name.removeprefix("key/")


@dataclass
class _Comparison:
    expected: ExpectedPlace
    seen: Seen
    known: set[str] = field(default_factory=set)
    """The IDs of keys that were found in the place of an expected one."""

    def findings(self) -> Iterator[Finding]:
        expected = self.expected
        for key in expected.keys:
            yield from (self._finding(difference, key.purpose) for difference in self._of_key(key))
        for purpose in expected.kept:
            yield from (self._finding(difference, purpose) for difference in self._of_kept(purpose))
        yield from self._others()
        for what in self.seen.not_looked_for:
            yield self._finding(Difference("not-readable", f"could not look for {what}"))

    def _finding(self, difference: Difference, purpose: str = "") -> Finding:
        return _finding(self.expected, difference, purpose)

    def _of_key(self, key: Key) -> Iterator[Difference]:
        target = self.seen.aliases.get(key.alias)
        found = key_behind(key, self.expected.namespace, self.seen)
        if found is None:
            yield self._nothing_there(key, target)
            return
        self.known.add(found.key_id)
        if target is None:
            yield Difference("alias-gone", f"{key.alias} is not there, and the key {found.key_id} is")
        elif target != found.key_id:
            yield Difference("alias-moved", f"{key.alias} is at the key {target}, and not at {found.key_id}")
        yield from key_differences(key, self.expected.provider.tags, found, self.expected.roles)
        others = sorted(a for a, id in self.seen.aliases.items() if id == found.key_id and a != key.alias)
        if others and found.key_id not in self.expected.adopted:
            yield Difference("second-alias", f"the key {found.key_id} has another alias: {', '.join(others)}")
        if key.parameter and self.seen.parameters is not None:
            yield from _parameter(key.parameter, self.seen.parameters.get(key.parameter), found.arn)

    def _nothing_there(self, key: Key, target: str | None) -> Difference:
        if target is None:
            return Difference("key-gone", f"there is neither {key.alias} nor a key with its tags")
        if target not in self.seen.keys:
            return Difference("not-readable", f"the key {target} behind {key.alias} may not be described")
        return Difference("alias-moved", f"{key.alias} is at the key {target}, and no key has its tags")

    def _of_kept(self, purpose: str) -> Iterator[Difference]:
        alias = names.alias(self.expected.namespace, purpose)
        ours = _with_tags(self.seen, self.expected.namespace, purpose)
        found = self.seen.keys.get(self.seen.aliases.get(alias, "")) or (ours[0] if ours else None)
        if found is None:
            yield Difference("key-gone", f"the retired key is not there: neither {alias} nor a key with its tags")
            return
        self.known.add(found.key_id)
        yield from state_differences(found)

    def _others(self) -> Iterator[Finding]:
        """Keys of ours beside those that should be there. Those that wait for their deletion were seen to."""
        named: dict[str, list[str]] = {}
        for alias, key_id in self.seen.aliases.items():
            named.setdefault(key_id, []).append(alias)
        wanted = {key.purpose for key in self.expected.keys} | set(self.expected.kept)
        for found in self.seen.keys.values():
            if found.key_id in self.known or found.state == "PendingDeletion":
                continue
            purpose = (found.tags or {}).get("purpose", "")
            ours = found.is_for(self.expected.namespace, purpose)
            if ours and purpose in self.expected.leaving:
                continue
            aliases = sorted(named.get(found.key_id, ()))
            if set(aliases) & set(self.expected.aliases) and not ours:
                continue  # said as an alias that moved
            if ours and purpose in wanted:
                yield self._finding(Difference("duplicate", f"{found} has the tags of this key too"), purpose)
            elif aliases:
                said = f"{found} has {', '.join(aliases)}, and the configuration has no such key here"
                yield self._finding(Difference("unexpected-key", said), purpose if ours else "")
            else:
                said = f"{found} has our tags and no alias, and the configuration has no such key here"
                yield self._finding(Difference("orphan", said), purpose)


def _finding(expected: ExpectedPlace, difference: Difference, purpose: str = "") -> Finding:
    where = (expected.account, expected.provider.account_id, expected.provider.region)
    return Finding(difference.kind, *where, purpose, difference.problem)


def _parameter(name: str, value: str | None, arn: str) -> Iterator[Difference]:
    if value is None:
        yield Difference("parameter", f"the parameter {name} is not there")
    elif value != arn:
        yield Difference("parameter", f"the parameter {name} says {value}, and not {arn}")
