"""What nobody may do with the key."""

from collections.abc import Iterator

from baseline.iam.conditions import Condition
from baseline.iam.principals import Principal
from baseline.iam.statement import Statement
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
    says="nobody schedules the deletion of a key used in the last N days",
    evidence="documented",
    if_wrong="a fresh unused key stays for N days too; a quiet key is unprotected when N is short",
    fallback="N = 365, off in test accounts",
    source=f"{DOCS}/kms/latest/developerguide/monitoring-keys-determining-usage.html",
)
_BYPASS = Condition("Bool", "kms:BypassPolicyLockoutSafetyCheck", ("true",))


def protection(settings: KeySettings) -> Iterator[Statement]:
    """Against lockout, and against the deletion of a key that is in use."""
    yield NOBODY_BYPASSES_THE_LOCKOUT_CHECK.statement(Principal.everyone(), ("kms:PutKeyPolicy",), _BYPASS)
    days = settings.deny_deletion_if_used_within_days
    if days:
        recently = Condition("NumericLessThanEquals", "kms:TrailingDaysWithoutKeyUsage", (str(days),))
        yield RECENTLY_USED_KEYS_STAY.statement(Principal.everyone(), ("kms:ScheduleKeyDeletion",), recently)
