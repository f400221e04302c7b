"""What is proven of a policy that somebody else wrote, whatever its key is for; more if that is said."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from baseline.iam.reading import PlainPolicy
from baseline.key_policy.place import KeyPlace
from baseline.prover import general_claims as claims_of
from baseline.prover.bounds import read
from baseline.prover.claims import Claim, always
from baseline.prover.condition_tests import condition
from baseline.prover.counterexample import Policy
from baseline.prover.expectations import EXPECTATIONS, expected_of
from baseline.prover.expectations.expectation import Expectation
from baseline.prover.general_claims import KEEPS
from baseline.prover.judgements import ALL, NEEDED, Judgement, prove_properties
from baseline.prover.meant import Meant
from baseline.prover.properties import Property, described
from baseline.prover.purpose_properties import for_this_account
from baseline.prover.subject import NO_BYPASS, Subject, people
from baseline.prover.unanswered import Unsupported

ANYTHING = Expectation(
    calls=tuple(replace(call, fence=()) for each in EXPECTATIONS.values() for call in each.exceptions)
)
"""Of a key of which nobody said what it is for: nothing but that some services cannot tell their account."""


def _keeps(key: Subject) -> Iterator[Claim]:
    organization = key.place.organization_id
    member = (condition("StringEquals", "aws:PrincipalOrgID", organization),) if organization else ()
    yield always("direct", people(key.root, *member, NO_BYPASS, actions=KEEPS))


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
_KEPT = next(entry for entry in OF_ANY_POLICY if entry.id == "no-lockout")
OF_A_PURPOSE: tuple[Property, ...] = tuple(_KEPT if entry.id == _KEPT.id else entry for entry in ALL)
"""With a purpose everything is asked that is asked of our own keys."""


def prove_policy(policy: Policy, place: KeyPlace, meant: Meant | None = None) -> Sequence[Judgement]:
    """Every property that says something of the policy of a key that is so meant."""
    try:
        statements = read(policy, place.partition)
    except Unsupported:
        statements = ()
    about, properties = asked_of(statements, place, meant or Meant())
    return prove_properties(about, statements or policy, properties, every=True)


def asked_of(statements: PlainPolicy, place: KeyPlace, meant: Meant) -> tuple[Subject, Sequence[Property]]:
    """The key that is so meant, as far as its policy says it itself, and what is asked of it."""
    settings, place = meant.settings(place, statements), meant.place(place)
    if not meant.purpose:
        return Subject("anything", ANYTHING, settings, place), OF_ANY_POLICY
    return Subject(meant.purpose, expected_of(meant.purpose), settings, place), OF_A_PURPOSE


def prove_like(policy: Policy, place: KeyPlace, like: Subject) -> Sequence[Judgement]:
    """Every property of a key that is meant as another one is, of the configuration."""
    there = replace(like.place, account_id=place.account_id, region=place.region)
    return prove_properties(replace(like, place=there), policy, ALL, every=True)
