"""Every key and setting that should exist, by stack: the one thing that all commands show, prove and deploy."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from baseline import names
from baseline.backends import Backend
from baseline.errors import Refusal
from baseline.features.feature import Part
from baseline.iam.document import Document
from baseline.lock import Lock, LockedKey
from baseline.organization import KeySettings, Organization


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One customer managed key, its alias and its parameter."""

    account: str
    account_id: str
    region: str
    purpose: str
    stack: str
    address: str
    """The name of its Terraform resources."""
    alias: str
    parameter: str | None
    """The SSM parameter with its ARN; None: not published."""
    output: str
    description: str
    tags: Mapping[str, str]
    settings: KeySettings
    policy: Document
    enabled: bool = True
    """False: its owner retired it, and nobody can use it until the entry is taken back."""

    @property
    def locked(self) -> LockedKey:
        """Its entry in the lock."""
        return LockedKey(self.account_id, self.region, self.purpose, self.stack)

    @property
    def state(self) -> str:
        """What it is to be, in KMS's words."""
        return "Enabled" if self.enabled else "Disabled"

    @property
    def states(self) -> tuple[str, ...]:
        """The states, in KMS's words, in which Terraform may find it: what it has to be, it can be made from these."""
        return ("Enabled",) if self.enabled else ("Enabled", "Disabled")

    @property
    def where(self) -> str:
        """Which key it is, as messages say it."""
        return f"{self.account} / {self.region} / {self.purpose}"

    @property
    def provider(self) -> str:
        return names.underscored(self.region)


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """The Terraform AWS provider of one region of one account."""

    alias: str
    region: str
    account_id: str
    role: str | None
    external_id: str | None
    session_name: str | None
    sts_region: str | None
    """Where to ask for the session; only for opt-in regions, which do not know other regions' tokens."""
    tags: Mapping[str, str]
    """Default tags of everything that is created."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """What is deployed together and has one Terraform state."""

    name: str
    backend: Backend
    aws_provider: int = 5
    """The newest major version of the AWS provider that Terraform may take."""
    providers: tuple[Provider, ...]
    keys: tuple[Key, ...]
    parts: tuple[Part, ...] = ()
    """What features create."""
    forgotten: tuple[str, ...]
    """Addresses that Terraform forgets without destroying anything: retired keys, their aliases and parameters, and
    what features made that are off."""

    def __post_init__(self) -> None:
        """Of two resources with one address CDKTF keeps the later one, and says nothing: a key would be gone."""
        every = [
            *self.forgotten,
            *(a for key in self.keys for a in names.key_addresses(key.address, published=True)),
            *(resource.address for part in self.parts for resource in part.resources()),
        ]
        if len(set(every)) != len(every):
            twice = sorted({address for address in every if every.count(address) > 1})
            raise Refusal(f"stack `{self.name}` would have two resources at {', '.join(f'`{a}`' for a in twice)}")

    def provider(self, alias: str) -> Provider:
        """The provider with this alias."""
        return next(provider for provider in self.providers if provider.alias == alias)

    def addresses(self) -> frozenset[str]:
        """The full Terraform addresses of everything that the stack's JSON must hold, and nothing else."""
        return frozenset(self.regions())

    def regions(self) -> Mapping[str, str]:
        """The region of everything that the stack's JSON must hold, by its full Terraform address."""
        return {
            **{a: key.region for key in self.keys for a in names.key_addresses(key.address, key.parameter is not None)},
            **{resource.address: part.site.region for part in self.parts for resource in part.resources()},
        }


@dataclass(frozen=True)
class Inventory:
    """All stacks, sorted by name, and the lock that records their keys."""

    organization: Organization
    stacks: tuple[Stack, ...]
    lock: Lock

    @cached_property
    def by_name(self) -> Mapping[str, Stack]:
        """The stacks by name."""
        return {stack.name: stack for stack in self.stacks}

    @cached_property
    def keys(self) -> tuple[Key, ...]:
        """Every key: by account in the order of the file, region, purpose."""
        order = {account.id: i for i, account in enumerate(self.organization.accounts)}
        keys = (key for stack in self.stacks for key in stack.keys)
        return tuple(sorted(keys, key=lambda key: (order[key.account_id], key.region, key.purpose)))
