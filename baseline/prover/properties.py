"""The properties of every key, whatever it is for: an entry each, with its sentence and its formula.

In the formulas A is the account, R the region; adm and usr are the configured principals, shared the accounts that
the configuration lets in, via the purpose's own service in R, use the cryptographic actions, manage everything else
but describing the key and grants, look what reads the key's settings, policy, grants and tags. never[direct] speaks of
the key policy alone, never[may] includes whatever the account's IAM policies may add.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from baseline.prover import general_claims as claims_of
from baseline.prover.claims import Claim
from baseline.prover.subject import Subject


@dataclass(frozen=True, slots=True)
class Property:
    """One property. It holds when every one of its claims does."""

    id: str
    sentence: str
    formula: str
    claims: Callable[[Subject], Iterator[Claim]]
    """None: nothing is claimed of this key."""
    source: str = ""
    """Where somebody else asks for it."""


KMS_CONTROLS = "https://docs.aws.amazon.com/securityhub/latest/userguide/kms-controls.html"


def described(
    *entries: tuple[str, str, str, Callable[[Subject], Iterator[Claim]]]
    | tuple[str, str, str, Callable[[Subject], Iterator[Claim]], str],
) -> tuple[Property, ...]:
    """Properties from rows of a table."""
    return tuple(Property(*entry) for entry in entries)


PROPERTIES = described(
    (
        "no-foreign-principal",
        "No IAM principal of an account that the configuration does not name can do anything.",
        "never[may] kind=iam, account is not A, not in shared, adm or usr",
        claims_of.foreign,
    ),
    (
        "organization-only-through-the-service",
        "Other accounts of the organization reach the key through the purpose's service only.",
        "never[may] kind=iam, account is not A, not in shared, adm or usr, not via",
        claims_of.organization,
    ),
    (
        "shared-accounts-only-use",
        "Accounts that are let in use the key and grant it to AWS services, and do nothing else.",
        "never[may] P in shared, action not in use, DescribeKey or grants; always P in shared with these, grants for "
        "AWS resources",
        claims_of.shared,
    ),
    (
        "no-unlisted-service",
        "No AWS service calls by its own principal but those of the purpose.",
        "never[may] kind=service, name not in services(purpose, R)",
        claims_of.unlisted,
    ),
    (
        "service-never-manages",
        "No AWS service manages the key or makes, lists or revokes grants by its own principal.",
        "never[may] kind=service, action in manage or {CreateGrant, ListGrants, RevokeGrant}",
        claims_of.service_manages,
    ),
    (
        "administrator-never-uses",
        "Administrators cannot encrypt or decrypt outside the purpose's service; with separate duties, not at all.",
        "never P=adm, action in use, not via; with separate_duties: never[may] P=adm, action in use",
        claims_of.administrator_uses,
    ),
    (
        "administrator-never-grants",
        "Administrators cannot make grants outside the purpose's service; with separate duties, not at all.",
        "never P=adm, CreateGrant, not via; with separate_duties: never[may] P=adm, CreateGrant",
        claims_of.administrator_grants,
    ),
    (
        "user-never-manages",
        "Users cannot manage the key.",
        "never[direct] P=usr, action in manage",
        claims_of.user_manages,
    ),
    (
        "user-grants-only-for-services",
        "Users make grants for AWS resources only.",
        "never P=usr, CreateGrant, kms:GrantIsForAWSResource is not true",
        claims_of.user_grants,
    ),
    (
        "grants-only-for-services",
        "Nobody makes grants but for AWS resources.",
        "never kind=iam, CreateGrant, kms:GrantIsForAWSResource is not true",
        claims_of.grants,
    ),
    (
        "nobody-else-directly",
        "Nobody but root, and administrators and users by exact name, has direct permission outside the purpose's service.",
        "never[direct] kind=iam, P not in {root, adm, usr, shared}, not via",
        claims_of.nobody_else,
    ),
    (
        "nobody-else-manages",
        "Nobody but root and administrators has direct permission to manage the key.",
        "never[direct] kind=iam, P not in {root, adm, shared}, action in manage",
        claims_of.nobody_else_manages,
    ),
    (
        "only-through-the-service",
        "Nobody but users and the accounts let in encrypts, decrypts or makes grants outside the purpose's service in "
        "this region; the trail's key has readers alone.",
        "never kind=iam, P not in {root, usr, shared}, action in use or CreateGrant, not via",
        claims_of.only_through_the_service,
    ),
    (
        "no-other-action",
        "Nobody replicates the key, imports material for it, or does anything but use, management and grants.",
        "never kind=iam, action not in {Encrypt, Decrypt, ReEncrypt*, GenerateDataKey*}, the management list or grants",
        claims_of.no_other_action,
    ),
    (
        "only-these-change-the-policy",
        "Only root and administrators have direct permission to change the key policy.",
        "never[direct] PutKeyPolicy, P not in {root, adm}",
        claims_of.policy_changes,
    ),
    (
        "no-bypass",
        "Nobody skips the lockout check.",
        "never[may] PutKeyPolicy, kms:BypassPolicyLockoutSafetyCheck=true",
        claims_of.bypass,
    ),
    (
        "used-keys-stay",
        "Nobody disables a key, or schedules its deletion, that was used in the days configured.",
        "never[may] action in {DisableKey, ScheduleKeyDeletion}, kms:TrailingDaysWithoutKeyUsage <= N",
        claims_of.deletion,
    ),
    (
        "no-lockout",
        "The root user always can change and read the policy, describe the key, and schedule or cancel its deletion.",
        "always P=root, {PutKeyPolicy, GetKeyPolicy, DescribeKey, CancelKeyDeletion, ScheduleKeyDeletion}, "
        "no bypass, no deletion of a key in use",
        claims_of.lockout,
    ),
    (
        "account-delegates",
        "The account's IAM policies may give what `iam_delegation` says.",
        "always[may] account=A, action in the management list (`full`: every action); `administrators`: P=deployer",
        claims_of.delegation,
    ),
    (
        "account-delegates-no-more",
        "With `iam_delegation: administrators`, IAM policies may give management to nobody else; looking at the key is "
        "not management.",
        "never[may] P not in {root, deployer, adm}, action in manage but not in look; RevokeGrant for usr too",
        claims_of.not_delegated,
    ),
    (
        "account-looks",
        "The account's IAM policies may let anybody look at the key, as AWS Config must for Security Hub: KMS.4 asks "
        "whether it rotates, and KMS.5 fails where its policy cannot be read.",
        "always[may] account=A, action in look",
        claims_of.looking,
        KMS_CONTROLS,
    ),
    (
        "administrator-manages",
        "Administrators can manage the key: by exact name directly, by pattern as IAM allows.",
        "always P=adm, action in the management list, no bypass, no deletion of a key in use",
        claims_of.administrators_manage,
    ),
    (
        "user-uses",
        "Users can do what they are promised: by exact name directly, by pattern as IAM allows.",
        "always P=usr, action in use or DescribeKey; grants for AWS resources; readers: Decrypt of trail files through S3",
        claims_of.users_use,
    ),
)
