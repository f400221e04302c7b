"""What the account's IAM policies may give."""

from collections.abc import Iterator

from baseline.iam.principals import Principal
from baseline.iam.statement import Statement
from baseline.key_actions import MANAGE, READ
from baseline.key_policy.common_statement import DEFAULT_POLICY, CommonStatement
from baseline.key_policy.place import KeyPlace
from baseline.organization import KeySettings
from baseline.purposes.purpose import DOCS

ACCOUNT_KEEPS_THE_KEY_MANAGEABLE = CommonStatement(
    sid="AccountKeepsTheKeyManageable",
    when="always",
    says="the account's IAM policies may give management of the key; `administrators` limits it to the root user, whoever "
    "deploys and the administrators, `full` gives `kms:*`",
    evidence="managed key",
    if_wrong="CreateKey is refused; a service role that calls KMS without a service is denied",
    fallback="`iam_delegation: full`",
    source=DEFAULT_POLICY,
)


ACCOUNT_LOOKS_AT_THE_KEY = CommonStatement(
    sid="AccountLooksAtTheKey",
    when="`iam_delegation: administrators`",
    says="the account's IAM policies may let anybody look at the key, which gives nobody its management or use: AWS "
    "Config, Security Hub and auditors need it",
    evidence="documented",
    if_wrong="Security Hub's KMS.5 fails, since AWS Config cannot read the policy",
    fallback="`iam_delegation: manage`",
    source=f"{DOCS}/securityhub/latest/userguide/kms-controls.html",
)


def root(settings: KeySettings, place: KeyPlace) -> Iterator[Statement]:
    """The account's own statements, without which a key could become unmanageable, or not be seen."""
    principal = Principal.account(place.partition, place.account_id)
    if settings.iam_delegation == "administrators":
        principal = Principal.like(place.partition, place.account_id, _who_manages(settings, place))
    yield ACCOUNT_KEEPS_THE_KEY_MANAGEABLE.statement(
        principal, ("kms:*",) if settings.iam_delegation == "full" else MANAGE
    )
    if settings.iam_delegation == "administrators":
        # AWS Config reads keys as itself, and Security Hub fails a key whose policy it cannot read.
        yield ACCOUNT_LOOKS_AT_THE_KEY.statement(Principal.account(place.partition, place.account_id), READ)


def _who_manages(settings: KeySettings, place: KeyPlace) -> tuple[str, ...]:
    own = tuple(a.arn for a in settings.administrators if a.account_id == place.account_id)
    return (f"arn:{place.partition}:iam::{place.account_id}:root", *((place.role,) if place.role else ()), *own)
