"""What a feature is, and what it creates in one region of one account."""

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, Literal, NamedTuple, TypeVar

from baseline import names
from baseline.fields.written import Written
from baseline.iam.request import Caller, IamCaller


class FeatureSettings(Written):
    """The settings of a feature; every field has a default, since `true` switches a feature on."""


S = TypeVar("S", bound=FeatureSettings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One region of one account, where a feature is on."""

    feature: str
    partition: str
    account: str
    account_id: str
    region: str
    is_home_region: bool
    namespace: str
    organization_id: str | None
    role: str | None
    """The ARN of who deploys, mostly of the deployment role; None: nobody said."""
    key_shared_with: tuple[str, ...]
    """Other accounts by ID, or `organization`, that the key of the feature's own purpose lets in."""

    @property
    def provider(self) -> str:
        """The alias of the region's provider."""
        return names.underscored(self.region)

    def arn(self, service: str, resource: str, *, regional: bool = True) -> str:
        """The ARN of something in this account, and in this region unless the service is global."""
        return f"arn:{self.partition}:{service}:{self.region if regional else ''}:{self.account_id}:{resource}"

    def key(self, purpose: str) -> str:
        """The address of this region's key of a purpose."""
        return names.address(purpose, self.region)

    @property
    def deployer(self) -> IamCaller:
        """Who creates things here: the deployment role, or else somebody who may do everything."""
        return IamCaller(self.role or self.arn("iam", "root", regional=False))


WhenOff = Literal["forget", "destroy"]
"""What Terraform does with a resource whose feature is switched off: forget it, so that it stays, or destroy it."""


class Resource(NamedTuple):
    """One Terraform resource of a feature."""

    type: str
    name: str
    """Its name in Terraform."""
    when_off: WhenOff
    called: str = ""
    """What AWS calls it, where that must be unique among the account's resources of this type in the region."""

    @property
    def address(self) -> str:
        """Its Terraform address."""
        return f"{self.type}.{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyUse:
    """A use of a key without which a feature does not work: a link of the chain that `chains` checks."""

    what: str
    """Who does what, in words: `Budgets publishes to the topic x`."""
    key: str
    """The address of the key."""
    caller: Caller
    actions: tuple[str, ...]
    context: Mapping[str, str] = field(default_factory=dict)
    """The condition keys that come with the call and do not follow from the caller."""


class Publication(NamedTuple):
    """A service that publishes to a topic of a feature."""

    topic_arn: str
    service: str
    """Its service principal."""


ThingKind = Literal["backup vault", "bucket", "log group", "recorder", "rule", "topic", "trail", "volumes"]


class Thing(NamedTuple):
    """What a part makes that AWS can be asked about: that it is there, and which key encrypts it."""

    kind: ThingKind
    """`volumes`: the switch by which every new one of a region is encrypted."""
    name: str
    """What AWS is asked by: a name, or the ARN of a topic."""
    key: str | None = None
    """The address of the key that encrypts it; None: none of ours does."""
    runs: bool = False
    """Of a recorder: whether it records."""

    def __str__(self) -> str:
        return f"the {self.kind} `{self.name.split(':')[-1]}`" if self.kind != "volumes" else "every new volume"


@dataclass(frozen=True, kw_only=True)
class Part(ABC):
    """What a feature creates in one region of one account: the values that its construct writes down."""

    site: Site

    @abstractmethod
    def resources(self) -> Iterator[Resource]:
        """Every Terraform resource of the part, and nothing else."""

    @abstractmethod
    def uses(self) -> Iterator[KeyUse]:
        """Every use of a key that must be allowed."""

    @abstractmethod
    def things(self) -> Iterator[Thing]:
        """What of it `verify` looks for."""

    def publications(self) -> Iterator[Publication]:
        """Which services publish to the part's topics."""
        return iter(())

    def left_alone(self) -> frozenset[str] | None:
        """Patterns of what others made and it does not change, for the lock to remember; None: it changes nothing."""
        return None


@dataclass(frozen=True, slots=True)
class FeatureInAccount(Generic[S]):
    """A feature that is on in one account, with its settings resolved."""

    account: str
    account_id: str
    home_region: str
    regions: tuple[str, ...]
    """Where in the account it lives."""
    settings: S


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with the settings of one of several uses."""

    use: int
    field: str
    """The setting; empty: the feature itself."""
    problem: str
    help: str = ""


@dataclass(frozen=True, slots=True)
class Context:
    """What the check of a feature's settings may ask of the organization."""

    organization_id: str | None
    namespace: str
    partition: str


def repeated(values: Iterable[str]) -> list[str]:
    """The values that are there more than once, sorted."""
    return sorted(value for value, times in Counter(values).items() if times > 1)


def _no_problems(_uses: Sequence[FeatureInAccount[S]], _context: Context) -> Iterable[Problem]:
    return ()


def _no_remarks(_uses: Sequence[FeatureInAccount[S]]) -> Iterable[str]:
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature(Generic[S]):
    """A part of the baseline that an organization or an account switches on."""

    name: str
    """Its name under `features:`."""
    title: str
    """What it is, as people say it."""
    place: Literal["every region", "home region"]
    """Where in an account it lives, and so where the key of its purpose exists."""
    settings: type[S]
    missing_in: Mapping[str, str] = field(default_factory=dict)
    """Partitions without the service that it configures, each with what people do there instead."""
    build: Callable[[S, Site], Part | None]
    """What it creates; None where the region lacks the service, of which `remarks` tells."""
    problems: Callable[[Sequence[FeatureInAccount[S]], Context], Iterable[Problem]] = _no_problems
    """Settings that contradict each other, in one account or across accounts."""
    remarks: Callable[[Sequence[FeatureInAccount[S]]], Iterable[str]] = _no_remarks
    """What a person should know before deploying."""

    def regions(self, home_region: str, regions: tuple[str, ...]) -> tuple[str, ...]:
        """Where in an account it lives."""
        return regions if self.place == "every region" else (home_region,)
