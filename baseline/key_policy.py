"""The policy of one key, composed of the same blocks for every purpose.

They are: root, administrators, users, services, protection.

Nobody's role stands in a `Principal` element, where KMS demands that it exists and binds to its unique ID: exact
ARNs are `*` with the account and `aws:PrincipalArn` as conditions, so a role may come later or be made anew.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from baseline.iam.conditions import Condition
from baseline.iam.document import Document
from baseline.iam.principals import Principal
from baseline.iam.statement import Statement
from baseline.key_actions import DESCRIBE, MANAGE, NEVER_FOR_ADMINISTRATORS, USE
from baseline.organization import Account, KeySettings, NamedPrincipal, Organization
from baseline.purposes.purpose import GRANT_FOR_AWS, AccountThrough, Permission, Purpose, Service, UsersThrough
from baseline.regions import PARTITIONS, via_service

BYPASS = Condition("Bool", "kms:BypassPolicyLockoutSafetyCheck", ("true",))


@dataclass(frozen=True, slots=True)
class KeyPlace:
    """Where a key is, and whose it is."""

    partition: str
    account_id: str
    """Empty, as the region may be: not known of a key of others."""
    region: str
    namespace: str = ""
    """Empty: a key of others."""
    organization_id: str | None = None
    role: str | None = None
    """The ARN of the deployment role; None: the caller's own credentials."""

    @classmethod
    def of(cls, organization: Organization, account: Account, region: str) -> "KeyPlace":
        """Where the keys of an account's region are."""
        return cls(
            partition=organization.partition,
            account_id=account.id,
            region=region,
            namespace=organization.namespace,
            organization_id=organization.id,
            role=account.role,
        )

    def names(self) -> Mapping[str, str]:
        """What the registry's placeholders stand for."""
        return {
            "partition": self.partition,
            "account": self.account_id,
            "region": self.region,
            "namespace": self.namespace,
            "logs_suffix": PARTITIONS[self.partition].logs_suffix,
        }


def key_policy(purpose: Purpose, settings: KeySettings, place: KeyPlace) -> Document:
    """The policy of one key. Raises PolicyError when the owner's own statements do not fit ours."""
    return Document(
        (
            _root(settings, place),
            *_administrators(settings, place),
            *_users(purpose, settings, place),
            *_services(purpose, settings, place),
            *_shared(purpose, settings, place),
            *_protection(settings),
            *settings.statements,
        )
    )


def _root(settings: KeySettings, place: KeyPlace) -> Statement:
    actions: tuple[str, ...] = ("kms:*",) if settings.iam_delegation == "full" else MANAGE
    principal = Principal.account(place.partition, place.account_id)
    if settings.iam_delegation == "administrators":
        principal = Principal.like(place.partition, place.account_id, _who_manages(settings, place))
    return Statement(sid="AccountKeepsTheKeyManageable", principal=principal, actions=actions)


def _who_manages(settings: KeySettings, place: KeyPlace) -> tuple[str, ...]:
    own = tuple(a.arn for a in settings.administrators if a.account_id == place.account_id)
    return (f"arn:{place.partition}:iam::{place.account_id}:root", *((place.role,) if place.role else ()), *own)


def _administrators(settings: KeySettings, place: KeyPlace) -> Iterator[Statement]:
    for suffix, principal in _groups(settings.administrators, place):
        # Patterns of the own account need no statement: root's covers them, and IAM decides.
        if suffix != "ByPattern":
            yield Statement(sid=f"AdministratorsManageTheKey{suffix}", principal=principal, actions=MANAGE)
    if settings.separate_duties and settings.administrators:
        yield Statement(
            sid="AdministratorsNeverUseTheKey",
            effect="Deny",
            principal=Principal.everyone(),
            actions=NEVER_FOR_ADMINISTRATORS,
            conditions=(Condition("ArnLike", "aws:PrincipalArn", tuple(a.arn for a in settings.administrators)),),
        )


