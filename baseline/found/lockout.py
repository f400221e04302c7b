"""Whether the account can always change the policy: it is lost if nobody can."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from baseline.found.place import accounts_in, names_of
from baseline.found.policy import FoundPolicy
from baseline.iam.arns import is_account_id
from baseline.iam.condition_keys import condition_key
from baseline.iam.reading import PlainCondition, PlainPolicy
from baseline.key_policy.place import KeyPlace
from baseline.prover.bounds import prove
from baseline.prover.claims import Claim, always, never
from baseline.prover.condition_tests import condition
from baseline.prover.counterexample import Counterexample
from baseline.prover.decide import Answer
from baseline.prover.report import caller_in_words
from baseline.prover.subject import NO_BYPASS, people
from baseline.prover.unanswered import Unsupported
from baseline.words import some

PUT = "kms:PutKeyPolicy"
_BY_ITSELF = condition("Null", "kms:ViaService", "true")
_WHAT_ROOT_CAN_BRING_ABOUT = (
    condition("Bool", "aws:SecureTransport", "true"),
    condition("Bool", "aws:MultiFactorAuthPresent", "true"),
)


def answers(policy: Mapping[str, Any] | PlainPolicy, key: KeyPlace, claims: Sequence[Claim]) -> Sequence[Answer]:
    """What the prover says of each claim."""
    return prove(policy, key.partition, claims, key.account_id, key.region)


def answers_of(policy: Mapping[str, Any] | PlainPolicy, key: KeyPlace, claims: Sequence[Claim]) -> Sequence[Answer]:
    """What the prover says of each claim. Raises Unsupported when one is not decided."""
    found = answers(policy, key, claims)
    for answer in found:
        if answer.verdict in ("unsupported", "undecided"):
            raise Unsupported(answer.reason)
    return found


def check_lockout(policy: FoundPolicy, plain: Mapping[str, Any], statements: PlainPolicy, key: KeyPlace) -> None:
    """Add the finding that the account cannot change the policy, or not always."""
    named = accounts_in([statement.elements.get("Principal") for statement in policy.statements])
    accounts = [key.account_id] if key.account_id else named
    on_condition = ""
    for account in accounts:
        keeps, never_may, nobody_else = _asked(statements, key, account)
        if keeps.verdict == "holds":
            if nobody_else.verdict == "holds":
                policy.say("only-root-user-manages", f"nobody in {account} but its root user may call {PUT}", ())
            return
        if keeps.counterexample and never_may.counterexample:
            keys = _depends_on(plain, keeps.counterexample, never_may.counterexample)
            if all(condition_key(name.strip("`")).constant for name in keys):
                return  # on where the key is, which was not said
            on_condition = f"whether the root user of {account} may call {PUT} depends on {some(keys)}"
    if on_condition:
        policy.say("lockout-on-a-condition", on_condition, ())
    else:
        _say_lockout(policy, plain, key, accounts)


def _asked(statements: PlainPolicy, key: KeyPlace, account_id: str) -> Sequence[Answer]:
    """Whether the root user always may, whether it never may, and whether nobody else of the account may."""
    arn = f"arn:{key.partition}:iam::{account_id}:root"
    root: list[PlainCondition] = [
        condition("StringEquals", "aws:PrincipalArn", arn),
        NO_BYPASS,
        _BY_ITSELF,
        *_WHAT_ROOT_CAN_BRING_ABOUT,
    ]
    if key.organization_id:
        root.append(condition("StringEquals", "aws:PrincipalOrgID", key.organization_id))
    mine = people(*root, actions=(PUT,))
    account = condition("StringEquals", "aws:PrincipalAccount", account_id)
    others = people(account, condition("StringNotEquals", "aws:PrincipalArn", arn), actions=(PUT,))
    return answers_of(statements, key, [always("direct", mine), never("direct", mine), never("may", others)])


def _depends_on(plain: Mapping[str, Any], refused: Counterexample, allowed: Counterexample) -> Sequence[str]:
    """The condition keys of the Deny that hits, or of the statement that allows."""
    sid = refused.decision.sid or allowed.decision.sid
    return list(dict.fromkeys(_keys(plain, sid)))


def _keys(plain: Mapping[str, Any], sid: str | None) -> Iterator[str]:
    for statement in plain["Statement"]:
        if statement["Sid"] == sid:
            for keys in statement.get("Condition", {}).values():
                yield from (f"`{key}`" for key in keys)


def _say_lockout(policy: FoundPolicy, plain: Mapping[str, Any], key: KeyPlace, accounts: Sequence[str]) -> None:
    if left := _who_can_be_made_again(plain, key, accounts):
        policy.say("lockout-of-the-root-user", f"the root user may not call {PUT}, and {left} may", ())
        return
    who = f"the root user of {key.account_id} may not" if key.account_id else "no account's root user may"
    left = _who_else(plain, key, accounts)
    then = (
        f"KMS takes it from {left}, and once they are gone nobody can change the policy"
        if left
        else "KMS answers MalformedPolicyDocumentException at CreateKey or PutKeyPolicy"
    )
    policy.say("lockout", f"{who} call {PUT}; {then}", ())


def _who_can_be_made_again(plain: Mapping[str, Any], key: KeyPlace, accounts: Sequence[str]) -> str:
    """Somebody of the account whom no Principal names: a role made anew under its name may then do what it did.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
    """
    by_name = [s for s in plain["Statement"] if s.get("Effect") == "Allow" and not _is_for_accounts(s)]
    others = {**plain, "Statement": [s for s in plain["Statement"] if s not in by_name]}
    own = _of(key, accounts)
    [answer] = answers_of(others, key, [never("may", people(*own, NO_BYPASS, _BY_ITSELF, actions=(PUT,)))])
    return caller_in_words(answer.counterexample.request.caller) if answer.counterexample else ""


def _of(key: KeyPlace, accounts: Sequence[str]) -> list[PlainCondition]:
    """Being of one of the accounts, and of their organization where it was said."""
    own = [condition("StringEquals", "aws:PrincipalAccount", *accounts)] if accounts else []
    return [*own, condition("StringEquals", "aws:PrincipalOrgID", key.organization_id)] if key.organization_id else own


def _is_for_accounts(statement: Mapping[str, Any]) -> bool:
    named = names_of(statement, "AWS")
    return bool(named) and all(name == "*" or is_account_id(name) or name.endswith(":root") for name in named)


def _who_else(plain: Mapping[str, Any], key: KeyPlace, accounts: Sequence[str]) -> str:
    """Somebody who may change the policy all the same; empty if nobody may."""
    own = _of(key, accounts)
    [answer] = answers_of(plain, key, [never("direct", people(*own, NO_BYPASS, actions=(PUT,)))])
    return caller_in_words(answer.counterexample.request.caller) if answer.counterexample else ""
