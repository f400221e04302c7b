"""What a policy means, decided by the prover: is the account locked out, is a statement open, is a service fenced?"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from baseline.found.lockout import answers, check_lockout
from baseline.found.place import accounts_in, names_of
from baseline.found.policy import FoundPolicy, FoundStatement
from baseline.iam.actions import ACTIONS
from baseline.iam.condition_keys import ENCRYPTION_CONTEXT
from baseline.iam.elements import items
from baseline.iam.reading import PlainCondition, PlainPolicy
from baseline.key_actions import GRANTS
from baseline.key_policy.place import KeyPlace
from baseline.prover.bounds import Bounds, read
from baseline.prover.claims import Claim, never
from baseline.prover.condition_tests import condition
from baseline.prover.general_claims import CRYPTO
from baseline.prover.report import caller_in_words
from baseline.prover.space import Space
from baseline.prover.subject import NOT_FOR_AWS, people, services
from baseline.prover.unanswered import StepsSpent, Unsupported

_MANAGING = tuple(
    name
    for name, action in ACTIONS.items()
    if action.access_level not in ("Read", "List")
    and not (action.cryptographic or action.is_between_replicas or name in (*GRANTS, "kms:RetireGrant"))
)
# Names of trails, log groups and topics hold no colon; those of alarms may, and StringLike then runs over it.
_WITHOUT_COLONS = (["cloudtrail"], ["logs"], ["sns"])
_ANYBODYS = re.compile(r"arn:[^:]*:[^:]*:[^:]*::([a-z-]+[/:])?[*?]+")
_BY_PRESENCE = ("aws:PrincipalOrgPaths", "aws:SourceOrgID", "aws:SourceOrgPaths", "kms:ViaService")


def check_meaning(policy: FoundPolicy, key: KeyPlace) -> None:
    """Add the findings that follow from what the policy means. What is not decided does not hide the rest."""
    problems = [policy.undecidable] if policy.undecidable else list(dict.fromkeys(_undecided(policy, key)))
    # What is refused says what is to be mended.
    if problems and not any(finding.kind.group == "refused" for finding in policy.findings):
        policy.say("not-decided", f"what the policy means is not decided: {'; '.join(problems)}", ())


def _undecided(policy: FoundPolicy, key: KeyPlace) -> Iterator[str]:
    """Look for everything; why something was not decided."""
    plain = policy.plain
    try:
        read_ones = read(plain, key.partition)
    except Unsupported as error:
        yield str(error)
        return
    denies = tuple(each for each in read_ones if not each.is_allow)
    for statement, allow in zip(policy.statements, read_ones, strict=True):
        if allow.is_allow and (allow.undecided or allow.services or "*" in allow.principals):
            yield from _statement(policy, statement, (allow, *denies), key)
    if any(policy.has("open-to-everyone", statement) for statement in policy.statements):
        policy.drop("everything-for-one", beside="open-to-everyone")
    else:  # beside what is open to everyone all else is without effect
        yield from _reason(lambda: _idle(policy, read_ones, key))
    yield from _reason(lambda: check_lockout(policy, plain, read_ones, key))


def _reason(check: Callable[[], None]) -> Iterator[str]:
    try:
        check()
    except (Unsupported, StepsSpent) as error:
        yield str(error)


def _idle(policy: FoundPolicy, statements: PlainPolicy, key: KeyPlace) -> None:
    space = Space(key.partition, statements, owner=key.account_id, region=key.region)
    idle = {s.name for s in Bounds(statements, space).sure.idle()}
    for i, statement in enumerate(policy.statements):
        again = any(_says_the_same(statement, later) for later in policy.statements[i + 1 :])
        if statement.name in idle and not (again or policy.explains(statement)):
            policy.say(
                "statement-without-effect", "without it the policy would allow the same", statement.path, statement
            )


def _says_the_same(one: FoundStatement, other: FoundStatement) -> bool:
    """Then the later one is told: of two that repeat each other one has to stay."""
    return {**one.elements, "Sid": ""} == {**other.elements, "Sid": ""}


def _statement(policy: FoundPolicy, statement: FoundStatement, alone: PlainPolicy, key: KeyPlace) -> Iterator[str]:
    """Add the findings on one Allow, beside all Denies; why one of them was not decided."""
    named = accounts_in([statement.elements, key.account_id])
    asked: Sequence[tuple[str, Claim]] = (
        ("open-to-everyone", never("may", people(*_strangers(statement, named)))),
        ("service-manages", never("may", services(actions=_MANAGING))),
        ("service-grants-anything", never("may", services(NOT_FOR_AWS, actions=("kms:CreateGrant",)))),
        ("service-for-any-account", never("may", services(*_untied(statement, named), actions=CRYPTO))),
    )
    for (kind, _), answer in zip(asked, answers(alone, key, [claim for _, claim in asked]), strict=True):
        if answer.verdict in ("unsupported", "undecided"):
            yield answer.reason
        if kind == "service-grants-anything" and policy.has("service-manages", statement):
            continue
        if answer.verdict == "fails" and (kind == "open-to-everyone" or names_of(statement.elements, "Service")):
            assert answer.counterexample is not None
            request = answer.counterexample.request
            problem = f"{caller_in_words(request.caller)} may call {request.action}"
            policy.say(kind, problem, statement.paths.get("Principal", statement.path), statement, "Principal")


def _strangers(statement: FoundStatement, named: Sequence[str]) -> Iterator[PlainCondition]:
    """Principals of accounts that the statement does not name, and of no organization that it names."""
    if named:
        yield condition("StringNotEquals", "aws:PrincipalAccount", *named)
    for key, values in _tests(statement):
        if key == "aws:principalorgid":
            yield condition("StringNotEquals", "aws:PrincipalOrgID", *values)
        if key == "aws:principalorgpaths":
            yield condition("Null", "aws:PrincipalOrgPaths", "true")


def _untied(statement: FoundStatement, named: Sequence[str]) -> Iterator[PlainCondition]:
    """Nothing that a service sends names an account that the statement names."""
    arns = [f"arn:*:*:*:{account}:*" for account in named]
    if named:
        yield condition("StringNotEquals", "aws:SourceAccount", *named)
        yield condition("ArnNotLike", "aws:SourceArn", *arns)
    for key, values in _tests(statement):
        if key.startswith(ENCRYPTION_CONTEXT.lower()) or key == "aws:sourcearn":
            has_account = all(value.count(":") >= 5 and value.split(":")[4] for value in values)
            if arns and (has_account or any(_of_anybody(value) for value in values)):
                yield condition("ArnNotLike", key, *arns)
                if all(value.split(":")[2:3] in _WITHOUT_COLONS for value in values):
                    yield condition("StringNotLike", key, *(arn.replace("*:*:*:", "*:") for arn in arns))
            else:
                yield condition("Null", key, "true")
        elif key in [name.lower() for name in _BY_PRESENCE]:
            yield condition("Null", key, "true")


def _of_anybody(arn: str) -> bool:
    """Whether an ARN without an account names no resource either. That of a bucket with a name names one."""
    return _ANYBODYS.fullmatch(arn) is not None


def _tests(statement: FoundStatement) -> Iterator[tuple[str, list[str]]]:
    """The keys in lower case with their values, as the conditions have them."""
    written = statement.elements.get("Condition", {})
    for keys in written.values() if isinstance(written, Mapping) else ():
        for key, values in keys.items() if isinstance(keys, Mapping) else ():
            yield key.lower(), [str(value) for value in items(values)]
