"""What holds for all statements, documents and requests."""

import itertools
import json
import random
import re
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from baseline.iam.actions import ACTIONS, expand_all
from baseline.iam.condition_keys import is_carried
from baseline.iam.document import MAXIMUM_BYTES, Document
from baseline.iam.evaluate import decide
from baseline.iam.policy_error import PolicyError
from baseline.iam.request import Request, ServiceCaller
from baseline.iam.services import sends
from baseline.iam.statement import Statement
from tests.iam import strategies


@given(strategies.documents)
def test_rendering_is_canonical(document: Document) -> None:
    text = document.render()
    assert Document.parse(text).render() == text
    assert json.loads(text) == document.as_dict()
    assert len(text.encode()) <= MAXIMUM_BYTES


@given(strategies.statements)
def test_a_list_in_a_rendered_statement_has_several_sorted_values(statement: Statement) -> None:
    def lists(value: object) -> list[list[str]]:
        if isinstance(value, list):
            return [value]
        return [found for part in value.values() for found in lists(part)] if isinstance(value, dict) else []

    for found in lists(statement.as_dict()):
        assert len(found) > 1
        assert found == sorted(set(found))


@given(strategies.statements, st.randoms(use_true_random=False))
def test_the_order_in_which_a_statement_is_written_does_not_matter(statement: Statement, chance: random.Random) -> None:
    def shuffled(value: Any) -> Any:
        if isinstance(value, dict):
            pairs = [(key, shuffled(part)) for key, part in value.items()]
            return dict(chance.sample(pairs, len(pairs)))
        return chance.sample([*value, value[0]], len(value) + 1) if isinstance(value, list) else value

    assert Statement.parse(shuffled(statement.as_dict())).as_dict() == statement.as_dict()


def built(parts: dict[str, Any]) -> Statement | PolicyError:
    try:
        return Statement(**parts)
    except PolicyError as error:
        return error


@given(strategies.parts())
def test_a_statement_is_right_or_it_is_not_built(parts: dict[str, Any]) -> None:
    statement = built(parts)
    if isinstance(statement, PolicyError):
        assert statement.element in ("Action", "Principal", "Condition")
        assert str(statement).startswith(f"statement `{parts['sid']}`: ")
        return
    actions = expand_all(statement.actions)
    keys = {condition.key for condition in statement.all_conditions}
    assert actions
    assert all(is_carried(key, name) for key in keys for name in actions if not ACTIONS[name].is_between_replicas)
    if statement.effect == "Allow":
        assert not statement.principal.is_everyone or statement.principal.is_bounded
        assert len(actions) < len(ACTIONS) or statement.principal.is_account
    if statement.principal.kind == "Service":
        firm = {c.key for c in statement.all_conditions if not c.operator.endswith("IfExists")}
        assert all(sends(name, key) is not False for name in statement.principal.ids for key in firm)


@given(strategies.statements)
def test_an_allow_never_lets_a_service_in_that_it_does_not_name(statement: Statement) -> None:
    stranger = Request(ServiceCaller("stranger.amazonaws.com"), sorted(expand_all(statement.actions))[0])
    assert decide(Document((statement,)), stranger).effect != "allowed"


@given(strategies.documents, strategies.requests)
def test_the_evaluator_always_answers(document: Document, request: Request) -> None:
    found = decide(document, request)
    sids = [statement.sid for statement in document.statements]
    assert (found.strength is not None) == (found.effect == "allowed")
    assert found.sid in (sids if found.effect != "not allowed" else [None])
    assert all(note.startswith(tuple(f"{sid}: " for sid in sids)) for note in found.notes)


@given(strategies.documents, strategies.requests)
def test_a_decision_is_made_of_those_about_single_statements(document: Document, request: Request) -> None:
    alone = [decide(Document((statement,)), request) for statement in document.statements]
    effects = {found.effect for found in alone}
    expected = "denied" if "denied" in effects else "allowed" if "allowed" in effects else "not allowed"
    found = decide(document, request)
    assert found.effect == expected
    if expected == "allowed":
        assert (found.strength == "direct") == any(one.strength == "direct" for one in alone)


@given(strategies.documents, strategies.requests, st.randoms(use_true_random=False))
def test_the_order_of_statements_does_not_change_a_decision(
    document: Document, request: Request, chance: random.Random
) -> None:
    shuffled = Document(tuple(chance.sample(document.statements, len(document.statements))))
    first, second = decide(document, request), decide(shuffled, request)
    assert (first.effect, first.strength) == (second.effect, second.strength)


def test_wildcards_match_as_a_regular_expression_does() -> None:
    """Every pattern of up to four characters against every text of up to four."""
    for pattern in words("ab*?", 4):
        expected = re.compile(pattern.replace("*", "[^~]*").replace("?", "[^~]"))
        statement = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}
        like = {"Version": "2012-10-17", "Statement": {**statement, "Condition": {"StringLike": {"k": pattern}}}}
        for text in words("ab*", 4):
            found = decide(like, Request(ServiceCaller("x.amazonaws.com"), "kms:Sign", {"k": text}))
            assert (found.effect == "allowed") == bool(expected.fullmatch(text)), (pattern, text)


def words(alphabet: str, longest: int) -> list[str]:
    return ["".join(word) for length in range(1, longest + 1) for word in itertools.product(alphabet, repeat=length)]
