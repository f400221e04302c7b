"""What a purpose is: what keys are for, and all that any part of the program knows of that, as plain data.

Values may hold `{partition}`, `{region}`, `{account}`, `{namespace}` and `{logs_suffix}`, which `key_policy` fills in
for one key.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from baseline.iam.conditions import Condition
from baseline.iam.evidence import Evidence
from baseline.key_actions import DESCRIBE
from baseline.own_purpose import OwnPurpose, is_of_context
from baseline.regions import PARTITIONS, CallsFrom

Probe = Literal[
    "topic",
    "volume",
    "log group",
    "trail",
    "vault",
    "object",
    "database",
    "secret",
    "queue",
    "repository",
    "table",
    "file system",
    "stream",
    "parameter",
    "function",
    "alias",
]
"""What is made, or looked at, to try a key once; `live/probe_kinds.py` and `live/switched_on/` do it.

`alias`: the key is found by its alias and can be used. That is for purposes of which everything takes long to make.
"""

DOCS = "https://docs.aws.amazon.com"
EVERY_PARTITION = tuple(PARTITIONS)

OUR_ACCOUNT = Condition("StringEquals", "aws:SourceAccount", ("{account}",))
GRANT_FOR_AWS = Condition("Bool", "kms:GrantIsForAWSResource", ("true",))
"""Grants only for AWS resources that are integrated with KMS, as for a volume:
https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html"""


@dataclass(frozen=True, slots=True)
class Service:
    """A service that calls KMS by its own service principal."""

    principal: str


@dataclass(frozen=True, slots=True)
class AccountThrough:
    """Every principal of the key's account, but only when this service calls KMS on its behalf (`kms:ViaService`)."""

    service: str
    """As in `kms:ViaService`: the label before the region."""
    calls_from: CallsFrom = "own region"
    """From where it calls; each region stands by its exact name."""


@dataclass(frozen=True, slots=True)
class UsersThrough:
    """The key's `users`, but only when this service calls KMS on their behalf: they then have no other permission."""

    service: str
    """As in `kms:ViaService`: the label before the region."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission:
    """What a purpose's key lets somebody do. (Called so because a KMS grant is another thing.)"""

    sid: str
    to: Service | AccountThrough | UsersThrough
    actions: tuple[str, ...]
    conditions: tuple[Condition, ...] = ()
    service: str | None
    """Its name under `services` or `publishers`, which can leave it out; None: always there."""
    partitions: tuple[str, ...] = EVERY_PARTITION
    """Where the service exists. KMS refuses a whole policy with a service principal that the partition does not know."""
    by_default: tuple[str, ...] = EVERY_PARTITION
    """The partitions in which it is there without being listed."""
    evidence: Evidence
    if_wrong: str
    """What would be seen if AWS did not behave so."""
    fallback: str
    """The safer form to fall back to then."""
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Purpose:
    """What a key is for."""

    name: str
    """Its name in the configuration and in the alias: `alias/<namespace>/<name>`."""
    title: str
    """What the key encrypts, as people say it."""
    feature: str | None = None
    """The feature that switches it on; None: the configuration does, under `keys.purposes`."""
    optional: bool = False
    """Whether nobody has the key unless it is switched on; without a feature."""
    limits: tuple[str, ...] = ()
    """Sentences about what such a key cannot do, and what follows for what it encrypts: said where it is chosen."""
    controls: tuple[str, ...]
    """The Security Hub controls that such a key answers."""
    probe: Probe
    """How a key is tried once."""
    permissions: tuple[Permission, ...]
    """In the order of the policy."""
    services_field: Literal["services", "publishers"] = "services"
    """How the configuration calls the services of this purpose."""
    shared: tuple[str, ...] = ()
    """What other accounts that are let in (`share_with`) may do, grants for AWS resources alone.

    None: nobody can be let in.
    """
    shared_through_the_service: bool = False
    """Whether accounts that are named use the key through the purpose's services alone, as those of the organization do."""
    shared_within: Literal["anywhere", "organization"] = "anywhere"
    """Which accounts the service can share with at all."""
    more_probes: tuple[Probe, ...] = ()
    """The others, where a key is tried through several services."""
    own: OwnPurpose | None = None
    """Its definition, where an owner defined it; None: it is of the registry."""

    @property
    def is_everywhere(self) -> bool:
        """Whether every account has the key in every region, as long as nobody declines it."""
        return self.feature is None and not self.optional

    @property
    def via(self) -> tuple[str, ...]:
        """The services through which principals reach the key, as in `kms:ViaService`."""
        return tuple(dict.fromkeys(p.to.service for p in self.permissions if not isinstance(p.to, Service)))

    @property
    def ways(self) -> Mapping[tuple[Condition, ...], tuple[str, ...]]:
        """The same services by what the encryption context must have where somebody uses the key through them."""
        found: dict[tuple[Condition, ...], dict[str, None]] = {}
        for permission in self.permissions:
            if isinstance(permission.to, AccountThrough) and permission.actions != (DESCRIBE,):
                context = tuple(c for c in permission.conditions if is_of_context(c.key))
                found.setdefault(context, {})[permission.to.service] = None
        return {context: tuple(services) for context, services in found.items()}

    @property
    def is_used_from_every_region(self) -> bool:
        """Whether a service calls from other regions of the account too."""
        return any(isinstance(p.to, AccountThrough) and p.to.calls_from != "own region" for p in self.permissions)

    @property
    def users_through(self) -> tuple[Permission, ...]:
        """What `users` may do where they are let in through a service alone; none: they use the key themselves."""
        return tuple(p for p in self.permissions if isinstance(p.to, UsersThrough))

    @property
    def services(self) -> tuple[str, ...]:
        """The names that `services` or `publishers` may list, in the order of the policy."""
        return tuple(dict.fromkeys(p.service for p in self.permissions if p.service))

    def services_in(self, partition: str) -> tuple[str, ...]:
        """Those of them that exist in a partition."""
        there = {p.service for p in self.permissions if partition in p.partitions}
        return tuple(service for service in self.services if service in there)

    def default_services(self, partition: str) -> tuple[str, ...]:
        """Those that get their statements there without being listed."""
        there = {p.service for p in self.permissions if partition in p.by_default}
        return tuple(service for service in self.services if service in there)
