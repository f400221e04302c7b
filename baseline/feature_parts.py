"""What the features of an organization create, and in which stack."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from baseline import names
from baseline.errors import FieldPlace, Mistake, Mistakes
from baseline.features import FEATURES
from baseline.features.feature import Part, Site
from baseline.iam.request import IamCaller
from baseline.lock import KeyIdentity, LockedResource
from baseline.organization import Account, KeySettings, NamedPrincipal, Organization, Retirement, SwitchedOn
from baseline.retention import Retention
from baseline.words import count


@dataclass(frozen=True, slots=True)
class PlacedPart:
    """A part with its stack, and where the configuration speaks of it."""

    part: Part
    stack: str
    use: SwitchedOn

    @property
    def locked(self) -> Iterator[LockedResource]:
        """What the lock records of it: all that stays when the feature is switched off."""
        site = self.part.site
        for resource in self.part.resources():
            if resource.when_off == "forget":
                yield LockedResource(site.account_id, site.region, resource.address, self.stack)


def placed_parts(organization: Organization, retention: Retention) -> Iterator[PlacedPart]:
    """Every part of every feature that is on."""
    for account in organization.accounts:
        for name, use in account.features.items():
            feature = FEATURES[name]
            for region in feature.regions(account.home_region, account.regions):
                part = feature.build(use.settings, _site(organization, account, region, name))
                if part is not None:
                    stack = names.stack(retention.base(account), region, organization.deployment.layout)
                    yield PlacedPart(part, stack, use)


Keys = Mapping[tuple[str, str], KeySettings]
"""The settings of the keys that exist, by account ID and address."""


def check_parts(
    parts: Sequence[PlacedPart], keys: Keys, retired: Mapping[KeyIdentity, Retirement], organization: Organization
) -> None:
    """Raise Mistakes for a part without its key, for a role that its key denies, and for two that want one name."""
    mistakes = [
        *_without_key(parts, keys, _why_not(organization, retired)),
        *_denied_roles(parts, keys),
        *_same_name(parts),
    ]
    if mistakes:
        raise Mistakes(list(dict.fromkeys(mistakes)))


def _why_not(
    organization: Organization, retired: Mapping[KeyIdentity, Retirement]
) -> dict[tuple[str, str], tuple[str, str]]:
    """By account ID and address: why a key is not there to be used, and what to do."""
    why: dict[tuple[str, str], tuple[str, str]] = {}
    for key, entry in retired.items():
        done = "disabled" if entry.then == "disable" else "retired"
        why[key.account_id, names.address(key.purpose, key.region)] = (
            f"{done} by {entry.place}",
            "take the retirement back",
        )
    for account in organization.accounts:
        for (region, purpose), declined in account.declined.items():
            address = names.address(purpose, region)
            why[account.id, address] = f"declined by {declined.place}", "have the key there"
    return why


def _without_key(
    parts: Sequence[PlacedPart], keys: Keys, why_not: Mapping[tuple[str, str], tuple[str, str]]
) -> Iterator[Mistake]:
    """A line by which keys are not there is one mistake of a feature, in however many accounts and regions."""
    missed: dict[tuple[FieldPlace, str, str], dict[str, None]] = {}
    for placed in parts:
        site = placed.part.site
        for use in placed.part.uses():
            if (site.account_id, use.key) not in keys:
                why = why_not.get((site.account_id, use.key), ("not switched on", "switch the key on there"))
                of = missed.setdefault((placed.use.place(), *why), {})
                of[f"the key `{use.key}` of `{site.account}`"] = None
    for (place, reason, instead), (first, *others) in missed.items():
        more, are = (f" and {count(len(others), 'other key')}", "are") if others else ("", "is")
        problem = f"{first}{more}, which this feature uses, {are} {reason}"
        yield place.mistake(problem, f"switch the feature off there, or {instead}")


def _denied_roles(parts: Sequence[PlacedPart], keys: Keys) -> Iterator[Mistake]:
    """A role of a feature that is among the administrators, whom `separate_duties` denies every use."""
    for placed in parts:
        site = placed.part.site
        for use in placed.part.uses():
            settings = keys.get((site.account_id, use.key))
            if settings is None or not settings.separate_duties or not isinstance(use.caller, IamCaller):
                continue
            role = NamedPrincipal(use.caller.principal_arn)
            for administrator in settings.administrators:
                if administrator.covers(role):
                    problem = (
                        f"`{administrator.arn}` covers `{role.arn}`, the role of the feature {site.feature} by "
                        f"{placed.use.place()}, which separate_duties would deny every use"
                    )
                    help = "name administrators apart from the roles of features"
                    yield settings.administrators_place.mistake(problem, help)


def _same_name(parts: Sequence[PlacedPart]) -> Iterator[Mistake]:
    """Of two resources with one name AWS makes the first and refuses the second, in the middle of a deployment."""
    first: dict[tuple[str, str, str, str], PlacedPart] = {}
    for placed in parts:
        site = placed.part.site
        for resource in placed.part.resources():
            if not resource.called:
                continue
            other = first.setdefault((site.account_id, site.region, resource.type, resource.called), placed)
            if other is not placed:
                problem = f"`{resource.called}` is also what {other.part.site.feature} creates, by {other.use.place()}"
                yield placed.use.place().mistake(problem, "give one of the two another name")


def _site(organization: Organization, account: Account, region: str, feature: str) -> Site:
    return Site(
        feature=feature,
        partition=organization.partition,
        account=account.name,
        account_id=account.id,
        region=region,
        is_home_region=region == account.home_region,
        namespace=organization.namespace,
        organization_id=organization.id,
        role=account.deployer,
        key_shared_with=own.share_with if (own := account.keys.get((region, feature))) else (),
    )
