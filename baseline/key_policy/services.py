"""What a purpose's own entry lets services do, and principals through services."""

from collections.abc import Iterator

from baseline.iam.conditions import Condition
from baseline.iam.principals import Principal
from baseline.iam.statement import Statement
from baseline.key_policy.place import KeyPlace
from baseline.organization import KeySettings
from baseline.purposes.purpose import AccountThrough, Permission, Purpose, Service, UsersThrough
from baseline.regions import via_service


def services(purpose: Purpose, settings: KeySettings, place: KeyPlace) -> Iterator[Statement]:
    """The statements of the services, and of the account through them."""
    for permission in purpose.permissions:
        if permission.service is not None and permission.service not in settings.services:
            continue
        match permission.to:
            case AccountThrough(service, calls_from):
                if names := place.via(service, calls_from):
                    yield permitted(permission, Principal.through(place.account_id, *names), place)
            case Service(principal):
                yield permitted(permission, Principal.service(principal.format_map(place.names())), place)
            case UsersThrough():
                pass  # theirs stand with the users


def permitted(permission: Permission, principal: Principal, place: KeyPlace, suffix: str = "") -> Statement:
    """One permission of the entry as a statement of this key."""
    conditions = filled(permission.conditions, place)
    if isinstance(permission.to, UsersThrough):
        via = via_service(permission.to.service, place.region)
        conditions = (*conditions, Condition("StringEquals", "kms:ViaService", (via,)))
    return Statement(
        sid=permission.sid + suffix, principal=principal, actions=permission.actions, conditions=conditions
    )


def filled(conditions: tuple[Condition, ...], place: KeyPlace) -> tuple[Condition, ...]:
    """Conditions of an entry as those of this key."""
    names = place.names()
    return tuple(Condition(c.operator, c.key, tuple(value.format_map(names) for value in c.values)) for c in conditions)
