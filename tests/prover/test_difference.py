"""What a change means: whoever gains or loses is named, with a request; the same meaning is no change."""

from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baseline.iam.condition_keys import is_required, of_people, of_services
from baseline.iam.evaluate import decide
from baseline.iam.request import IamCaller, Request, ServiceCaller
from baseline.prover.action_groups import ACTION_GROUPS, CORE
from baseline.prover.bounds import is_certain, read
from baseline.prover.difference import Change, difference
from baseline.prover.matrix import LEVELS, matrix
from baseline.prover.unanswered import StepsSpent, Unsupported
from tests.conftest import examples
from tests.prover.new_access import new_access
from tests.prover.published import ALLOW_ALL, EBS_MANAGED, LOGS, ROOT, USER, A, B, R, policy, statement
from tests.prover.random_policies import policy as any_policy


def told(change: Change) -> tuple[str, str, str, str]:
    return change.direction, change.who, change.group, change.strength


APP = statement({"AWS": USER}, "kms:Decrypt")
CHANGES: tuple[tuple[str, dict[str, Any], dict[str, Any], list[tuple[str, str, str, str]]], ...] = (
    ("a role", policy(ALLOW_ALL), policy(ALLOW_ALL, APP), [("gains", f"role/App of {A}", "decrypt", "direct")]),
    ("a role gone", policy(ALLOW_ALL, APP), policy(ALLOW_ALL), [("loses", f"role/App of {A}", "decrypt", "direct")]),
    (
        "another account",
        policy(ALLOW_ALL),
        policy(ALLOW_ALL, statement({"AWS": B}, "kms:CreateGrant")),
        [
            ("gains", f"the root user of {B}", "grant", "direct"),
            ("gains", f"everybody in {B}", "grant", "may"),
        ],
    ),
    (
        "the account's IAM policies",
        policy(statement({"AWS": ROOT}, "kms:PutKeyPolicy")),
        policy(statement({"AWS": ROOT}, ["kms:PutKeyPolicy", "kms:Encrypt"])),
        [("gains", f"the root user of {A}", "encrypt", "direct"), ("gains", f"everybody in {A}", "encrypt", "may")],
    ),
    (
        "a condition dropped",
        policy(statement({"Service": "sns.amazonaws.com"}, "kms:Decrypt", StringEquals={"aws:SourceAccount": A})),
        policy(statement({"Service": "sns.amazonaws.com"}, "kms:Decrypt")),
        [("gains", "the service sns.amazonaws.com", "decrypt", "direct")],
    ),
    (
        "a Deny for one role",
        policy(ALLOW_ALL, APP),
        policy(ALLOW_ALL, APP, statement("*", "kms:Decrypt", "Deny", ArnLike={"aws:PrincipalArn": USER})),
        [("loses", f"role/App of {A}", "decrypt", "direct")],
    ),
    (
        "what KMS may add",
        policy(statement({"AWS": USER}, sorted({a for of in ACTION_GROUPS.values() for a in of}))),
        policy(statement({"AWS": USER}, "kms:*")),
        [("gains", f"role/App of {A}", "what KMS may add", "direct")],
    ),
    (
        "the same in other words",
        policy(ALLOW_ALL),
        policy(statement({"AWS": A}, ["kms:*", "kms:Decrypt"]), ALLOW_ALL),
        [],
    ),
    ("the order", policy(ALLOW_ALL, APP), policy(APP, ALLOW_ALL), []),
    (
        "a condition that no call carries",
        policy(APP),
        policy(APP, statement({"AWS": USER}, "kms:DescribeKey", StringEquals={"kms:EncryptionContext:a": "b"})),
        [],
    ),
)


