"""The settings of an organization, resolved: every value is there, nothing means "not said"."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any, Literal

from baseline.backends import Backend
from baseline.errors import FieldPlace
from baseline.features.feature import Feature, FeatureInAccount, FeatureSettings
from baseline.found_accounts import RestingAccount
from baseline.iam.arns import Arn
from baseline.iam.statement import Statement
from baseline.likeness.writing import compared
from baseline.names import Layout
from baseline.purposes.purpose import Purpose

IamDelegation = Literal["administrators", "manage", "full"]
ThenOfRetired = Literal["keep", "disable", "schedule_deletion", "gone"]
BESIDE_THE_POLICY = ("rotation", "rotation_period_days", "deletion_window_days")
"""The settings that KMS keeps beside a key's policy, so that no statement follows from them."""


@dataclass(frozen=True, slots=True, order=True)
class NamedPrincipal:
    """A role or user by its ARN, a pattern of such ARNs (`*`, `?`), or a whole account (its root ARN)."""

    arn: str

    @property
    def account_id(self) -> str:
        return Arn.parse(self.arn).account_id

    @property
    def is_account(self) -> bool:
        return Arn.parse(self.arn).resource == "root"

    @property
    def is_pattern(self) -> bool:
        return "*" in self.arn or "?" in self.arn

    def covers(self, other: "NamedPrincipal") -> bool:
        """Whether this one, taken as a pattern, matches the other's ARN."""
        # In ARNs `[` means itself.
        return fnmatchcase(other.arn, self.arn.replace("[", "[[]"))


@dataclass(frozen=True, slots=True, kw_only=True)
class KeySettings:
    """All that an owner can say about one key. What is not compared says where something is written."""

    administrators: tuple[NamedPrincipal, ...]
    administrators_place: FieldPlace = field(compare=False)
    """Where they are listed, for messages."""
    users: tuple[NamedPrincipal, ...]
    iam_delegation: IamDelegation
    separate_duties: bool
    rotation: bool
    rotation_period_days: int
    deletion_window_days: int
    deny_deletion_if_used_within_days: int
    services: tuple[str, ...]
    """The services, or publishers, of the purpose that get their statements."""
    share_with: tuple[str, ...]
    """Account IDs, or `organization`."""
    statements: tuple[Statement, ...]
    """The owner's own, appended after ours."""
    place: FieldPlace = field(compare=False)
    """Where something is said about the key, for messages."""

    def of_policy(self) -> tuple[Any, ...]:
        """All that the policy, and what is proven of it, may follow from."""
        return tuple(getattr(self, name) for name in compared(KeySettings) if name not in BESIDE_THE_POLICY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """How and where to the stacks are deployed."""

    layout: Layout
    backend: Backend
    publish_parameters: bool
    aws_provider: int
    """The newest major version of the AWS provider that Terraform may take."""
    role: str | None
    """As written, for accounts that are no longer listed; an account has its own, resolved."""
    external_id: str | None
    session_name: str | None


@dataclass(frozen=True, slots=True)
class SwitchedOn:
    """A feature that is on, with its settings."""

    settings: FeatureSettings
    places: Mapping[str, FieldPlace]
    """Of each setting that is written, and of the feature itself under the empty name."""

    def place(self, setting: str = "") -> FieldPlace:
        """Where a setting is written; where it is not, where the feature is switched on."""
        return self.places.get(setting, self.places[""])


@dataclass(frozen=True, slots=True)
class Declined:
    """The owner's word that a place has no key of a purpose."""

    place: FieldPlace
    """Of the line that says so."""
    reason: str
    """Empty: none is written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One managed account."""

    name: str
    id: str
    home_region: str
    regions: tuple[str, ...]
    role: str | None
    """The ARN of the role to assume; None: the caller's own credentials."""
    deployer: str | None
    """The ARN of who deploys: of that role, or of whose credentials these are; None: nobody said."""
    external_id: str | None
    features: Mapping[str, SwitchedOn]
    """The features that are on."""
    keys: Mapping[tuple[str, str], KeySettings]
    """The settings of the key of each (region, purpose) that this account has."""
    others: Mapping[tuple[str, str], KeySettings] = field(default_factory=dict)
    """What holds for keys that it would have with a feature or a purpose on, or a region more, as far as an entry disables
    such keys."""
    declined: Mapping[tuple[str, str], Declined] = field(default_factory=dict)
    """By (region, purpose): the keys that it has not because its owner says so."""


EVERY_ACCOUNT = "*"
"""In place of an account, under `retired`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retirement:
    """What the owner says about keys that exist and are no longer wanted."""

    account: str
    """As written: its name, which only the lock may still know, or its ID; or `EVERY_ACCOUNT`."""
    region: str | None
    """None: every region."""
    purpose: str | None
    """None: every purpose."""
    then: ThenOfRetired
    place: FieldPlace
    """Of the entry."""

    @property
    def forgets(self) -> bool:
        """Whether Terraform forgets the keys, which stay as they are in an account that is there."""
        return self.then in ("keep", "schedule_deletion")

    def covers(self, region: str, purpose: str) -> bool:
        """Whether the entry speaks of this key of its account."""
        return self.region in (None, region) and self.purpose in (None, purpose)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """A property that need not hold of some keys, and why."""

    property: str
    account_id: str | None
    """None: every account."""
    region: str | None
    """None: every region."""
    purpose: str | None
    """None: every purpose."""
    reason: str
    place: FieldPlace
    """Of the entry."""

    def covers(self, account_id: str, region: str, purpose: str) -> bool:
        """Whether it speaks of this key."""
        wanted = ((self.account_id, account_id), (self.region, region), (self.purpose, purpose))
        return all(own in (None, given) for own, given in wanted)


@dataclass(frozen=True, slots=True, kw_only=True)
class Organization:
    """Everything that the configuration says."""

    id: str | None
    partition: str
    namespace: str
    home_region: str
    tags: Mapping[str, str]
    deployment: Deployment
    accounts: tuple[Account, ...]
    purposes: Mapping[str, Purpose]
    """What its keys can be for, by name."""
    retired: tuple[Retirement, ...] = field(default=())
    waivers: tuple[Waiver, ...] = field(default=())
    resting: Mapping[str, RestingAccount] = field(default_factory=dict)

    def uses(self, feature: Feature[Any]) -> list[FeatureInAccount[Any]]:
        """A feature wherever it is on, by account in the order of the file."""
        return [
            FeatureInAccount(
                account.name,
                account.id,
                account.home_region,
                feature.regions(account.home_region, account.regions),
                use.settings,
            )
            for account in self.accounts
            if (use := account.features.get(feature.name)) is not None
        ]
