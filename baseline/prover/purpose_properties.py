"""The properties of the keys of one purpose: which services use it, for what of this account and region.

Each service's fence, what bounds its calls to this account, is stated here once more and not taken from the registry
of purposes, so that a mistake there is seen.
"""

from collections.abc import Callable, Iterator, Mapping

from baseline.iam.reading import PlainCondition
from baseline.key_actions import DESCRIBE, PUBLISH, USE
from baseline.prover.claims import Claim, Strength, always, never
from baseline.prover.conditions import condition
from baseline.prover.general_claims import CRYPTO, GRANT, SHARED, known
from baseline.prover.properties import Property, described
from baseline.prover.subject import FOR_AWS, NOT_FOR_AWS, Subject, people, services

TOPIC = "kms:EncryptionContext:aws:sns:topicArn"
LOG_GROUP = "kms:EncryptionContext:aws:logs:arn"
TRAIL = "kms:EncryptionContext:aws:cloudtrail:arn"
CODESTAR = "codestar-notifications.amazonaws.com"
FENCED_BY_ACCOUNT = tuple(f"{label}.amazonaws.com" for label in ("cloudwatch", "budgets", "costalerts"))
"""Publishers that send `aws:SourceAccount`. The others are fenced by the topic, CodeStar by the service it goes through."""

THROUGH: Mapping[str, tuple[str, ...]] = {
    "sns": (*PUBLISH, DESCRIBE),
    "ebs": (*USE, DESCRIBE),
    "logs": (*USE, DESCRIBE),
    "backup": (*PUBLISH, DESCRIBE),
}
"""What every principal of the account may do through the purpose's service."""
GRANTS_THROUGH = ("ebs", "backup")


def _through(key: Subject) -> Iterator[Claim]:
    name = key.purpose.name
    if name not in THROUGH or (key.purpose.via not in key.settings.services and name != "sns"):
        return
    via = condition("StringEquals", "kms:ViaService", key.via)
    anyone = (key.own_account, via, *key.not_administrators_on_duty())
    yield always("direct", people(*anyone, actions=known(THROUGH[name])))
    if name in GRANTS_THROUGH:
        yield always("direct", people(*anyone, FOR_AWS, actions=(GRANT,)))


def _through_only(key: Subject) -> Iterator[Claim]:
    """Root may do more under `full`, by delegation; users may directly."""
    grants = (GRANT,) if key.purpose.name in GRANTS_THROUGH else ()
    of_organization = SHARED if key.organization else ()  # of which the own account is one
    promised = (*THROUGH.get(key.purpose.name, ()), *of_organization, *grants)
    others = key.nobody_exactly(key.administrators, key.users)
    yield never("direct", people(*others, key.own_account, but_not=promised))
    if grants:
        yield never("direct", people(*others, key.own_account, NOT_FOR_AWS, actions=grants))


def _of(purpose: str, claims: Callable[[Subject], Iterator[Claim]]) -> Callable[[Subject], Iterator[Claim]]:
    """The claims, of keys of one purpose only."""
    return lambda key: claims(key) if key.purpose.name == purpose else iter(())


def _our_topics(key: Subject, operator: str) -> PlainCondition:
    return condition(operator, TOPIC, key.arn("sns", "*"))


def _publishers_fenced(key: Subject) -> Iterator[Claim]:
    other_account = condition("StringNotEquals", "aws:SourceAccount", key.place.account_id)
    other_topic = _our_topics(key, "ArnNotLike")
    not_through = condition("StringNotEquals", "kms:ViaService", f"sns.{key.place.region}.amazonaws.com")
    by_account = tuple(name for name in key.services if name in FENCED_BY_ACCOUNT)
    by_topic = tuple(name for name in key.services if name not in (*FENCED_BY_ACCOUNT, CODESTAR))
    yield never("may", services(other_account, other_topic, not_named=(CODESTAR,)))
    yield never("may", services(not_through, named=(CODESTAR,)))
    if by_account:
        yield never("may", services(other_account, named=by_account))
    if by_topic:
        yield never("may", services(other_topic, named=by_topic))


def _publishers_only_publish(key: Subject) -> Iterator[Claim]:
    yield never("may", services(but_not=PUBLISH))


def _publishers_publish(key: Subject) -> Iterator[Claim]:
    account = condition("StringEquals", "aws:SourceAccount", key.place.account_id)
    through = condition("StringEquals", "kms:ViaService", f"sns.{key.place.region}.amazonaws.com")
    for name in key.services:
        fence = _our_topics(key, "ArnLike")
        if name in FENCED_BY_ACCOUNT:
            fence = account
        elif name == CODESTAR:
            fence = through
        yield always("direct", services(fence, named=(name,), actions=known(PUBLISH)))


def _our_log_groups(key: Subject, operator: str) -> PlainCondition:
    return condition(operator, LOG_GROUP, key.arn("logs", "log-group:*"))


def _other_logs(key: Subject) -> Iterator[Claim]:
    yield never("may", services(named=("logs.*",), not_named=key.services))


def _other_log_groups(key: Subject) -> Iterator[Claim]:
    yield never("may", services(_our_log_groups(key, "ArnNotLike"), actions=CRYPTO))


def _logs_only_use(key: Subject) -> Iterator[Claim]:
    yield never("may", services(but_not=(*USE, DESCRIBE)))