@pytest.mark.parametrize(("old", "new", "expected"), [c[1:] for c in CHANGES], ids=[c[0] for c in CHANGES])
def test_who_gains_and_who_loses_what(old: Any, new: Any, expected: list[tuple[str, str, str, str]]) -> None:
    changes = difference(old, new, "aws", A)
    assert [told(change) for change in changes] == expected
    for change in changes:
        giving, other = (new, old) if change.direction == "gains" else (old, new)
        request = change.example.given.request
        assert replace(decide(giving, request), notes=()) == change.example.given.decision
        assert decide(other, request) == change.example.otherwise


@examples(30)
@given(st.randoms(use_true_random=False))
def test_no_change_is_told_exactly_where_neither_gives_anything_new(chance: Random) -> None:
    old = any_policy(chance)
    new = (
        any_policy(chance)
        if chance.random() < 0.5
        else {**old, "Statement": old["Statement"][1:] + any_policy(chance)["Statement"][:1]}
    )
    if not is_certain((*read(old, "aws"), *read(new, "aws"))):
        return
    try:
        gains, losses = (new_access(*pair, "aws") for pair in ((old, new), (new, old)))
        changes = difference(old, new, "aws", A)
    except (Unsupported, StepsSpent):
        return
    assert (gains is not None) == any(change.direction == "gains" for change in changes)
    assert (losses is not None) == any(change.direction == "loses" for change in changes)


def cells(plain: Any) -> dict[str, list[str]]:
    return {row.who: [row.cells[group] for group in ACTION_GROUPS] for row in matrix(plain, "aws", A)}


def test_the_matrix_of_the_managed_key() -> None:
    assert cells(EBS_MANAGED) == {
        f"the root user of {A}": ["no", "yes", "if", "if", "if", "no"],
        f"everybody in {A}": ["no", "IAM; in part if", "if", "if", "if", "no"],
        "everybody of any other account": ["no"] * 6,
        "every service": ["no"] * 6,
    }


def test_the_matrix_of_the_documented_logs_key() -> None:
    rows = cells(LOGS)
    assert rows[f"the service logs.{R}.amazonaws.com"] == ["no", "no", "if", "if", "no", "no"]
    assert rows["every other service"] == ["no"] * 6
    assert rows[f"the root user of {A}"] == ["yes"] * 6


def test_every_action_is_in_one_column() -> None:
    every = [action for actions in ACTION_GROUPS.values() for action in actions]
    assert len(every) == len(set(every))
    assert all(set(CORE[group]) <= set(ACTION_GROUPS[group]) for group in ACTION_GROUPS)


def lacks_what_each_has(plain: Any, request: Request) -> bool:
    """Whether the policy has conditions on a key that every such request carries, such as the time, and this one not."""
    carried = request.values()
    presence = of_services if isinstance(request.caller, ServiceCaller) else of_people
    keys = {key for statement in plain["Statement"] for of in statement.get("Condition", {}).values() for key in of}
    absent = (key for key in keys if key.lower() not in carried)
    return any(presence(key) == "always" or is_required(key, request.action) for key in absent)


@examples(30)
@given(st.randoms(use_true_random=False))
def test_a_no_is_never_allowed_and_a_yes_never_refused(chance: Random) -> None:
    """Of the requests that name nothing but the caller, where the policy asks for no key that each request has."""
    plain = any_policy(chance)
    if not is_certain(read(plain, "aws")):
        return
    try:
        rows = {row.who: row for row in matrix(plain, "aws", A)}
    except Unsupported:
        return
    action = chance.choice([a for of in ACTION_GROUPS.values() for a in of])
    for who, row in rows.items():
        if who.startswith("the root user of "):
            caller: Any = IamCaller(f"arn:aws:iam::{who[-12:]}:root")
        elif who.startswith("the service "):
            caller = ServiceCaller(who.removeprefix("the service "))
        else:
            continue
        request = Request(caller, action, owner=A)
        if lacks_what_each_has(plain, request):
            continue
        decision = decide(plain, request)
        assert row.levels[action] in LEVELS
        assert not (row.levels[action] == "no" and decision.effect == "allowed"), (who, action)
        assert not (row.levels[action] == "yes" and decision.effect != "allowed"), (who, action)
