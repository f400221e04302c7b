"""The keys that exist, or may: every key ever generated. Synth adds to it and never removes from it.

The file is JSON with one line an account and region, sorted, so that a merge of two branches is a merge of lines:
every line of a key ends in a comma, for the list ends in a `null`.
"""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import NamedTuple

from baseline import names
from baseline.names import Layout

LOCK_VERSION = 1


class AccountRegion(NamedTuple):
    """An account's region: what one line of the lock is about."""

    account_id: str
    region: str


class KeyIdentity(NamedTuple):
    """Which key: no account has two of one purpose in one region."""

    account_id: str
    region: str
    purpose: str


class LockedKey(NamedTuple):
    """One key of the lock."""

    account_id: str
    region: str
    purpose: str
    stack: str

    @property
    def key(self) -> KeyIdentity:
        """Which key it is."""
        return KeyIdentity(*self[:3])


class LockedResource(NamedTuple):
    """Something that a feature made and that stays when the feature is switched off."""

    account_id: str
    region: str
    address: str
    """Its Terraform address."""
    stack: str


@dataclass(frozen=True, slots=True)
class Line:
    """What exists in one account's region."""

    purposes: frozenset[str]
    stack: str
    """The stack, and so the state, in which all of it is."""
    resources: frozenset[str] = frozenset()
    """The Terraform addresses of what features made and never destroy."""
    left_alone: frozenset[str] = frozenset()
    """Patterns of the log groups that an automatic remediation was last told to leave alone."""
    adopted: Mapping[str, str] = field(default_factory=dict)
    """By purpose: the ID of the key that others made, and that its owner gave us."""
    adopted_names: frozenset[str] = frozenset()
    """Aliases and parameters of adopted keys that were there already."""
    retired: frozenset[str] = frozenset()
    """The purposes of keys that stay in AWS and that Terraform was last told to forget."""

    def adding(self, *, purposes: Collection[str] = (), resources: Collection[str] = ()) -> "Line":
        """The line with these as well; the same line when they are in it."""
        if self.purposes.issuperset(purposes) and self.resources.issuperset(resources):
            return self
        return replace(self, purposes=self.purposes.union(purposes), resources=self.resources.union(resources))


