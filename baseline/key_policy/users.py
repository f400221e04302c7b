"""Who uses the key."""

from collections.abc import Iterator

from baseline.iam.statement import Statement
from baseline.key_actions import DESCRIBE, GRANTS, USE
from baseline.key_policy.common_statement import DEFAULT_POLICY, CommonStatement
from baseline.key_policy.groups import groups
from baseline.key_policy.place import KeyPlace
from baseline.key_policy.services import permitted
from baseline.organization import KeySettings
from baseline.purposes.purpose import GRANT_FOR_AWS, Purpose

USERS_USE_THE_KEY = CommonStatement(
    sid="UsersUseTheKey",
    when="users",
    says="the users encrypt, decrypt and describe",
    evidence="documented",
    if_wrong="users are denied",
    fallback="none needed",
    source=DEFAULT_POLICY,
)
USERS_GRANT_TO_AWS_SERVICES = CommonStatement(
    sid="UsersGrantToAwsServices",
    when="users",
    says="the users make grants for AWS resources only",
    evidence="documented",
    if_wrong="services that act for users fail",
    fallback="none needed",
    source=DEFAULT_POLICY,
)


def users(purpose: Purpose, settings: KeySettings, place: KeyPlace) -> Iterator[Statement]:
    """What the users may do: what the purpose says, or else all use."""
    for suffix, principal in groups(settings.users, place):
        if purpose.users_through:
            yield from (permitted(permission, principal, place, suffix) for permission in purpose.users_through)
            continue
        yield USERS_USE_THE_KEY.statement(principal, (*USE, DESCRIBE), suffix=suffix)
        yield USERS_GRANT_TO_AWS_SERVICES.statement(principal, GRANTS, GRANT_FOR_AWS, suffix=suffix)
