"""What is proven of a policy that somebody else wrote, whatever its key is for; more if that is said."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from baseline.errors import FieldPlace
from baseline.key_policy.place import KeyPlace
from baseline.organization import KeySettings
from baseline.prover import general_claims as claims_of
from baseline.prover.claims import Claim, always
from baseline.prover.counterexample import Policy
from baseline.prover.expectations import EXPECTATIONS, expected_of
from baseline.prover.expectations.expectation import Expectation
from baseline.prover.general_claims import KEEPS
from baseline.prover.judgements import NEEDED, Judgement, prove_properties
from baseline.prover.properties import PROPERTIES, Property, described
from baseline.prover.purpose_properties import PURPOSE_PROPERTIES, for_this_account
from baseline.prover.subject import NO_BYPASS, Subject, people
from baseline.purposes import PURPOSES

ANYTHING = Expectation(
    calls=tuple(replace(call, fence=()) for each in EXPECTATIONS.values() for call in each.exceptions)
)
"""Of a key of which nobody said what it is for: nothing but that some services cannot tell their account."""


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
            for_this_account,
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
    NEEDED,
)
OF_A_PURPOSE: tuple[Property, ...] = tuple(
    entry
    for entry in (*PROPERTIES, *PURPOSE_PROPERTIES)
    if entry.id
    in ("no-unlisted-service", "account-uses-the-service", "services-do-no-more", "services-do-what-they-must")
)
"""What a purpose adds. Who else may use the key, only its owner knows."""


def prove_policy(policy: Policy, place: KeyPlace, purpose: str | None = None) -> Sequence[Judgement]:
    """Every property that says something of the policy. With a purpose, those of its services too."""
    if purpose is None:
        return prove_properties(Subject("anything", ANYTHING, _NOBODY, place), policy, OF_ANY_POLICY, every=True)
    settings = replace(_NOBODY, services=PURPOSES[purpose].default_services(place.partition))
    subject = Subject(purpose, expected_of(purpose), settings, place)
    return prove_properties(subject, policy, (*OF_ANY_POLICY, *OF_A_PURPOSE), every=True)


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