@dataclass(frozen=True)
class Lock:
    """All keys that were ever generated, and what decided which state they are in: layout and backend."""

    layout: Layout | None = None
    """None: nothing was generated yet."""
    lines: Mapping[AccountRegion, Line] = field(default_factory=dict)
    backend: str | None = None
    """Where the states are, as the backends of `organization` tell it."""

    @cached_property
    def bases(self) -> dict[str, str]:
        """By account ID: the name that the account's stacks are made of, for good."""
        if self.layout is None:
            return {}
        return {
            where.account_id: names.stack_base(line.stack, where.region, self.layout)
            for where, line in self.lines.items()
        }

    @cached_property
    def entries(self) -> tuple[LockedKey, ...]:
        """Every key, sorted."""
        return tuple(
            LockedKey(*where, purpose, line.stack)
            for where, line in sorted(self.lines.items())
            for purpose in sorted(line.purposes)
        )

    @cached_property
    def adopted(self) -> dict[KeyIdentity, str]:
        """The IDs of all adopted keys."""
        return {
            KeyIdentity(*where, purpose): key_id
            for where, line in sorted(self.lines.items())
            for purpose, key_id in sorted(line.adopted.items())
        }

    @cached_property
    def resources(self) -> tuple[LockedResource, ...]:
        """Everything that features made and never destroy, sorted."""
        return tuple(
            LockedResource(*where, address, line.stack)
            for where, line in sorted(self.lines.items())
            for address in sorted(line.resources)
        )

    def adding(
        self, layout: Layout, backend: str, keys: Iterable[LockedKey], resources: Iterable[LockedResource] = ()
    ) -> "Lock":
        """The lock with these keys and resources as well."""
        lines = dict(self.lines)
        stacks: dict[AccountRegion, str] = {}
        purposes: dict[AccountRegion, set[str]] = {}
        for key in keys:
            where = AccountRegion(key.account_id, key.region)
            stacks.setdefault(where, key.stack)
            purposes.setdefault(where, set()).add(key.purpose)
        for where, more in purposes.items():
            lines[where] = lines.get(where, Line(frozenset(), stacks[where])).adding(purposes=more)
        addresses: dict[AccountRegion, set[str]] = {}
        for resource in resources:
            addresses.setdefault(AccountRegion(resource.account_id, resource.region), set()).add(resource.address)
        for where, more in addresses.items():
            # What a feature makes stands beside a key of its region, so the line is there.
            lines[where] = lines[where].adding(resources=more)
        return Lock(layout, lines, backend)

    def adopting(self, key: KeyIdentity, key_id: str, names: Collection[str]) -> "Lock":
        """The lock with this key adopted, and with those of its names that were there already."""
        where = AccountRegion(key.account_id, key.region)
        line = self.lines[where]
        adopted = {**line.adopted, key.purpose: key_id}
        line = replace(line, adopted=adopted, adopted_names=line.adopted_names.union(names))
        return replace(self, lines={**self.lines, where: line})

    def without(self, keys: Collection[KeyIdentity]) -> "Lock":
        """The lock without these keys, and without lines that have no key any more."""
        gone = set(keys)
        lines = {}
        for where, line in self.lines.items():
            left = frozenset(purpose for purpose in line.purposes if KeyIdentity(*where, purpose) not in gone)
            if left:
                lines[where] = replace(line, purposes=left)
        return replace(self, lines=lines)

    def laid_out(self, layout: Layout) -> "Lock":
        """The lock with the same keys in the stacks of another layout."""
        lines = {
            where: replace(line, stack=names.stack(self.bases[where.account_id], where.region, layout))
            for where, line in self.lines.items()
        }
        return replace(self, layout=layout, lines=lines)

    def leaving_alone(self, patterns: Mapping[AccountRegion, frozenset[str]]) -> "Lock":
        """The lock with these patterns in place of those that it has for the same regions."""
        lines = {where: replace(self.lines[where], left_alone=of_region) for where, of_region in patterns.items()}
        return replace(self, lines={**self.lines, **lines})

    def retiring(self, keys: Collection[KeyIdentity]) -> "Lock":
        """The lock with these keys as those that Terraform forgets, and no others."""
        purposes: dict[AccountRegion, set[str]] = {where: set() for where, line in self.lines.items() if line.retired}
        for key in keys:
            purposes.setdefault(AccountRegion(key.account_id, key.region), set()).add(key.purpose)
        lines = {where: replace(self.lines[where], retired=frozenset(own)) for where, own in purposes.items()}
        return replace(self, lines={**self.lines, **lines})

    @property
    def retired(self) -> Iterator[KeyIdentity]:
        """The keys that Terraform was last told to forget."""
        return (
            KeyIdentity(*where, purpose)
            for where, line in sorted(self.lines.items())
            for purpose in sorted(line.retired)
        )

    def render(self) -> str:
        """The file's text, one line an account and region, the same bytes for the same keys."""
        lines = "".join(
            json.dumps(
                {
                    "account_id": where.account_id,
                    "region": where.region,
                    "purposes": sorted(line.purposes),
                    "stack": line.stack,
                    **({"resources": sorted(line.resources)} if line.resources else {}),
                    **({"left_alone": sorted(line.left_alone)} if line.left_alone else {}),
                    **({"adopted": dict(sorted(line.adopted.items()))} if line.adopted else {}),
                    **({"adopted_names": sorted(line.adopted_names)} if line.adopted_names else {}),
                    **({"retired": sorted(line.retired)} if line.retired else {}),
                }
            )
            + ",\n"
            for where, line in sorted(self.lines.items())
        )
        head = f'"version": {LOCK_VERSION}, "layout": {json.dumps(self.layout)}, "backend": {json.dumps(self.backend)}'
        return f'{{{head}, "keys": [\n{lines}null]}}\n'
