"""A statement that is not decided does not hide what is certain."""

from typing import Any

import pytest

from baseline.iam.evaluate import decide
from baseline.iam.policy_error import PolicyError
from baseline.iam.request import IamCaller, Request
from baseline.prover.bounds import prove
from baseline.prover.claims import Claim, always, never
from baseline.prover.condition_tests import condition
from baseline.prover.difference import difference
from baseline.prover.matrix import matrix
from baseline.prover.subject import people
from tests.prover.published import ALLOW_ALL, FOREIGN, NOTE, OWN, A, policy, statement

APP = f"arn:aws:iam::{A}:role/App"
TAGGED = statement({"AWS": APP}, "kms:Decrypt", StringEquals={NOTE: "${aws:PrincipalTag/tenant}"}) | {"Sid": "Tagged"}
DENIED = statement("*", "kms:Decrypt", "Deny", StringEquals={NOTE: "${aws:PrincipalTag/tenant}"}) | {"Sid": "Denied"}
OPEN = statement("*", "kms:Decrypt") | {"Sid": "Open"}
WRITING = statement("*", "kms:Encrypt", "Deny", StringEquals={NOTE: "${aws:PrincipalTag/tenant}"}) | {"Sid": "Writing"}
AGAIN = TAGGED | {"Sid": "Again"}
HALF = statement({"AWS": APP}, "kms:Decrypt", Foo={NOTE: "x"}) | {"Sid": "Half"}
GIVES = statement({"AWS": APP}, "kms:Encrypt", Foo={NOTE: "x"}) | {"Sid": "Gives"}
MINE = people(OWN, actions=("kms:Decrypt",))
USING = people(OWN, actions=("kms:Decrypt", "kms:Encrypt"))
EITHER = people(condition("StringEquals", "aws:PrincipalArn", APP), actions=("kms:Decrypt", "kms:Encrypt"))
PUT = people(OWN, actions=("kms:PutKeyPolicy",))

TABLE: tuple[tuple[str, dict[str, Any], Claim, str], ...] = (
    ("an open statement is found beside it", policy(ALLOW_ALL, TAGGED, OPEN), never("may", FOREIGN), "fails"),
    ("it lets no stranger in", policy(ALLOW_ALL, TAGGED), never("may", FOREIGN), "holds"),
    ("it takes nothing away", policy(ALLOW_ALL, TAGGED), always("may", MINE), "holds"),
    ("a lockout is found beside it", policy(TAGGED), always("may", PUT), "fails"),
    ("whether it gives is not known", policy(TAGGED), never("may", MINE), "unsupported"),
    ("a Deny gives nothing", policy(DENIED, ALLOW_ALL), never("may", FOREIGN), "holds"),
    ("whether it takes is not known", policy(ALLOW_ALL, DENIED), always("may", MINE), "unsupported"),
    ("but nothing of other actions", policy(ALLOW_ALL, DENIED), always("may", PUT), "holds"),
    (
        "a variable has some value",
        policy(TAGGED),
        never("may", people(actions=("kms:Decrypt",), but_not=())),
        "unsupported",
    ),
)


@pytest.mark.parametrize(("what", "given", "claim", "verdict"), TABLE)
def test_verdicts(what: str, given: dict[str, Any], claim: Claim, verdict: str) -> None:
    [answer] = prove(given, "aws", [claim])
    assert answer.verdict == verdict, answer


def test_a_verdict_says_on_which_statement_it_depends() -> None:
    [answer] = prove(policy(ALLOW_ALL, DENIED), "aws", [always("may", MINE)])
    assert answer.reason.startswith("it depends on Denied: the policy variable in `${aws:PrincipalTag/tenant}`")


GIVING = {"Tagged", "Again", "Denied"}
OTHERS: tuple[tuple[str, tuple[Any, ...], Claim, set[str]], ...] = (
    ("one that says nothing of it", (ALLOW_ALL, TAGGED, DENIED), always("may", MINE), {"Denied"}),
    (
        "each that is enough by itself, and what may take it",
        (TAGGED, AGAIN, DENIED, GIVES),
        never("may", MINE),
        {"Tagged", "Again", "Denied"},
    ),
    ("each that takes something", (ALLOW_ALL, DENIED, WRITING, TAGGED), always("may", USING), {"Denied", "Writing"}),
    ("two that only together give it", (HALF, GIVES, TAGGED), always("direct", EITHER), {"Half", "Gives"}),
)


