"""Who calls, and what KMS honours: federated users, other accounts, names with wildcards, those who are not named."""

from typing import Any

import pytest

from baseline.iam.evaluate import decide
from baseline.iam.request import IamCaller, Request
from baseline.prover.bounds import prove
from baseline.prover.claims import Claim, always, never
from baseline.prover.condition_tests import condition
from baseline.prover.report import caller_in_words, decision_in_words
from baseline.prover.subject import people, services
from tests.prover.published import ALLOW_ALL, FOREIGN, OWN, ROOT, A, B, R, policy, statement

BOB = f"arn:aws:sts::{B}:federated-user/bob"
ADA = f"arn:aws:iam::{A}:user/Ada"
APP = f"arn:aws:iam::{A}:role/App"
IN_APP = f"arn:aws:sts::{A}:assumed-role/App/one"
PUT = ("kms:PutKeyPolicy",)


def deny_all_but(*names: str) -> dict[str, Any]:
    return policy(
        ALLOW_ALL, {"Effect": "Deny", "NotPrincipal": {"AWS": list(names)}, "Action": "kms:Put*", "Resource": "*"}
    )


def who(arn: str, *actions: str) -> Any:
    return people(condition("ArnEquals", "aws:PrincipalArn", arn), actions=actions or ("kms:Decrypt",))


TABLE: tuple[tuple[str, dict[str, Any], Claim, str], ...] = (
    (
        "a federated user of another account",
        policy(statement("*", "kms:Decrypt", StringEquals={"aws:PrincipalArn": BOB})),
        never("may", FOREIGN),
        "fails",
    ),
    (
        "by a pattern",
        policy(statement("*", "kms:Decrypt", ArnLike={"aws:PrincipalArn": f"arn:*:*::{B}:*/bob"})),
        never("may", who(BOB)),
        "fails",
    ),
    ("by its own name", policy(statement({"AWS": BOB}, "kms:Decrypt")), always("direct", who(BOB)), "holds"),
    ("as one of its account", policy(statement({"AWS": B}, "kms:Decrypt")), always("may", who(BOB)), "holds"),
    (
        "is no role",
        policy(statement("*", "kms:Decrypt", ArnLike={"aws:PrincipalArn": f"arn:aws:iam::{B}:*"})),
        never("may", who(BOB)),
        "holds",
    ),
    (
        "acts with the user who asked",
        policy(statement({"AWS": ADA}, "kms:Decrypt")),
        never("may", people(condition("ArnNotEquals", "aws:PrincipalArn", ADA))),
        "fails",
    ),
    (
        "a user's Deny by name misses its federated users",
        policy(ALLOW_ALL, statement("*", "kms:*", "Deny", StringEquals={"aws:PrincipalArn": ADA})),
        always(
            "may",
            people(OWN, condition("StringEquals", "aws:PrincipalType", "FederatedUser"), actions=("kms:Decrypt",)),
        ),
        "holds",
    ),
    (
        "StringLike runs across colons",
        policy(statement("*", "kms:Decrypt", StringLike={"aws:PrincipalArn": f"arn:aws:iam::{A[:6]}*role/App"})),
        never("may", FOREIGN),
        "fails",
    ),
    (
        "and reads an ARN as a whole",
        policy(statement("*", "kms:Decrypt", StringLike={"aws:PrincipalArn": f"arn:aws:iam::{A}:role/App*"})),
        never("may", FOREIGN),
        "holds",
    ),
    (
        "in every part",
        policy(statement("*", "kms:Decrypt", StringLike={"aws:PrincipalArn": f"*:{A}:role/A?p"})),
        always("direct", who(APP)),
        "holds",
    ),
    (
        "another account's root manages nothing",
        policy(ALLOW_ALL, statement({"AWS": B}, "kms:*")),
        never("may", people(condition("StringEquals", "aws:PrincipalAccount", B), actions=PUT)),
        "holds",
    ),
    (
        "but uses the key",
        policy(ALLOW_ALL, statement({"AWS": B}, "kms:*")),
        always(
            "may",
            people(condition("StringEquals", "aws:PrincipalAccount", B), actions=("kms:Decrypt", "kms:CreateGrant")),
        ),
        "holds",
    ),
    (
        "nor its administrator",
        policy(ALLOW_ALL, statement("*", "kms:*", StringEquals={"aws:PrincipalArn": f"arn:aws:iam::{B}:role/Admin"})),
        always("direct", who(f"arn:aws:iam::{B}:role/Admin", *PUT)),
        "fails",
    ),
    (
        "the key's region is every request's",
        policy(ALLOW_ALL, statement("*", "kms:*", "Deny", StringNotEquals={"aws:RequestedRegion": R})),
        always("may", people(OWN, actions=("kms:Decrypt",))),
        "holds",
    ),
    (
        "so another is none's",
        policy(statement("*", "kms:*", StringNotEquals={"aws:RequestedRegion": R})),
        never("may", people()),
        "holds",
    ),
    (
        "as its account",
        policy(statement("*", "kms:Decrypt", StringEquals={"aws:ResourceAccount": B})),
        never("may", people()),
        "holds",
    ),
    (
        "the type of a caller",
        policy(statement("*", "kms:Decrypt", StringEquals={"aws:PrincipalType": "User"})),
        never("may", who(APP)),
        "holds",
    ),
    (
        "the name of a service",
        policy(statement("*", "kms:Decrypt", StringEquals={"aws:PrincipalServiceName": "sns.amazonaws.com"})),
        never("may", services(not_named=("sns.amazonaws.com",))),
        "holds",
    ),
    (
        "which people lack",
        policy(statement("*", "kms:Decrypt", StringNotEquals={"aws:PrincipalServiceName": "sns.amazonaws.com"})),
        always("direct", who(APP)),
        "holds",
    ),
    (
        "NotAction is everything else",
        policy(
            {"Effect": "Allow", "Principal": {"AWS": ROOT}, "NotAction": ["kms:Put*", "kms:Create*"], "Resource": "*"}
        ),
        never("may", people(actions=PUT)),
        "holds",
    ),
    (
        "of which there is much",
        policy({"Effect": "Allow", "Principal": {"AWS": ROOT}, "NotAction": ["kms:Put*"], "Resource": "*"}),
        always("may", people(OWN, actions=("kms:Decrypt", "kms:DeleteAlias"))),
        "holds",
    ),
    (
        "NotPrincipal hits strangers",
        policy(statement("*", "kms:*"), *deny_all_but(ROOT)["Statement"][1:]),
        never("may", people(condition("StringEquals", "aws:PrincipalAccount", B), actions=PUT)),
        "holds",
    ),
    ("spares a root user named", deny_all_but(ROOT), always("direct", who(ROOT, *PUT)), "holds"),
    ("a user named with its account", deny_all_but(ROOT, ADA), always("may", who(ADA, *PUT)), "holds"),
    ("not certainly one named in part", deny_all_but(ROOT), always("may", who(ADA, *PUT)), "unsupported"),
    ("nor a role without its session", deny_all_but(ROOT, APP), always("may", who(APP, *PUT)), "unsupported"),
    ("and hits one not named at all", deny_all_but(f"arn:aws:iam::{B}:root"), always("may", who(ADA, *PUT)), "fails"),
    (
        "the ID of a deleted principal is nobody's",
        policy(ALLOW_ALL, statement({"AWS": "AROAEXAMPLEEXAMPLE123"}, "kms:*")),
        never("may", FOREIGN),
        "holds",
    ),
    (
        "an action lacks a key",
        policy(statement("*", "kms:PutKeyPolicy", StringEquals={"kms:RecipientAttestation:PCR0": "x"})),
        never("may", people(actions=PUT)),
        "holds",
    ),
)


