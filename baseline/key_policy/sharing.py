"""The other accounts that are let in."""

from collections.abc import Iterator

from baseline.iam.conditions import Condition
from baseline.iam.principals import Principal
from baseline.iam.statement import Statement
from baseline.key_actions import DESCRIBE, GRANTS
from baseline.key_policy.common_statement import KMS_CONDITIONS, CommonStatement
from baseline.key_policy.place import KeyPlace
from baseline.key_policy.services import filled
from baseline.organization import KeySettings
from baseline.purposes.purpose import DOCS, GRANT_FOR_AWS, Purpose
from baseline.regions import via_service

SHARED_ACCOUNTS_USE_THE_KEY = CommonStatement(
    sid="SharedAccountsUseTheKey",
    when="`share_with` accounts",
    says="the accounts named use the key as their IAM policies allow; of an S3 key, through S3 alone",
    evidence="documented",
    if_wrong="the other account's restore or copy fails",
    fallback="none needed",
    source="https://repost.aws/knowledge-center/backup-cross-account-copy-error",
)
SHARED_ACCOUNTS_GRANT_TO_AWS_SERVICES = CommonStatement(
    sid="SharedAccountsGrantToAwsServices",
    when="`share_with` accounts",
    says="and make, see and revoke grants for AWS resources only",
    evidence="inferred",
    if_wrong="launches there fail; a grant made by hand for another account's Auto Scaling role is refused",
    fallback="a statement of your own without the condition",
    source=f"{DOCS}/ebs/latest/userguide/ebs-encryption-requirements.html",
)
ORGANIZATION_USES_THE_KEY = CommonStatement(
    sid="OrganizationUsesTheKey",
    when="`share_with: [organization]`",
    says="every account of the organization uses the key, through the purpose's service only",
    evidence="inferred",
    if_wrong="the other account's restore or copy fails",
    fallback="list the accounts",
    source=KMS_CONDITIONS,
)
ORGANIZATION_GRANTS_TO_AWS_SERVICES = CommonStatement(
    sid="OrganizationGrantsToAwsServices",
    when="`share_with: [organization]`",
    says="and makes, sees and revokes grants for AWS resources only",
    evidence="inferred",
    if_wrong="launches there fail",
    fallback="list the accounts",
    source=KMS_CONDITIONS,
)


def sharing(purpose: Purpose, settings: KeySettings, place: KeyPlace) -> Iterator[Statement]:
    """What other accounts may do: those that are named, and those of the organization.

    Where the owner narrows what services do by the encryption context, this does so too.
    """
    use = tuple(action for action in purpose.shared if action not in GRANTS)
    granting = tuple(action for action in purpose.shared if action in GRANTS)
    for number, (narrowed, services) in enumerate(purpose.ways.items() or [((), ())], 1):
        suffix, context = "" if number == 1 else str(number), filled(narrowed, place)
        for principal, uses, grants in _sharers(purpose, settings, place, services):
            through = () if principal.conditions else _through(purpose, place, services)
            if context:  # DescribeKey carries none
                yield uses.statement(principal, (DESCRIBE,), *through, suffix=f"{suffix}Described")
            actions = tuple(action for action in use if action != DESCRIBE or not context)
            yield uses.statement(principal, actions, *through, *context, suffix=suffix)
            if granting:
                yield grants.statement(principal, granting, GRANT_FOR_AWS, *through, *context, suffix=suffix)


def _through(purpose: Purpose, place: KeyPlace, services: tuple[str, ...]) -> tuple[Condition, ...]:
    """These services alone, where the purpose shares so."""
    if not purpose.shared_through_the_service:
        return ()
    return (Condition("StringEquals", "kms:ViaService", tuple(via_service(name, place.region) for name in services)),)


def _sharers(
    purpose: Purpose, settings: KeySettings, place: KeyPlace, services: tuple[str, ...]
) -> Iterator[tuple[Principal, CommonStatement, CommonStatement]]:
    accounts = [f"arn:{place.partition}:iam::{id}:root" for id in settings.share_with if id != "organization"]
    if accounts:
        yield Principal.named(accounts), SHARED_ACCOUNTS_USE_THE_KEY, SHARED_ACCOUNTS_GRANT_TO_AWS_SERVICES
    if "organization" in settings.share_with and place.organization_id:
        # Through the service alone: otherwise every principal of the own account could use the key directly.
        via = (via_service(service, place.region) for service in services)
        members = Principal.organization(place.organization_id, *via)
        yield members, ORGANIZATION_USES_THE_KEY, ORGANIZATION_GRANTS_TO_AWS_SERVICES