@pytest.mark.parametrize(("what", "statements", "claim", "names"), OTHERS)
def test_a_verdict_names_the_statements_that_it_rests_on_and_no_others(
    what: str, statements: tuple[Any, ...], claim: Claim, names: set[str]
) -> None:
    [answer] = prove(policy(*statements), "aws", [claim])
    assert answer.verdict == "unsupported"
    assert {
        name for name in ("Tagged", "Again", "Half", "Gives", "Denied", "Writing") if f"{name}: " in answer.reason
    } == names, what
    assert answer.sid in names


def test_a_change_names_the_statements_that_it_rests_on_and_no_others() -> None:
    changes = difference(policy(ALLOW_ALL, TAGGED), policy(ALLOW_ALL, WRITING), "aws", A)
    assert {(change.direction, change.group, change.depends_on[:20]) for change in changes} == {
        ("loses", "decrypt", "it depends on Tagged"),
        ("loses", "encrypt", "it depends on Writin"),
    }


def test_a_wildcard_in_place_of_the_service_is_not_decided_as_validate_calls_it_refused() -> None:
    star = statement("*", "*:Decrypt") | {"Sid": "Star"}
    [answer] = prove(policy(ALLOW_ALL, star), "aws", [never("may", FOREIGN)])
    assert (answer.verdict, answer.sid) == ("unsupported", "Star")
    assert "`*:Decrypt` has a wildcard where `kms:` stands" in answer.reason
    with pytest.raises(PolicyError, match=r"`\*:Decrypt` has a wildcard"):
        decide(policy(star), Request(IamCaller(APP), "kms:Decrypt"))
    assert decide(policy(star), Request(IamCaller(APP), "kms:Encrypt")).effect == "not allowed"


def test_the_same_statement_on_both_sides_is_no_difference() -> None:
    reader = statement({"AWS": f"arn:aws:iam::{A}:role/Reader"}, "kms:Decrypt") | {"Sid": "Reader"}
    assert difference(policy(ALLOW_ALL, TAGGED), policy(TAGGED, ALLOW_ALL), "aws", A) == []
    assert difference(policy(ALLOW_ALL, DENIED), policy(ALLOW_ALL, DENIED), "aws", A) == []
    changes = difference(policy(ALLOW_ALL, TAGGED), policy(ALLOW_ALL, TAGGED, reader), "aws", A)
    assert [(c.direction, c.who, c.depends_on) for c in changes] == [("gains", f"role/Reader of {A}", "")]


def test_a_change_of_what_is_not_decided_says_on_what_it_depends() -> None:
    changes = difference(policy(ALLOW_ALL), policy(ALLOW_ALL, DENIED), "aws", A)
    assert {change.direction for change in changes} == {"loses"}
    assert all("Denied" in change.depends_on for change in changes)
    gained = difference(policy(ALLOW_ALL), policy(ALLOW_ALL, TAGGED), "aws", A)
    assert [(c.direction, "Tagged" in c.depends_on) for c in gained] == [("gains", True)]


def test_the_rest_of_the_matrix_is_certain() -> None:
    rows = {row.who: row.cells for row in matrix(policy(ALLOW_ALL, DENIED), "aws", A)}
    assert rows[f"everybody in {A}"]["administer"] == "IAM" if f"everybody in {A}" in rows else rows
    assert any("not decided" in cell for row in rows.values() for cell in row.values())


def test_star_for_services_is_read_one_way_at_a_time() -> None:
    named = statement({"Service": "events.amazonaws.com"}, "kms:Decrypt")
    changes = difference(policy(ALLOW_ALL, named), policy(ALLOW_ALL, OPEN), "aws", A)
    of_events = [change for change in changes if change.who == "the service events.amazonaws.com"]
    assert [(change.direction, bool(change.depends_on)) for change in of_events] == [("loses", True)]
