"""The key that properties speak of, and the people and conditions that they name."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from baseline.iam.reading import PlainCondition
from baseline.inventory import Key
from baseline.key_policy.place import KeyPlace
from baseline.organization import Account, KeySettings, NamedPrincipal, Organization
from baseline.prover.claims import Requests
from baseline.prover.condition_tests import condition
from baseline.prover.expectations import expected_of
from baseline.prover.expectations.expectation import OUR_NAMES, Call, Context, Expectation, Fence, Readers, Through
from baseline.prover.expectations.own import expected_of_own

Conditions = tuple[PlainCondition, ...]

NOT_FOR_AWS = condition("BoolIfExists", "kms:GrantIsForAWSResource", "false")
FOR_AWS = condition("Bool", "kms:GrantIsForAWSResource", "true")
NO_BYPASS = condition("BoolIfExists", "kms:BypassPolicyLockoutSafetyCheck", "false")


@dataclass(frozen=True)
class Subject:
    """One key: what it is for and what is expected of it, where it is, and whom the configuration names."""

    purpose: str
    expected: Expectation
    settings: KeySettings
    place: KeyPlace

    @cached_property
    def administrators(self) -> "People":
        return People(self.settings.administrators)

    @cached_property
    def users(self) -> "People":
        return People(self.settings.users)

    @cached_property
    def shared_accounts(self) -> tuple[str, ...]:
        """The other accounts that are let in."""
        return tuple(account for account in self.settings.share_with if account != "organization")

    @property
    def organization(self) -> str:
        """The organization that is let in through the purpose's service; empty: none."""
        return (self.place.organization_id or "") if "organization" in self.settings.share_with else ""

    @property
    def is_full(self) -> bool:
        """Whether the account's IAM policies may give anything."""
        return self.settings.iam_delegation == "full"

    def via(self, *through: Through | Readers) -> PlainCondition:
        """One of these services calls on somebody's behalf, from where it calls."""
        return condition("StringEquals", "kms:ViaService", *self._names(through))

    def _names(self, through: Iterable[Through | Readers]) -> tuple[str, ...]:
        """As in `kms:ViaService`."""
        placed = ((each.service, each.calls_from if isinstance(each, Through) else "own region") for each in through)
        return tuple(dict.fromkeys(name for service, where in placed for name in self.place.via(service, where)))

    @property
    def ways(self) -> Iterator[tuple[PlainCondition, Conditions]]:
        """A service of the purpose calls on somebody's behalf, from this region; with what its calls must have."""
        services: dict[tuple[Context, ...], list[str]] = {}
        for through in self.expected.through:
            services.setdefault(through.context, []).extend(self.place.via(through.service))
        for context, names in services.items():
            yield condition("StringEquals", "kms:ViaService", *dict.fromkeys(names)), self.inside(context)

    def inside(self, context: Iterable[Context]) -> Conditions:
        """The encryption context is as it must be."""
        return tuple(each.inside(self.place.names()) for each in context)

    @cached_property
    def possible(self) -> tuple[Through, ...]:
        """What principals of the account do through services, but for what has to be listed and is not."""
        every = (t for t in self.expected.through if not t.only_if_listed or t.listed in self.settings.services)
        return tuple(through for through in every if self._names((through,)))

    @cached_property
    def actions_by_names(self) -> Mapping[tuple[str, ...], tuple[str, ...]]:
        """What is done through each service, as in `kms:ViaService`; the names of which the same holds stand together."""
        actions: dict[str, dict[str, None]] = {}
        for through in self.possible:
            for name in self._names((through,)):
                actions.setdefault(name, {}).update(dict.fromkeys(through.actions))
        names: dict[tuple[str, ...], list[str]] = {}
        for name, of_name in actions.items():
            names.setdefault(tuple(of_name), []).append(name)
        return {tuple(alike): of_all for of_all, alike in names.items()}

    @cached_property
    def directly(self) -> Conditions:
        """No service of the purpose calls on somebody's behalf; others may."""
        readers = (self.expected.readers,) if self.expected.readers else ()
        return _unless("StringNotEquals", "kms:ViaService", self._names((*self.possible, *readers)))

    @cached_property
    def outside(self) -> Conditions:
        """The same, where such a service lets the account's principals in at all."""
        return self.directly if self.expected.through else ()

    @cached_property
    def root(self) -> PlainCondition:
        return condition("StringEquals", "aws:PrincipalArn", self.arn("iam", "root", ""))

    @cached_property
    def own_account(self) -> PlainCondition:
        return condition("StringEquals", "aws:PrincipalAccount", self.place.account_id)

    @cached_property
    def through(self) -> tuple[Through, ...]:
        """What every principal of the account does through services that are not left out."""
        return tuple(t for t in self.expected.through if t.listed is None or t.listed in self.settings.services)

    @cached_property
    def calls(self) -> tuple[Call, ...]:
        """What the services listed do by their own principals."""
        return tuple(call for call in self.expected.calls if call.listed in self.settings.services)

    def principal(self, call: Call) -> str:
        """The service principal of a call."""
        return call.principal.format_map(self.place.names())

    def value(self, fence: Fence) -> str:
        """What a fence demands for this key; empty: it has names of ours in it, and the policy is somebody else's."""
        return (
            "" if OUR_NAMES in fence.value and not self.place.namespace else fence.value.format_map(self.place.names())
        )

    def pattern(self, fence: Fence) -> str:
        """What a fence demands for this key, with any name where ours is not known."""
        return fence.value.format_map({**self.place.names(), "namespace": self.place.namespace or "*"})

    def arn(self, service: str, resource: str, region: str | None = None) -> str:
        """An ARN, or a pattern of ARNs, in the key's account."""
        place = self.place
        return f"arn:{place.partition}:{service}:{place.region if region is None else region}:{place.account_id}:{resource}"

    def nobody_of(self, *groups: "People") -> Conditions:
        """None of these people, nor of the accounts that are let in, nor the account's root user."""
        accounts = [account for group in groups for account in group.accounts]
        return (*self.not_by_name(*groups, root=True), *self.no_account_of(accounts))

    def nobody_exactly(self, *groups: "People") -> Conditions:
        """The same, but for patterns: who is named by a pattern has no direct permission."""
        accounts = [account for group in groups for account in group.accounts]
        arns = [arn for group in groups for arn in group.exact]
        root = self.arn("iam", "root", "")
        return (*_unless("ArnNotLike", "aws:PrincipalArn", [*arns, root]), *self.no_account_of(accounts))

    def not_by_name(self, *groups: "People", root: bool = False) -> Conditions:
        """None of those named by their ARNs or by patterns of them."""
        arns = [arn for group in groups for arn in group.arns]
        return _unless("ArnNotLike", "aws:PrincipalArn", [*arns, *([self.arn("iam", "root", "")] if root else ())])

    def no_account_of(self, accounts: Iterable[str]) -> Conditions:
        """No principal of these accounts, nor of those that are let in."""
        return _unless("StringNotEquals", "aws:PrincipalAccount", [*accounts, *self.shared_accounts])

    def not_of_accounts(self, accounts: Iterable[str]) -> Conditions:
        """No principal of these accounts."""
        return _unless("StringNotEquals", "aws:PrincipalAccount", accounts)

    def not_administrators_on_duty(self) -> Conditions:
        """With separate duties, nobody whom the Deny for administrators stops."""
        if not self.settings.separate_duties:
            return ()
        return _unless("ArnNotLike", "aws:PrincipalArn", [a.arn for a in self.settings.administrators])


