"""What is known about the statements that do not belong to one purpose: for the documentation."""

from dataclasses import dataclass

from baseline.iam.evidence import Evidence


@dataclass(frozen=True, slots=True)
class Block:
    """One such statement of `key_policy`."""

    sid: str
    when: str
    says: str
    evidence: Evidence
    if_wrong: str
    fallback: str
    source: str


_DOCS = "https://docs.aws.amazon.com"
_DEFAULT = f"{_DOCS}/kms/latest/developerguide/key-policy-default.html"
_CONDITIONS = f"{_DOCS}/kms/latest/developerguide/conditions-kms.html"
BLOCKS = (
    Block(
        "AccountKeepsTheKeyManageable", "always",
        "the account's IAM policies may give management of the key; `administrators` limits it to the root user, the "
        "deployment role and the administrators, `full` gives `kms:*`",
        "managed key",
        "CreateKey is refused; a service role that calls KMS without a service is denied",
        "`iam_delegation: full`", _DEFAULT,
    ),
    Block(
        "AdministratorsManageTheKey", "administrators by exact name",
        "the administrators manage the key, whatever their IAM policies say", "documented", "administrators are denied",
        "administrators by their IAM policies", _DEFAULT,
    ),
    Block(
        "AdministratorsNeverUseTheKey", "`separate_duties: true`",
        "administrators are denied every cryptographic action and CreateGrant, also through services", "documented",
        "too wide a pattern stops deployments, launches and log reading", "`separate_duties: false`",
        f"{_DOCS}/kms/latest/developerguide/key-policies.html",
    ),
    Block(
        "UsersUseTheKey", "users", "the users encrypt, decrypt and describe", "documented", "users are denied", "none needed",
        _DEFAULT,
    ),
    Block(
        "UsersGrantToAwsServices", "users", "the users make grants for AWS resources only", "documented",
        "services that act for users fail", "none needed", _DEFAULT,
    ),
    Block(
        "SharedAccountsUseTheKey", "`share_with` accounts", "the accounts named use the key as their IAM policies allow",
        "documented", "the other account's restore or copy fails", "none needed",
        f"{_DOCS}/autoscaling/ec2/userguide/key-policy-requirements-EBS-encryption.html",
    ),
    Block(
        "SharedAccountsGrantToAwsServices", "`share_with` accounts", "and make grants for AWS resources only", "inferred",
        "launches there fail; a grant made by hand for another account's Auto Scaling role is refused",
        "a statement of your own without the condition",
        f"{_DOCS}/ebs/latest/userguide/ebs-encryption-requirements.html",
    ),
    Block(
        "OrganizationUsesTheKey", "`share_with: [organization]`",
        "every account of the organization uses the key, through the purpose's service only", "inferred",
        "the other account's restore or copy fails", "list the accounts", _CONDITIONS,
    ),
    Block(
        "OrganizationGrantsToAwsServices", "`share_with: [organization]`", "and makes grants for AWS resources only",
        "inferred", "launches there fail", "list the accounts", _CONDITIONS,
    ),
    Block(
        "NobodyBypassesTheLockoutCheck", "always", "nobody skips the check that the policy can still be changed",
        "documented", "whoever may change the policy can skip the check", "a service control policy", _CONDITIONS,
    ),
    Block(
        "RecentlyUsedKeysStay", "`deny_deletion_if_used_within_days`",
        "nobody schedules the deletion of a key used in the last N days", "documented",
        "a fresh unused key stays for N days too; a quiet key is unprotected when N is short", "N = 365, off in test accounts",
        f"{_DOCS}/kms/latest/developerguide/monitoring-keys-determining-usage.html",
    ),
)  # fmt: skip
"""The statements that do not belong to one purpose, in the order of the policy."""
