"""What a policy means, decided by the prover: is the account locked out, is a statement open, is a service fenced?"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from baseline.found.place import accounts_in, names_of
from baseline.found.policy import FoundPolicy, FoundStatement
from baseline.iam.conditions import ENCRYPTION_CONTEXT
from baseline.iam.elements import items
from baseline.iam.reading import PlainCondition
from baseline.key_policy.place import KeyPlace
from baseline.prover.claims import Claim, always, never
from baseline.prover.condition_tests import condition
from baseline.prover.decide import Answer, Judge, prove, read
from baseline.prover.general_claims import CRYPTO
from baseline.prover.report import caller_in_words
from baseline.prover.space import Space
from baseline.prover.subject import NO_BYPASS, people, services
from baseline.prover.unanswered import StepsSpent, Unsupported

PUT = "kms:PutKeyPolicy"
_BY_PRESENCE = ("aws:PrincipalOrgPaths", "aws:SourceOrgID", "aws:SourceOrgPaths", "kms:ViaService")


def check_meaning(policy: FoundPolicy, key: KeyPlace) -> None:
    """Add the findings that follow from what the policy means. Where that is not decided, say so."""
    try:
        _check(policy, key)
    except (Unsupported, StepsSpent) as error:
        policy.say("not-decided", f"what the policy means is not decided: {error}", ())


def _check(policy: FoundPolicy, key: KeyPlace) -> None:
    if policy.undecidable:
        raise Unsupported(policy.undecidable)
    plain = policy.plain
    _idle(policy, plain, key)
    denies = [s for s in plain["Statement"] if s.get("Effect") == "Deny"]
    for statement, written in zip(policy.statements, plain["Statement"], strict=True):
        if statement.is_allow:
            _statement(policy, statement, {**plain, "Statement": [written, *denies]}, key)
    _lockout(policy, plain, key)


def _idle(policy: FoundPolicy, plain: Mapping[str, Any], key: KeyPlace) -> None:
    statements = read(plain)
    idle = {s.name for s in Judge(statements, Space(key.partition, statements)).idle()}
    for statement in policy.statements:
        if statement.name in idle:
            policy.say(
                "statement-without-effect", "without it the policy would allow the same", statement.path, statement
            )


def _statement(policy: FoundPolicy, statement: FoundStatement, alone: Mapping[str, Any], key: KeyPlace) -> None:
    named = accounts_in([statement.elements, key.account_id])
    asked: Sequence[tuple[str, Claim]] = (
        ("open-to-everyone", never("may", people(*_strangers(statement, named)))),
        ("service-manages", never("may", services(but_not=(*CRYPTO, "kms:DescribeKey", "kms:GetPublicKey")))),
        ("service-for-any-account", never("may", services(*_untied(statement, named), actions=CRYPTO))),
    )
    for (kind, _), answer in zip(asked, _answers(alone, key, [claim for _, claim in asked]), strict=True):
        if answer.verdict == "fails" and (kind == "open-to-everyone" or names_of(statement.elements, "Service")):
            assert answer.counterexample is not None
            request = answer.counterexample.request
            problem = f"{caller_in_words(request.caller)} may call {request.action}"
            policy.say(kind, problem, statement.paths.get("Principal", statement.path), statement, "Principal")


def _answers(plain: Mapping[str, Any], key: KeyPlace, claims: Sequence[Claim]) -> Sequence[Answer]:
    answers = prove(plain, key.partition, claims)
    for answer in answers:
        if answer.verdict in ("unsupported", "undecided"):
            raise Unsupported(answer.reason)
    return answers


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
            # A bucket's ARN has no account, and names one resource all the same.
            has_account = all(value.count(":") >= 5 and value.split(":")[4] for value in values)
            yield condition("ArnNotLike", key, *arns) if arns and has_account else condition("Null", key, "true")
        elif key in [name.lower() for name in _BY_PRESENCE]:
            yield condition("Null", key, "true")


def _tests(statement: FoundStatement) -> Iterator[tuple[str, list[str]]]:
    """The keys in lower case with their values, as the conditions have them."""
    written = statement.elements.get("Condition", {})
    for keys in written.values() if isinstance(written, Mapping) else ():
        for key, values in keys.items():
            yield key.lower(), [str(value) for value in items(values)]


def _lockout(policy: FoundPolicy, plain: Mapping[str, Any], key: KeyPlace) -> None:
    accounts = (
        [key.account_id] if key.account_id else accounts_in([s.elements.get("Principal") for s in policy.statements])
    )
    if any(_keeps(plain, key, account) for account in accounts):
        return
    who = (
        f"the root principal of {key.account_id} may not always"
        if key.account_id
        else "no account's root principal may always"
    )
    left = _who_else(plain, key, accounts)
    then = (
        f"KMS takes it from {left}, and once they are gone nobody can change the policy"
        if left
        else "KMS answers MalformedPolicyDocumentException at CreateKey or PutKeyPolicy"
    )
    policy.say("lockout", f"{who} call {PUT}; {then}", ())


def _keeps(plain: Mapping[str, Any], key: KeyPlace, account_id: str) -> bool:
    root = condition("StringEquals", "aws:PrincipalArn", f"arn:{key.partition}:iam::{account_id}:root")
    [answer] = _answers(plain, key, [always("direct", people(root, NO_BYPASS, actions=(PUT,)))])
    return answer.verdict == "holds"


def _who_else(plain: Mapping[str, Any], key: KeyPlace, accounts: Sequence[str]) -> str:
    """Somebody who may change the policy all the same; empty if nobody may."""
    own = [condition("StringEquals", "aws:PrincipalAccount", *accounts)] if accounts else []
    [answer] = _answers(plain, key, [never("direct", people(*own, NO_BYPASS, actions=(PUT,)))])
    return caller_in_words(answer.counterexample.request.caller) if answer.counterexample else ""