@dataclass(frozen=True)
class People:
    """The administrators or the users of a key."""

    named: tuple[NamedPrincipal, ...]

    @cached_property
    def arns(self) -> tuple[str, ...]:
        """ARNs and patterns of single principals."""
        return tuple(person.arn for person in self.named if not person.is_account)

    @cached_property
    def exact(self) -> tuple[str, ...]:
        return tuple(person.arn for person in self.named if not person.is_account and not person.is_pattern)

    @cached_property
    def patterns(self) -> tuple[str, ...]:
        return tuple(person.arn for person in self.named if person.is_pattern)

    @cached_property
    def accounts(self) -> tuple[str, ...]:
        """Whole accounts."""
        return tuple(person.account_id for person in self.named if person.is_account)

    def each(self) -> Iterator[PlainCondition]:
        """Being one of them: by ARN or pattern, and by account."""
        if self.arns:
            yield condition("ArnLike", "aws:PrincipalArn", *self.arns)
        if self.accounts:
            yield condition("StringEquals", "aws:PrincipalAccount", *self.accounts)


def people(*conditions: PlainCondition, actions: Iterable[str] = ("kms:*",), but_not: Iterable[str] = ()) -> Requests:
    """Requests of IAM principals."""
    return Requests(kind="iam", conditions=conditions, actions=tuple(actions), not_actions=tuple(but_not))


def services(
    *conditions: PlainCondition,
    named: Iterable[str] = (),
    not_named: Iterable[str] = (),
    actions: Iterable[str] = ("kms:*",),
    but_not: Iterable[str] = (),
) -> Requests:
    """Requests of services that call by their own principal."""
    return Requests(
        kind="service",
        services=tuple(named),
        not_services=tuple(not_named),
        actions=tuple(actions),
        not_actions=tuple(but_not),
        conditions=conditions,
    )


def _unless(operator: str, key: str, values: Iterable[str]) -> Conditions:
    given = tuple(dict.fromkeys(values))
    return (condition(operator, key, *given),) if given else ()


def subject(key: Key, account: Account, organization: Organization) -> Subject:
    """A key of the Inventory, in its account. Raises Refusal for a purpose of which nothing is expected."""
    own = organization.purposes[key.purpose].own
    expected = expected_of_own(own) if own else expected_of(key.purpose)
    spans = any(through.calls_from != "own region" for through in expected.through)
    place = KeyPlace.of(organization, account, key.region, from_every_region=spans)
    return Subject(key.purpose, expected, key.settings, place)
