"""What nobody may do with the key."""

from collections.abc import Iterator

from baseline.iam.conditions import Condition
from baseline.iam.principals import Principal
from baseline.iam.statement import Statement
from baseline.key_actions import STOP
from baseline.key_policy.common_statement import KMS_CONDITIONS, CommonStatement
from baseline.organization import KeySettings
from baseline.purposes.purpose import DOCS

NOBODY_BYPASSES_THE_LOCKOUT_CHECK = CommonStatement(
    sid="NobodyBypassesTheLockoutCheck",
    effect="Deny",
    when="always",
    says="nobody skips the check that the policy can still be changed",
    evidence="documented",
    if_wrong="whoever may change the policy can skip the check",
    fallback="a service control policy",
    source=KMS_CONDITIONS,
)
RECENTLY_USED_KEYS_STAY = CommonStatement(
    sid="RecentlyUsedKeysStay",
    effect="Deny",
    when="`deny_deletion_if_used_within_days`",
    says="nobody disables a key, or schedules its deletion, that was used in the last N days",
    evidence="documented",
    if_wrong="a key that was never used is kept for N days from its creation, as was reported, or not at all: AWS's pages "
    "do not say; a quiet key is unprotected when N is short; where KMS does not track use, nothing is denied",
    fallback="N = 365, off in test accounts",
    source=f"{DOCS}/kms/latest/developerguide/monitoring-keys-determining-usage.html",
)
_BYPASS = Condition("Bool", "kms:BypassPolicyLockoutSafetyCheck", ("true",))


def protection(settings: KeySettings) -> Iterator[Statement]:
    """Against lockout, and against stopping a key that is in use."""
    yield NOBODY_BYPASSES_THE_LOCKOUT_CHECK.statement(Principal.everyone(), ("kms:PutKeyPolicy",), _BYPASS)
    days = settings.deny_deletion_if_used_within_days
    if days:
        recently = Condition("NumericLessThanEquals", "kms:TrailingDaysWithoutKeyUsage", (str(days),))
        yield RECENTLY_USED_KEYS_STAY.statement(Principal.everyone(), STOP, recently)