@pytest.mark.parametrize(
    ("what", "given", "claim", "verdict"), TABLE, ids=lambda value: value if isinstance(value, str) else ""
)
def test_verdicts(what: str, given: dict[str, Any], claim: Claim, verdict: str) -> None:
    [answer] = prove(given, "aws", [claim], A, R)
    assert answer.verdict == verdict, answer


def test_a_counterexample_says_what_kms_does_not_honour() -> None:
    admin = f"arn:aws:iam::{B}:role/Admin"
    [answer] = prove(policy(statement({"AWS": admin}, "kms:*")), "aws", [always("direct", who(admin, *PUT))], A, R)
    assert answer.counterexample is not None
    said = decision_in_words(answer.counterexample.decision)
    assert said == "not allowed: KMS honours the action for principals of the key's own account alone"


@pytest.mark.parametrize(
    ("principal", "effect"), [(BOB, "allowed"), (f"arn:aws:iam::{B}:user/bob", "not allowed"), (B, "allowed")]
)
def test_the_evaluator_knows_federated_users(principal: str, effect: str) -> None:
    bob = IamCaller(BOB)
    assert decide(policy(statement({"AWS": principal}, "kms:Decrypt")), Request(bob, "kms:Decrypt")).effect == effect
    asked = IamCaller(BOB, asked_by="user/bob")
    assert (
        decide(policy(statement({"AWS": principal}, "kms:Decrypt")), Request(asked, "kms:Decrypt")).effect == "allowed"
    )
    assert caller_in_words(asked) == f"federated-user/bob of {B}, for whom user/bob asked"


def test_the_evaluator_knows_what_kms_honours_across_accounts() -> None:
    everything = policy(statement({"AWS": f"arn:aws:iam::{B}:role/Admin"}, "kms:*"))
    admin = IamCaller(f"arn:aws:iam::{B}:role/Admin")
    assert decide(everything, Request(admin, "kms:PutKeyPolicy", owner=A)).effect == "not allowed"
    assert decide(everything, Request(admin, "kms:Decrypt", owner=A)).effect == "allowed"
    assert decide(everything, Request(admin, "kms:PutKeyPolicy")).effect == "allowed"
