"""What is proven of a policy that somebody else wrote, whatever its key is for; more if that is said."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from baseline.errors import FieldPlace
from baseline.key_policy import Place
from baseline.organization import KeySettings
from baseline.prover import general_claims as claims_of
from baseline.prover.claims import Claim, always, never
from baseline.prover.conditions import condition
from baseline.prover.counterexample import Policy
from baseline.prover.general_claims import CRYPTO, KEEPS
from baseline.prover.keys import BITES, Finding, prove_properties
from baseline.prover.properties import PROPERTIES, Property, described
from baseline.prover.purpose_properties import CODESTAR, LOG_GROUP, PURPOSE_PROPERTIES, TOPIC, TRAIL
from baseline.prover.subject import NO_BYPASS, Subject, people, services
from baseline.purposes import PURPOSES
from baseline.purposes.purpose import Purpose

ANYTHING = Purpose(name="anything", title="anything", via="kms", controls=(), permissions=())
"""In place of a purpose that nobody named."""


def _only_for_this_account(key: Subject) -> Iterator[Claim]:
    ours = f"arn:*:*:*:{key.place.account_id}:*"
    other_account = condition("StringNotEquals", "aws:SourceAccount", key.place.account_id)
    others = (condition("ArnNotLike", name, ours) for name in ("aws:SourceArn", TOPIC, LOG_GROUP, TRAIL))
    yield never("may", services(other_account, *others, not_named=(CODESTAR,), actions=CRYPTO))


def _keeps(key: Subject) -> Iterator[Claim]:
    yield always("direct", people(key.root, NO_BYPASS, actions=KEEPS))


OF_ANY_POLICY: tuple[Property, ...] = (
    *described(
        (
            "no-foreign-principal",
            "No IAM principal of another account can do anything.",
            "never[may] kind=iam, account is not A",
            claims_of.foreign,
        ),
        (
            "service-never-manages",
            "No AWS service manages the key or makes, lists or revokes grants by its own principal.",
            "never[may] kind=service, action in manage or {CreateGrant, ListGrants, RevokeGrant}",
            claims_of.service_manages,
        ),
        (
            "services-only-for-this-account",
            "AWS services use the key only for what belongs to this account. "
            "Exception: CodeStar Notifications, which sends nothing that says so.",
            "never[may] kind=service, action in use, c[aws:SourceAccount] is not A, and neither c[aws:SourceArn] nor the "
            "context of a topic, log group or trail is an ARN of A",
            _only_for_this_account,
        ),
        (
            "grants-only-for-services",
            "Nobody but root has direct permission to make grants but for AWS resources.",
            "never[direct] kind=iam, P is not root, CreateGrant, kms:GrantIsForAWSResource is not true",
            claims_of.grants,
        ),
        (
            "no-lockout",
            "The root user always can change and read the policy, describe the key, and cancel its deletion.",
            "always P=root, {PutKeyPolicy, GetKeyPolicy, DescribeKey, CancelKeyDeletion}, no bypass",
            _keeps,
        ),
    ),
    BITES,
)
_NEED_OUR_NAMES = ("only-our-trail", "trail-writes", "readers-only-read", "account-only-uses-the-service")
OF_A_PURPOSE: tuple[Property, ...] = (
    *(entry for entry in PROPERTIES if entry.id == "no-unlisted-service"),
    *(entry for entry in PURPOSE_PROPERTIES if entry.id not in _NEED_OUR_NAMES),
)


def prove_policy(
    policy: Policy, partition: str, account_id: str, region: str, purpose: str | None = None
) -> Sequence[Finding]:
    """Every property that says something of the policy. With a purpose, those of its services too."""
    kind = PURPOSES[purpose] if purpose else ANYTHING
    settings = replace(_NOBODY, services=kind.default_services)
    place = Place(partition, account_id, region, namespace="", organization_id=None, role=None)
    return prove_properties(
        Subject(kind, settings, place), policy, (*OF_ANY_POLICY, *(OF_A_PURPOSE if purpose else ()))
    )


_NOWHERE = FieldPlace("", 0, "")
_NOBODY = KeySettings(
    administrators=(),
    administrators_place=_NOWHERE,
    users=(),
    iam_delegation="full",
    separate_duties=False,
    rotation=True,
    rotation_period_days=365,
    deletion_window_days=30,
    deny_deletion_if_used_within_days=0,
    services=(),
    share_with=(),
    statements=(),
    place=_NOWHERE,
)
"""Nothing is known of whom the owner means; the account's IAM policies may be given anything."""