def _logs_encrypt(key: Subject) -> Iterator[Claim]:
    for name in key.services:
        yield always("direct", services(_our_log_groups(key, "ArnLike"), named=(name,), actions=known(USE)))
        yield always("direct", services(named=(name,), actions=(DESCRIBE,)))


def _trail(key: Subject) -> str:
    return key.arn("cloudtrail", f"trail/{key.place.namespace}")


def _trail_anywhere(key: Subject, operator: str) -> PlainCondition:
    return condition(operator, TRAIL, key.arn("cloudtrail", f"trail/{key.place.namespace}", region="*"))


def _trail_never_reads(key: Subject) -> Iterator[Claim]:
    yield never("may", services(but_not=("kms:GenerateDataKey*", DESCRIBE)))


def _other_trails(key: Subject) -> Iterator[Claim]:
    yield never("may", services(condition("StringNotEquals", "aws:SourceArn", _trail(key))))
    yield never("may", services(_trail_anywhere(key, "ArnNotLike"), actions=CRYPTO))


def _trail_writes(key: Subject) -> Iterator[Claim]:
    source = condition("StringEquals", "aws:SourceArn", _trail(key))
    for name in key.services:
        actions = known(("kms:GenerateDataKey*",))
        yield always("direct", services(source, _trail_anywhere(key, "ArnLike"), named=(name,), actions=actions))
        yield always("direct", services(source, named=(name,), actions=(DESCRIBE,)))


def _readers_only_read(key: Subject) -> Iterator[Claim]:
    elsewhere = condition("StringNotEquals", "kms:ViaService", key.via)
    no_trail = condition("Null", TRAIL, "true")
    strength: Strength = "direct" if key.is_full else "may"
    for them in key.users.each():
        others = key.nobody_of(key.administrators)
        yield never("direct", people(them, *others, but_not=("kms:Decrypt",)))
        yield never(strength, people(them, *others, actions=(*CRYPTO, GRANT), but_not=("kms:Decrypt",)))
        yield never(strength, people(them, *others, elsewhere, actions=("kms:Decrypt",)))
        yield never(strength, people(them, *others, no_trail, actions=("kms:Decrypt",)))


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
        "publishers-only-for-this-account",
        "Services publish for this account only: by its ID, or to its topics in this region. "
        "Exception: CodeStar Notifications is fenced by SNS of this region alone.",
        "never[may] kind=service, c[aws:SourceAccount] is not A, c[topicArn] not in arn:*:sns:R:A:*, name is not CodeStar; "
        "and each publisher by its own fence",
        _of("sns", _publishers_fenced),
    ),
    (
        "publishers-only-publish",
        "Services that publish generate data keys and decrypt, and do nothing else.",
        "never[may] kind=service, action not in {GenerateDataKey*, Decrypt}",
        _of("sns", _publishers_only_publish),
    ),
    (
        "publishers-publish",
        "Every publisher listed can publish, whatever else it sends besides its fence.",
        "for each publisher s: always P=s, {GenerateDataKey*, Decrypt}, its own fence",
        _of("sns", _publishers_publish),
    ),
    (
        "logs-of-other-regions-never",
        "CloudWatch Logs of another region cannot use the key.",
        "never[may] name like logs.*, name is not logs.R",
        _of("logs", _other_logs),
    ),
    (
        "only-our-log-groups",
        "CloudWatch Logs uses the key for log groups of this account and region only.",
        "never[may] kind=service, action in use, c[aws:logs:arn] not in arn:*:logs:R:A:log-group:*",
        _of("logs", _other_log_groups),
    ),
    (
        "logs-only-uses",
        "CloudWatch Logs encrypts, decrypts and describes the key, and does nothing else.",
        "never[may] kind=service, action not in {Encrypt, Decrypt, ReEncrypt*, GenerateDataKey*, DescribeKey}",
        _of("logs", _logs_only_use),
    ),
    (
        "logs-encrypts",
        "CloudWatch Logs can use the key for every log group of this account and region.",
        "always P=logs.R, {Encrypt, Decrypt, ReEncrypt*, GenerateDataKey*}, c[aws:logs:arn] in ours; always DescribeKey",
        _of("logs", _logs_encrypt),
    ),
    (
        "trail-never-reads",
        "CloudTrail writes and never reads.",
        "never[may] kind=service, action not in {GenerateDataKey*, DescribeKey}",
        _of("cloudtrail", _trail_never_reads),
    ),
    (
        "only-our-trail",
        "CloudTrail uses the key for our trail only.",
        "never[may] kind=service, c[aws:SourceArn] is not our trail; use with c[aws:cloudtrail:arn] of another trail",
        _of("cloudtrail", _other_trails),
    ),
    (
        "trail-writes",
        "CloudTrail can write the log files of our trail, from every region.",
        "always P=cloudtrail, GenerateDataKey*, SourceArn and context of our trail; always DescribeKey with its SourceArn",
        _of("cloudtrail", _trail_writes),
    ),
    (
        "readers-only-read",
        "The trail's readers decrypt what CloudTrail wrote, through S3, and do nothing else.",
        "never[direct] P=usr, action is not Decrypt, or not through S3, or without a trail's context",
        _of("cloudtrail", _readers_only_read),
    ),
)