def _users(purpose: Purpose, settings: KeySettings, place: KeyPlace) -> Iterator[Statement]:
    for suffix, principal in _groups(settings.users, place):
        if purpose.users_through:
            yield from (_permit(permission, principal, place, suffix) for permission in purpose.users_through)
            continue
        yield Statement(sid=f"UsersUseTheKey{suffix}", principal=principal, actions=(*USE, DESCRIBE))
        yield Statement(
            sid=f"UsersGrantToAwsServices{suffix}",
            principal=principal,
            actions=("kms:CreateGrant", "kms:ListGrants", "kms:RevokeGrant"),
            conditions=(GRANT_FOR_AWS,),
        )


def _groups(principals: Iterable[NamedPrincipal], place: KeyPlace) -> Iterator[tuple[str, Principal]]:
    """The principals that one statement can name together, with what its Sid ends in."""
    accounts = sorted(p.arn for p in principals if p.is_account)
    if accounts:
        yield "FromAccounts", Principal.named(accounts)
    for by_pattern in (False, True):
        people = [p for p in principals if not p.is_account and p.is_pattern == by_pattern]
        for account_id in sorted({p.account_id for p in people}, key=lambda a: (a != place.account_id, a)):
            arns = [p.arn for p in people if p.account_id == account_id]
            own = "" if account_id == place.account_id else f"Of{account_id}"
            if by_pattern:
                yield f"ByPattern{own}", Principal.like(place.partition, account_id, arns)
            else:
                yield own, Principal.exactly(arns)


def _services(purpose: Purpose, settings: KeySettings, place: KeyPlace) -> Iterator[Statement]:
    for permission in purpose.permissions:
        if permission.service is not None and permission.service not in settings.services:
            continue
        match permission.to:
            case AccountThrough(service):
                through = Principal.through(place.account_id, via_service(service, place.region))
                yield _permit(permission, through, place)
            case Service(principal):
                yield _permit(permission, Principal.service(principal.format_map(place.names())), place)
            case UsersThrough():
                pass  # theirs stand with the users


def _permit(permission: Permission, principal: Principal, place: KeyPlace, suffix: str = "") -> Statement:
    names = place.names()
    conditions = [
        Condition(c.operator, c.key, tuple(value.format_map(names) for value in c.values))
        for c in permission.conditions
    ]
    if isinstance(permission.to, UsersThrough):
        conditions.append(
            Condition("StringEquals", "kms:ViaService", (via_service(permission.to.service, place.region),))
        )
    return Statement(
        sid=permission.sid + suffix, principal=principal, actions=permission.actions, conditions=tuple(conditions)
    )


def _shared(purpose: Purpose, settings: KeySettings, place: KeyPlace) -> Iterator[Statement]:
    accounts = [f"arn:{place.partition}:iam::{a}:root" for a in settings.share_with if a != "organization"]
    sharers = [("SharedAccounts", Principal.named(accounts))] if accounts else []
    if "organization" in settings.share_with and place.organization_id:
        # Through the service alone: otherwise every principal of the own account could use the key directly.
        via = (via_service(service, place.region) for service in purpose.via)
        sharers.append(("Organization", Principal.organization(place.organization_id, *via)))
    grants = "kms:CreateGrant" in purpose.shared
    for who, principal in sharers:
        yield Statement(
            sid=f"{who}{'Uses' if who == 'Organization' else 'Use'}TheKey",
            principal=principal,
            actions=tuple(action for action in purpose.shared if action != "kms:CreateGrant"),
        )
        if grants:
            yield Statement(
                sid=f"{who}{'Grants' if who == 'Organization' else 'Grant'}ToAwsServices",
                principal=principal,
                actions=("kms:CreateGrant",),
                conditions=(GRANT_FOR_AWS,),
            )


def _protection(settings: KeySettings) -> Iterator[Statement]:
    yield Statement(
        sid="NobodyBypassesTheLockoutCheck",
        effect="Deny",
        principal=Principal.everyone(),
        actions=("kms:PutKeyPolicy",),
        conditions=(BYPASS,),
    )
    days = settings.deny_deletion_if_used_within_days
    if days:
        recently = Condition("NumericLessThanEquals", "kms:TrailingDaysWithoutKeyUsage", (str(days),))
        yield Statement(
            sid="RecentlyUsedKeysStay",
            effect="Deny",
            principal=Principal.everyone(),
            actions=("kms:ScheduleKeyDeletion",),
            conditions=(recently,),
        )
