"""The policy of one key, composed of the same blocks for every purpose.

They are: root, administrators, users, services, protection.

Nobody's role stands in a `Principal` element, where KMS demands that it exists and binds to its unique ID: exact
ARNs are `*` with the account and `aws:PrincipalArn` as conditions, so a role may come later or be made anew.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from baseline.iam.conditions import Condition
from baseline.iam.document import Document
from baseline.iam.principals import Principal
from baseline.iam.statement import Statement
from baseline.organization import KeySettings, NamedPrincipal
from baseline.purposes import DESCRIBE, GRANT_FOR_AWS, PUBLISH, USE, AccountThrough, Evidence, Permission, Purpose
from baseline.regions import PARTITIONS, via_service

MANAGE = (
    "kms:CancelKeyDeletion",
    "kms:CreateAlias",
    "kms:DeleteAlias",
    "kms:DescribeKey",
    "kms:DisableKey",
    "kms:DisableKeyRotation",
    "kms:EnableKey",
    "kms:EnableKeyRotation",
    "kms:GetKeyLastUsage",
    "kms:GetKeyPolicy",
    "kms:GetKeyRotationStatus",
    "kms:ListGrants",
    "kms:ListKeyPolicies",
    "kms:ListKeyRotations",
    "kms:ListResourceTags",
    "kms:PutKeyPolicy",
    "kms:RevokeGrant",
    "kms:RotateKeyOnDemand",
    "kms:ScheduleKeyDeletion",
    "kms:TagResource",
    "kms:UntagResource",
    "kms:UpdateAlias",
    "kms:UpdateKeyDescription",
)
"""Managing a key, as the console's administrators do, without CreateGrant and without wildcards:
https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html"""

NEVER_FOR_ADMINISTRATORS = (
    "kms:CreateGrant",
    "kms:Decapsulate",
    "kms:Decrypt",
    "kms:DeriveSharedSecret",
    "kms:Encapsulate",
    "kms:Encrypt",
    "kms:GenerateDataKey*",
    "kms:GenerateMac",
    "kms:ReEncrypt*",
    "kms:Sign",
    "kms:Verify",
    "kms:VerifyMac",
)
"""Every cryptographic action, and the grants that would give them."""

TRAIL_CONTEXT = Condition("Null", "kms:EncryptionContext:aws:cloudtrail:arn", ("false",))
"""Only what CloudTrail encrypted carries this context."""
BYPASS = Condition("Bool", "kms:BypassPolicyLockoutSafetyCheck", ("true",))


@dataclass(frozen=True, slots=True)
class Place:
    """Where a key is, and who deploys it."""

    partition: str
    account: str
    region: str
    namespace: str
    organization_id: str | None
    role: str | None
    """The ARN of the deployment role; None: the caller's own credentials."""

    def names(self) -> Mapping[str, str]:
        """What the registry's placeholders stand for."""
        return {
            "partition": self.partition,
            "account": self.account,
            "region": self.region,
            "namespace": self.namespace,
            "logs_suffix": PARTITIONS[self.partition].logs_suffix,
        }


def key_policy(purpose: Purpose, settings: KeySettings, place: Place) -> Document:
    """The policy of one key. Raises PolicyError when the owner's own statements do not fit ours."""
    return Document(
        (
            _root(settings, place),
            *_administrators(settings, place),
            *_users(purpose, settings, place),
            *_services(purpose, settings, place),
            *_shared(purpose, settings, place),
            *_protection(settings),
            *settings.statements,
        )
    )


def _root(settings: KeySettings, place: Place) -> Statement:
    actions: tuple[str, ...] = ("kms:*",) if settings.iam_delegation == "full" else MANAGE
    principal = Principal.account(place.partition, place.account)
    if settings.iam_delegation == "administrators":
        principal = Principal.like(place.partition, place.account, _who_manages(settings, place))
    return Statement(sid="AccountKeepsTheKeyManageable", principal=principal, actions=actions)


def _who_manages(settings: KeySettings, place: Place) -> tuple[str, ...]:
    own = tuple(a.arn for a in settings.administrators if a.account == place.account)
    return (f"arn:{place.partition}:iam::{place.account}:root", *((place.role,) if place.role else ()), *own)


def _administrators(settings: KeySettings, place: Place) -> Iterator[Statement]:
    for suffix, principal in _groups(settings.administrators, place):
        # Patterns of the own account need no statement: root's covers them, and IAM decides.
        if suffix != "ByPattern":
            yield Statement(sid=f"AdministratorsManageTheKey{suffix}", principal=principal, actions=MANAGE)
    if settings.separate_duties and settings.administrators:
        yield Statement(
            sid="AdministratorsNeverUseTheKey",
            effect="Deny",
            principal=Principal.everyone(),
            actions=NEVER_FOR_ADMINISTRATORS,
            conditions=(Condition("ArnLike", "aws:PrincipalArn", tuple(a.arn for a in settings.administrators)),),
        )


