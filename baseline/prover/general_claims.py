"""What the properties of every key claim, property by property."""

from collections.abc import Iterator

from baseline.iam.actions import ACTIONS, CRYPTOGRAPHIC, expand_all
from baseline.iam.reading import PlainCondition
from baseline.key_actions import DESCRIBE, GRANTS, MANAGE, READ, STOP, USE
from baseline.prover.claims import Claim, Threshold, always, never
from baseline.prover.condition_tests import condition
from baseline.prover.subject import FOR_AWS, NO_BYPASS, NOT_FOR_AWS, Conditions, People, Subject, people, services

CRYPTO = (*sorted(CRYPTOGRAPHIC), "kms:GenerateDataKey*", "kms:ReEncrypt*")
"""The cryptographic actions, those that KMS may add under our patterns included."""
GRANT = "kms:CreateGrant"
NOT_MANAGING = (*CRYPTO, *GRANTS, DESCRIBE, "kms:GetPublicKey")
KEEPS = ("kms:PutKeyPolicy", "kms:GetKeyPolicy", "kms:DescribeKey", "kms:CancelKeyDeletion")


def _strength(key: Subject) -> Threshold:
    """Under `full` the account's IAM policies may give anything: then only direct permission can be denied."""
    return "direct" if key.is_full else "may"


def foreign(key: Subject) -> Iterator[Claim]:
    organization: Conditions = ()
    if key.organization:
        organization = (condition("StringNotEquals", "aws:PrincipalOrgID", key.organization),)
    yield never("may", people(*_strangers(key), *organization))


def organization(key: Subject) -> Iterator[Claim]:
    if key.organization:
        yield never("may", people(*_strangers(key), *key.directly))


def shared(key: Subject) -> Iterator[Claim]:
    on_duty = key.not_administrators_on_duty()
    actions = key.expected.shared
    if key.shared_accounts:
        them = condition("StringEquals", "aws:PrincipalAccount", *key.shared_accounts)
        unnamed = key.not_by_name(key.administrators, key.users)
        yield never("may", people(them, *unnamed, but_not=actions))
        if key.expected.shared_through_the_service:
            yield never("may", people(them, *unnamed, *key.directly))
            for via, context in key.ways:
                yield from promised("may", actions, them, via, *on_duty, context=context)
        else:
            yield from promised("may", actions, them, *on_duty)
    if key.organization:
        them = condition("StringEquals", "aws:PrincipalOrgID", key.organization)
        yield never("may", people(*_strangers(key), but_not=actions))
        for via, context in key.ways:
            yield from promised("direct", actions, them, via, *on_duty, context=context)


def promised(
    strength: Threshold, actions: tuple[str, ...], *who: PlainCondition, context: Conditions = ()
) -> Iterator[Claim]:
    """These actions always, but grants for AWS resources alone; `context`: what all but DescribeKey, which carries none,
    must have."""
    grants = tuple(action for action in actions if action in GRANTS)
    others = tuple(action for action in actions if action not in GRANTS and (action != DESCRIBE or not context))
    if others:
        yield always(strength, people(*who, *context, actions=known(others)))
    if context:
        yield always(strength, people(*who, actions=(DESCRIBE,)))
    if grants:
        yield always(strength, people(*who, FOR_AWS, *context, actions=grants))


def _strangers(key: Subject) -> Conditions:
    """Nobody of the account, of the accounts named, or named themselves."""
    own = (key.place.account_id, *key.administrators.accounts, *key.users.accounts)
    return (*key.not_by_name(key.administrators, key.users), *key.no_account_of(own))


def unlisted(key: Subject) -> Iterator[Claim]:
    yield never("may", services(not_named=dict.fromkeys(map(key.principal, key.calls))))


def service_manages(key: Subject) -> Iterator[Claim]:
    yield never("may", services(but_not=(*CRYPTO, DESCRIBE, "kms:GetPublicKey")))


def _administrator_acts(key: Subject, *actions: str) -> Iterator[Claim]:
    for them in key.administrators.each():
        if key.settings.separate_duties and them.key == "aws:PrincipalArn":
            yield never("may", people(them, actions=actions))
            continue
        others = (*key.not_by_name(key.users), *key.no_account_of(key.users.accounts))
        yield never(_strength(key), people(them, *key.directly, *others, actions=actions))


def administrator_uses(key: Subject) -> Iterator[Claim]:
    yield from _administrator_acts(key, *CRYPTO)


def administrator_grants(key: Subject) -> Iterator[Claim]:
    yield from _administrator_acts(key, GRANT)


def user_manages(key: Subject) -> Iterator[Claim]:
    for them in key.users.each():
        yield never("direct", people(them, *key.nobody_of(key.administrators), but_not=NOT_MANAGING))
    abroad = [a for a in key.users.accounts if a != key.place.account_id]
    if abroad:
        them = condition("StringEquals", "aws:PrincipalAccount", *abroad)
        yield never("may", people(them, *key.nobody_of(key.administrators), but_not=NOT_MANAGING))


def user_grants(key: Subject) -> Iterator[Claim]:
    for them in key.users.each():
        yield never(_strength(key), people(them, NOT_FOR_AWS, actions=(GRANT,)))


def grants(key: Subject) -> Iterator[Claim]:
    # Under `full` the root user itself has everything.
    root = key.not_by_name(root=True) if key.is_full else ()
    yield never(_strength(key), people(*root, NOT_FOR_AWS, actions=(GRANT,)))


