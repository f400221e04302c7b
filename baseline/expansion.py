"""From the settings of an organization, and its lock, to the Inventory."""

from collections.abc import Iterable, Iterator, Mapping

from baseline import names
from baseline.errors import Mistakes
from baseline.feature_parts import PlacedPart, check_parts, placed_parts
from baseline.features.feature import Part
from baseline.iam.document import Document, PolicyTooLarge
from baseline.iam.policy_error import PolicyError
from baseline.inventory import Inventory, Key, Provider, Stack
from baseline.key_policy.place import KeyPlace
from baseline.lock import AccountRegion, KeyIdentity, Lock, LockedResource
from baseline.organization import Account, KeySettings, Organization, Retirement
from baseline.policies import Policies
from baseline.purposes.purpose import Purpose
from baseline.regions import is_opt_in
from baseline.retention import Retention


def expand(organization: Organization, lock: Lock) -> Inventory:
    """Everything that should exist.

    Raises Refusal when a key of the lock would be lost, Mistakes when the configuration does not fit the lock or
    a policy cannot be composed.
    """
    return _Expansion(organization, lock).inventory()


class _Expansion:
    def __init__(self, organization: Organization, lock: Lock) -> None:
        self.organization = organization
        self.lock = lock
        self.layout = organization.deployment.layout
        self.accounts = {account.id: account for account in organization.accounts}
        self.retention = Retention(organization, lock)
        self.policies = Policies()
        self.purposes = organization.purposes
        self.from_every_region = {name for name, purpose in self.purposes.items() if purpose.is_used_from_every_region}

    def inventory(self) -> Inventory:
        self.retention.check_states()
        retired = self.retention.retired()
        keys = list(self.keys(retired))
        self.retention.check_new_keys({key.locked.key for key in keys})
        self.retention.check_losses({key.locked.key for key in keys}, retired)
        parts = tuple(placed_parts(self.organization, self.retention))
        there = {(key.account_id, key.address): key.settings for key in keys if key.enabled}
        check_parts(parts, there, retired, self.organization)
        made = [locked for placed in parts for locked in placed.locked]
        lock = self.lock.adding(
            self.layout, self.organization.deployment.backend.place, (key.locked for key in keys), made
        )
        lock = lock.leaving_alone(
            {
                AccountRegion(placed.part.site.account_id, placed.part.site.region): patterns
                for placed in parts
                if (patterns := placed.part.left_alone()) is not None
            }
        )
        lock = lock.retiring([key for key, entry in retired.items() if entry.forgets])
        forgotten = [*self.retention.forgotten_keys(retired), *self.retention.forgotten_resources(made, retired)]
        return Inventory(self.organization, tuple(self.stacks(keys, parts, forgotten)), lock)

    def keys(self, retired: Mapping[KeyIdentity, Retirement]) -> Iterator[Key]:
        """What the configuration yields and nobody retires, and what is retired by being disabled."""
        disabled = {key for key, entry in retired.items() if entry.then == "disable"}
        wanted = {KeyIdentity(a.id, *at): s for a in self.organization.accounts for at, s in a.keys.items()}
        others = ((key, self.accounts[key.account_id].others) for key in disabled - wanted.keys())
        wanted |= {key: settings[key.region, key.purpose] for key, settings in others}
        for key, settings in wanted.items():
            if key not in retired or key in disabled:
                yield self.key(key, settings, enabled=key not in disabled)

    def key(self, identity: KeyIdentity, settings: KeySettings, enabled: bool) -> Key:
        account_id, region, purpose = identity
        account = self.accounts[account_id]
        namespace = self.organization.namespace
        return Key(
            account=account.name,
            account_id=account_id,
            region=region,
            purpose=purpose,
            stack=names.stack(self.retention.base(account), region, self.layout),
            address=names.address(purpose, region),
            alias=names.alias(namespace, purpose),
            parameter=names.parameter(namespace, purpose) if self.organization.deployment.publish_parameters else None,
            output=names.output(purpose, region),
            description=f"{self.purposes[purpose].title} in {region}, managed by kms-baseline",
            tags={"purpose": purpose},
            settings=settings,
            policy=self.policy(account, region, purpose, settings),
            enabled=enabled,
        )

    def policy(self, account: Account, region: str, purpose: str, settings: KeySettings) -> Document:
        place = KeyPlace.of(self.organization, account, region, from_every_region=purpose in self.from_every_region)
        try:
            return self.policies.policy(self.purposes[purpose], settings, place)
        except PolicyError as error:
            problem = f"the policy of `{account.name}` {region} {purpose}: {error}"
            help = _longest_list(settings, self.purposes[purpose]) if isinstance(error, PolicyTooLarge) else ""
            raise Mistakes([settings.place.mistake(problem, help)]) from None

    def stacks(
        self, keys: Iterable[Key], parts: Iterable[PlacedPart], forgotten: Iterable[LockedResource]
    ) -> Iterator[Stack]:
        """Every stack that has a key, or that must still forget one."""
        by_stack: dict[str, tuple[list[Key], list[Part], list[LockedResource]]] = {}
        for key in keys:
            by_stack.setdefault(key.stack, ([], [], []))[0].append(key)
        for placed in parts:
            by_stack[placed.stack][1].append(placed.part)
        for old in forgotten:
            by_stack.setdefault(old.stack, ([], [], []))[2].append(old)
        for name, (own, created, left) in sorted(by_stack.items()):
            places = {(key.account_id, key.region) for key in own} | {(old.account_id, old.region) for old in left}
            yield Stack(
                name=name,
                backend=self.organization.deployment.backend,
                aws_provider=self.organization.deployment.aws_provider,
                providers=tuple(
                    _provider(self.organization, self.accounts.get(account_id), account_id, region)
                    for account_id, region in sorted(places)
                ),
                keys=tuple(sorted(own, key=lambda key: (key.region, key.purpose))),
                parts=tuple(sorted(created, key=lambda part: (part.site.region, part.site.feature))),
                forgotten=tuple(old.address for old in left),
            )


def provider_of(organization: Organization, account_id: str, region: str) -> Provider:
    """The provider of an account's region. Of an account that is not listed only the organization's settings are known."""
    account = next((account for account in organization.accounts if account.id == account_id), None)
    return _provider(organization, account, account_id, region)


def _provider(organization: Organization, account: Account | None, account_id: str, region: str) -> Provider:
    deployment = organization.deployment
    home = account.home_region if account else organization.home_region
    return Provider(
        alias=names.underscored(region),
        region=region,
        account_id=account_id,
        role=account.role if account else names.role_arn(deployment.role, organization.partition, account_id),
        external_id=account.external_id if account else deployment.external_id,
        session_name=deployment.session_name,
        sts_region=home if is_opt_in(region) else None,
        tags={
            "managed-by": names.MANAGED_BY,
            "namespace": organization.namespace,
            **organization.tags,
        },
    )


def _longest_list(settings: KeySettings, purpose: Purpose) -> str:
    """Which list of the configuration makes the policy large."""
    texts = {
        "administrators": [person.arn for person in settings.administrators],
        "users": [person.arn for person in settings.users],
        "share_with": list(settings.share_with),
        "statements": [str(statement.as_dict()) for statement in settings.statements],
    }
    if purpose.own:
        values = [value for each in purpose.own.through for _, of_name in each.context for value in of_name]
        texts |= {"context": values, "through": [each.service for each in purpose.own.through]}
    name, longest = max(texts.items(), key=lambda entry: sum(map(len, entry[1])))
    return f"most of it is `{name}` with {len(longest)} entries; name fewer, or patterns such as `role/team-*`"