def _users(purpose: Purpose, settings: KeySettings, place: Place) -> Iterator[Statement]:
    groups = tuple(_groups(settings.users, place))
    if purpose.users_only_read:
        via = Condition("StringEquals", "kms:ViaService", (via_service(purpose.via, place.region),))
        for suffix, principal in groups:
            yield Statement(
                sid=f"ReadersReadLogFiles{suffix}",
                principal=principal,
                actions=("kms:Decrypt",),
                conditions=(TRAIL_CONTEXT, via),
            )
        return
    for suffix, principal in groups:
        yield Statement(sid=f"UsersUseTheKey{suffix}", principal=principal, actions=(*USE, DESCRIBE))
        yield Statement(
            sid=f"UsersGrantToAwsServices{suffix}",
            principal=principal,
            actions=("kms:CreateGrant", "kms:ListGrants", "kms:RevokeGrant"),
            conditions=(GRANT_FOR_AWS,),
        )


def _groups(principals: Iterable[NamedPrincipal], place: Place) -> Iterator[tuple[str, Principal]]:
    """The principals that one statement can name together, with what its Sid ends in."""
    accounts = sorted(p.arn for p in principals if p.is_account)
    if accounts:
        yield "FromAccounts", Principal.named(accounts)
    for by_pattern in (False, True):
        people = [p for p in principals if not p.is_account and p.is_pattern == by_pattern]
        for account in sorted({p.account for p in people}, key=lambda a: (a != place.account, a)):
            arns = [p.arn for p in people if p.account == account]
            own = "" if account == place.account else f"Of{account}"
            if by_pattern:
                yield f"ByPattern{own}", Principal.like(place.partition, account, arns)
            else:
                yield own, Principal.exactly(arns)


def _services(purpose: Purpose, settings: KeySettings, place: Place) -> Iterator[Statement]:
    names = place.names()
    for permission in purpose.permissions:
        if permission.service is None or permission.service in settings.services:
            yield _permit(permission, place, names)


def _permit(permission: Permission, place: Place, names: Mapping[str, str]) -> Statement:
    if isinstance(permission.to, AccountThrough):
        principal = Principal.through(place.account, via_service(permission.to.service, place.region))
    else:
        principal = Principal.service(permission.to.principal.format_map(names))
    conditions = tuple(
        Condition(c.operator, c.key, tuple(value.format_map(names) for value in c.values))
        for c in permission.conditions
    )
    return Statement(sid=permission.sid, principal=principal, actions=permission.actions, conditions=conditions)


def _shared(purpose: Purpose, settings: KeySettings, place: Place) -> Iterator[Statement]:
    accounts = [f"arn:{place.partition}:iam::{a}:root" for a in settings.share_with if a != "organization"]
    sharers = [("SharedAccounts", Principal.named(accounts))] if accounts else []
    if "organization" in settings.share_with and place.organization_id:
        # Through the service alone: otherwise every principal of the own account could use the key directly.
        via = via_service(purpose.via, place.region)
        sharers.append(("Organization", Principal.organization(place.organization_id, via)))
    for who, principal in sharers:
        yield Statement(
            sid=f"{who}{'Uses' if who == 'Organization' else 'Use'}TheKey",
            principal=principal,
            actions=(*PUBLISH, "kms:ReEncrypt*", DESCRIBE),
        )
        yield Statement(
            sid=f"{who}{'Grants' if who == 'Organization' else 'Grant'}ToAwsServices",
            principal=principal,
            actions=("kms:CreateGrant",),
            conditions=(GRANT_FOR_AWS,),
        )


def _protection(settings: KeySettings) -> Iterator[Statement]:
    yield Statement(
        sid="NobodyBypassesTheLockoutCheck",
        effect="Deny",
        principal=Principal.everyone(),
        actions=("kms:PutKeyPolicy",),
        conditions=(BYPASS,),
    )
    days = settings.deny_deletion_if_used_within_days
    if days:
        recently = Condition("NumericLessThanEquals", "kms:TrailingDaysWithoutKeyUsage", (str(days),))
        yield Statement(
            sid="RecentlyUsedKeysStay",
            effect="Deny",
            principal=Principal.everyone(),
            actions=("kms:ScheduleKeyDeletion",),
            conditions=(recently,),
        )


@dataclass(frozen=True, slots=True)
class Block:
    """What is known about a statement that every purpose has, for the documentation."""

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
        "ReadersReadLogFiles", "users of the trail's key", "the readers decrypt what CloudTrail wrote, through S3",
        "documented", "readers are denied", "drop the condition on S3",
        f"{_DOCS}/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html",
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