def nobody_else(key: Subject) -> Iterator[Claim]:
    yield never("direct", people(*key.nobody_exactly(key.administrators, key.users), *key.outside))


def nobody_else_manages(key: Subject) -> Iterator[Claim]:
    yield never("direct", people(*key.nobody_exactly(key.administrators), but_not=NOT_MANAGING))


def only_through_the_service(key: Subject) -> Iterator[Claim]:
    yield never(_strength(key), people(*key.nobody_of(key.users), *key.outside, actions=(*CRYPTO, GRANT)))


def no_other_action(key: Subject) -> Iterator[Claim]:
    root = key.not_by_name(root=True) if key.is_full else ()
    yield never(_strength(key), people(*root, but_not=(*USE, *MANAGE, *GRANTS)))


def policy_changes(key: Subject) -> Iterator[Claim]:
    yield never("direct", people(*key.nobody_exactly(key.administrators), actions=("kms:PutKeyPolicy",)))
    yield never("direct", services(actions=("kms:PutKeyPolicy",)))


def bypass(key: Subject) -> Iterator[Claim]:
    bypass = condition("Bool", "kms:BypassPolicyLockoutSafetyCheck", "true")
    yield never("may", people(bypass, actions=("kms:PutKeyPolicy",)))


def deletion(key: Subject) -> Iterator[Claim]:
    days = key.settings.deny_deletion_if_used_within_days
    if days:
        recently = condition("NumericLessThanEquals", "kms:TrailingDaysWithoutKeyUsage", str(days))
        yield never("may", people(recently, actions=STOP))


def _managing(key: Subject, actions: tuple[str, ...], strength: Threshold, *who: Conditions) -> Iterator[Claim]:
    """Managing as far as it is not guarded: without the bypass, and no key in use is disabled or deleted."""
    them = tuple(c for conditions in who for c in conditions)
    days = key.settings.deny_deletion_if_used_within_days
    yield always(strength, people(*them, NO_BYPASS, actions=tuple(name for name in actions if name not in STOP)))
    if guarded := tuple(name for name in actions if name in STOP):
        unused = condition("NumericGreaterThanIfExists", "kms:TrailingDaysWithoutKeyUsage", str(days))
        yield always(strength, people(*them, *((unused,) if days else ()), actions=guarded))


def lockout(key: Subject) -> Iterator[Claim]:
    yield from _managing(key, (*KEEPS, "kms:ScheduleKeyDeletion"), "direct", (key.root,))


def delegation(key: Subject) -> Iterator[Claim]:
    """`manage` and `full`: every principal of the account; `administrators`: those and the deployment role."""
    if key.is_full:
        on_duty = key.not_administrators_on_duty()
        use = (*sorted(CRYPTOGRAPHIC), GRANT)
        yield from _managing(key, _others_than(use), "may", (key.own_account,))
        yield always("may", people(key.own_account, *on_duty, actions=use))
    elif key.settings.iam_delegation == "manage":
        yield from _managing(key, MANAGE, "may", (key.own_account,))
    elif key.place.role:
        deployer = condition("StringEquals", "aws:PrincipalArn", key.place.role)
        yield from _managing(key, MANAGE, "may", (deployer,))


def not_delegated(key: Subject) -> Iterator[Claim]:
    if key.settings.iam_delegation == "administrators":
        role = key.place.role
        not_deployer = (condition("StringNotEquals", "aws:PrincipalArn", role),) if role else ()
        others = (*key.nobody_of(key.administrators), *not_deployer)
        nor_users = (*key.nobody_of(key.administrators, key.users), *not_deployer)
        yield never("may", people(*others, but_not=(*NOT_MANAGING, *READ)))
        shared = key.directly if key.organization else ()  # through the service it gives them this too
        yield never("may", people(*nor_users, *shared, actions=("kms:RevokeGrant",)))


def looking(key: Subject) -> Iterator[Claim]:
    yield always("may", people(key.own_account, actions=READ))


def _others_than(actions: tuple[str, ...]) -> tuple[str, ...]:
    """The other actions that a key policy knows."""
    return tuple(name for name in sorted(ACTIONS) if name not in actions)


def _each_strength(group: People) -> Iterator[tuple[Threshold, Conditions]]:
    """Exact names have direct permission; patterns and accounts leave it to IAM."""
    if group.exact:
        yield "direct", (condition("StringEquals", "aws:PrincipalArn", *group.exact),)
    if group.patterns:
        yield "may", (condition("ArnLike", "aws:PrincipalArn", *group.patterns),)
    if group.accounts:
        yield "may", (condition("StringEquals", "aws:PrincipalAccount", *group.accounts),)


def administrators_manage(key: Subject) -> Iterator[Claim]:
    for strength, them in _each_strength(key.administrators):
        yield from _managing(key, MANAGE, strength, them)


def users_use(key: Subject) -> Iterator[Claim]:
    on_duty = key.not_administrators_on_duty()
    for strength, them in _each_strength(key.users):
        if readers := key.expected.readers:
            written = condition("Null", readers.context, "false")
            yield always(strength, people(*them, *on_duty, written, key.via(readers), actions=("kms:Decrypt",)))
        else:
            yield always(strength, people(*them, *on_duty, actions=known((*USE, DESCRIBE))))
            yield always(strength, people(*them, *on_duty, FOR_AWS, actions=GRANTS))


def known(patterns: tuple[str, ...]) -> tuple[str, ...]:
    """The actions that the patterns mean today."""
    return tuple(sorted(expand_all(patterns)))
