"""What the account's IAM policies may give."""

from baseline.iam.principals import Principal
from baseline.iam.statement import Statement
from baseline.key_actions import MANAGE
from baseline.key_policy.common_statement import DEFAULT_POLICY, CommonStatement
from baseline.key_policy.place import KeyPlace
from baseline.organization import KeySettings

ACCOUNT_KEEPS_THE_KEY_MANAGEABLE = CommonStatement(
    sid="AccountKeepsTheKeyManageable",
    when="always",
    says="the account's IAM policies may give management of the key; `administrators` limits it to the root user, the "
    "deployment role and the administrators, `full` gives `kms:*`",
    evidence="managed key",
    if_wrong="CreateKey is refused; a service role that calls KMS without a service is denied",
    fallback="`iam_delegation: full`",
    source=DEFAULT_POLICY,
)


def root(settings: KeySettings, place: KeyPlace) -> Statement:
    """The account's own statement, without which a key could become unmanageable."""
    principal = Principal.account(place.partition, place.account_id)
    if settings.iam_delegation == "administrators":
        principal = Principal.like(place.partition, place.account_id, _who_manages(settings, place))
    return ACCOUNT_KEEPS_THE_KEY_MANAGEABLE.statement(
        principal, ("kms:*",) if settings.iam_delegation == "full" else MANAGE
    )


def _who_manages(settings: KeySettings, place: KeyPlace) -> tuple[str, ...]:
    own = tuple(a.arn for a in settings.administrators if a.account_id == place.account_id)
    return (f"arn:{place.partition}:iam::{place.account_id}:root", *((place.role,) if place.role else ()), *own)
