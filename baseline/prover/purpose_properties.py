"""The properties of what services do with a key, and of what people do through them, as its purpose's expectation says."""

from collections.abc import Iterator

from baseline.own_purpose import is_of_context
from baseline.prover.claims import Claim, Threshold, always, never, some
from baseline.prover.condition_tests import condition
from baseline.prover.expectations import EXPECTATIONS
from baseline.prover.general_claims import CRYPTO, GRANT, known, promised
from baseline.prover.properties import Property, described
from baseline.prover.subject import NOT_FOR_AWS, Subject, people, services

ARNS_OF_THE_CALLER = (
    "aws:SourceArn",
    *sorted(
        {
            fence.key
            for expected in EXPECTATIONS.values()
            for call in expected.calls
            for fence in call.fence
            if is_of_context(fence.key)
        }
    ),
)
"""The condition keys that say by an ARN for which account a service calls."""


def _through(key: Subject) -> Iterator[Claim]:
    for through in key.through:
        anyone = (key.own_account, key.via(through), *key.not_administrators_on_duty())
        yield from promised("direct", through.actions, *anyone, context=key.inside(through.context))


def _through_only(key: Subject) -> Iterator[Claim]:
    """Root may do more under `full`, by delegation; users may directly."""
    of_organization = key.expected.shared if key.organization else ()  # of which the own account is one
    actions = (*(action for through in key.possible for action in through.actions), *of_organization)
    others = (*key.nobody_exactly(key.administrators, key.users), key.own_account)
    yield never("direct", people(*others, but_not=actions))
    for names, of_these in key.actions_by_names.items():
        via = condition("StringEquals", "kms:ViaService", *names)
        yield never("direct", people(*others, via, but_not=(*of_these, *of_organization)))
    if GRANT in actions:
        yield never("direct", people(*others, NOT_FOR_AWS, actions=(GRANT,)))
    yield from _outside_the_context(key)


def _outside_the_context(key: Subject) -> Iterator[Claim]:
    """Nor do accounts that are let in, where calls must have something in their encryption context."""
    strength: Threshold = "direct" if key.is_full else "may"
    for through in key.possible:
        for context in through.context:
            outside = context.outside(key.place.names())
            others = (*key.not_by_name(key.users, root=key.is_full), *key.not_of_accounts(key.users.accounts))
            yield never(strength, people(*others, key.via(through), outside, actions=(*CRYPTO, GRANT)))


def for_this_account(key: Subject) -> Iterator[Claim]:
    """Every service by one of the keys that say for whom it calls; those expected, each by its own fence."""
    other_account = condition("StringNotEquals", "aws:SourceAccount", key.place.account_id)
    ours = f"arn:*:*:*:{key.place.account_id}:*"
    fences = [fence.key for call in key.calls for fence in call.fence]
    arns = dict.fromkeys((*ARNS_OF_THE_CALLER, *(name for name in fences if is_of_context(name))))
    others = [condition("ArnNotLike", name, ours) for name in arns]
    if "aws:SourceOrgID" in fences:
        others.append(condition("StringNotEquals", "aws:SourceOrgID", key.place.organization_id or ""))
    exceptions = tuple(map(key.principal, key.expected.exceptions))
    yield never("may", services(other_account, *others, not_named=exceptions, actions=CRYPTO))
    for call in dict.fromkeys((*key.calls, *key.expected.exceptions)):
        for fence in call.fence:
            if value := key.value(fence):
                yield never("may", services(fence.outside(value), named=(key.principal(call),), actions=call.actions))


def _no_more(key: Subject) -> Iterator[Claim]:
    if not key.calls:
        return
    actions: dict[str, list[str]] = {}
    for call in key.calls:
        actions.setdefault(key.principal(call), []).extend(call.actions)
    yield never("may", services(but_not=[action for of_one in actions.values() for action in of_one]))
    for name, of_one in actions.items():
        yield never("may", services(named=(name,), but_not=of_one))


def _what_they_must(key: Subject) -> Iterator[Claim]:
    for call in key.calls:
        values = [key.value(fence) for fence in call.fence]
        if all(values):
            says = (fence.inside(value) for fence, value in zip(call.fence, values, strict=True))
            yield always("direct", services(*says, named=(key.principal(call),), actions=known(call.actions)))
            continue
        patterns = [fence.inside(key.pattern(fence)) for fence in call.fence]
        for action in known(call.actions):  # nobody said the name: for one at least it must work
            yield some("direct", services(*patterns, named=(key.principal(call),), actions=(action,)))


def _readers_only_read(key: Subject) -> Iterator[Claim]:
    readers = key.expected.readers
    if not readers:
        return
    nothing_written = condition("Null", readers.context, "true")
    strength: Threshold = "direct" if key.is_full else "may"
    for them in key.users.each():
        others = key.nobody_of(key.administrators)
        yield never("direct", people(them, *others, but_not=("kms:Decrypt",)))
        yield never(strength, people(them, *others, actions=(*CRYPTO, GRANT), but_not=("kms:Decrypt",)))
        yield never(strength, people(them, *others, *key.directly, actions=("kms:Decrypt",)))
        yield never(strength, people(them, *others, nothing_written, actions=("kms:Decrypt",)))


PURPOSE_PROPERTIES: tuple[Property, ...] = described(
    (
        "account-uses-the-service",
        "Every principal of the account uses the key through the purpose's service; with separate duties, "
        "administrators do not.",
        "always account=A, kms:ViaService=via, action in {what the service needs}; CreateGrant for AWS resources",
        _through,
    ),
    (
        "account-only-uses-the-service",
        "Nobody of the account but root, administrators and users does more than the purpose's service needs.",
        "never[direct] account=A, P not in {root, adm, usr}, action not in {what the service needs}",
        _through_only,
    ),
    (
        "services-only-for-this-account",
        "AWS services use the key only for what belongs to this account, and each is held to that by a condition key that "
        "it is known to send: the account's ID, or the ARN of its topics, queues, functions or log groups of this region, "
        "of its trail or distributions. "
        "Exception: CodeStar Notifications, which sends nothing that says so; it is held to SNS of this region.",
        "never[may] kind=service, action in use, c[aws:SourceAccount] is not A, and neither c[aws:SourceArn] nor the "
        "context of a topic, queue, function, log group or trail is an ARN of A; and each service s listed: never[may] P=s "
        "outside its fence",
        for_this_account,
    ),
    (
        "services-do-no-more",
        "A service that calls by its own principal does what the purpose needs of it, and nothing else: publishers do "
        "not encrypt, CloudTrail never reads.",
        "for each service s listed: never[may] P=s, action not in {what the purpose needs of s}",
        _no_more,
    ),
    (
        "services-do-what-they-must",
        "Every service listed can do what the purpose needs of it, whatever else it sends besides its fence.",
        "for each service s listed: always P=s, action in {what the purpose needs of s}, inside its fence",
        _what_they_must,
    ),
    (
        "readers-only-read",
        "The trail's readers decrypt what CloudTrail wrote, through S3, and do nothing else.",
        "never[direct] P=usr, action is not Decrypt, or not through S3, or without a trail's context",
        _readers_only_read,
    ),
)
