"""Who manages the key, and is kept from using it."""

from collections.abc import Iterator

from baseline.iam.conditions import Condition
from baseline.iam.principals import Principal
from baseline.iam.statement import Statement
from baseline.key_actions import MANAGE, NEVER_FOR_ADMINISTRATORS
from baseline.key_policy.common_statement import DEFAULT_POLICY, CommonStatement
from baseline.key_policy.groups import groups
from baseline.key_policy.place import KeyPlace
from baseline.organization import KeySettings
from baseline.purposes.purpose import DOCS

ADMINISTRATORS_MANAGE_THE_KEY = CommonStatement(
    sid="AdministratorsManageTheKey",
    when="administrators by exact name",
    says="the administrators manage the key, whatever their IAM policies say",
    evidence="documented",
    if_wrong="administrators are denied",
    fallback="administrators by their IAM policies",
    source=DEFAULT_POLICY,
)
ADMINISTRATORS_NEVER_USE_THE_KEY = CommonStatement(
    sid="AdministratorsNeverUseTheKey",
    effect="Deny",
    when="`separate_duties: true`",
    says="administrators are denied every cryptographic action and CreateGrant, also through services",
    evidence="documented",
    if_wrong="too wide a pattern stops deployments, launches and log reading",
    fallback="`separate_duties: false`",
    source=f"{DOCS}/kms/latest/developerguide/key-policies.html",
)


def left_to_iam(settings: KeySettings, account_id: str) -> tuple[str, ...]:
    """The administrators by pattern whom no statement lets manage the key: only the account's IAM policies can."""
    if settings.iam_delegation == "administrators":
        return ()
    return tuple(a.arn for a in settings.administrators if a.is_pattern and a.account_id == account_id)


def administrators(settings: KeySettings, place: KeyPlace) -> Iterator[Statement]:
    """What the administrators may do, and what they may not."""
    for suffix, principal in groups(settings.administrators, place):
        # Patterns of the own account need no statement: root's covers them, and IAM decides (`left_to_iam`).
        if suffix != "ByPattern":
            yield ADMINISTRATORS_MANAGE_THE_KEY.statement(principal, MANAGE, suffix=suffix)
    if settings.separate_duties and settings.administrators:
        they = Condition("ArnLike", "aws:PrincipalArn", tuple(a.arn for a in settings.administrators))
        yield ADMINISTRATORS_NEVER_USE_THE_KEY.statement(Principal.everyone(), NEVER_FOR_ADMINISTRATORS, they)
