import json
import pickle
import re

import pytest

from baseline.iam.conditions import Condition
from baseline.iam.document import MAXIMUM_BYTES, Document
from baseline.iam.policy_error import PolicyError
from baseline.iam.principals import Principal
from baseline.iam.statement import Statement

A = "111111111111"
ROOT = Statement(sid="Root", principal=Principal.account("aws", A), actions=("kms:*",))
CONTEXT = "kms:EncryptionContext:note"
PADDED = len(Document((ROOT, Statement(
    sid="Pad", principal=Principal.account("aws", A), actions=("kms:Decrypt",),
    conditions=(Condition("StringEquals", CONTEXT, ("x",)),),
))).render())  # fmt: skip


def with_note(note: str) -> Document:
    condition = Condition("StringEquals", CONTEXT, (note,))
    pad = Statement(sid="Pad", principal=ROOT.principal, actions=("kms:Decrypt",), conditions=(condition,))
    return Document((ROOT, pad))


def test_a_document_renders_compactly_and_keeps_the_order_of_its_statements() -> None:
    first = Statement(sid="Z", effect="Deny", principal=Principal.everyone(), actions=("kms:Sign",))
    assert Document((first, ROOT)).render() == (
        '{"Version":"2012-10-17","Statement":['
        '{"Sid":"Z","Effect":"Deny","Principal":{"AWS":"*"},"Action":"kms:Sign","Resource":"*"},'
        '{"Sid":"Root","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111111111111:root"},'
        '"Action":"kms:*","Resource":"*"}]}'
    )


def test_what_is_rendered_reads_back_as_the_same_document() -> None:
    document = with_note('a "quoted" \\ line\n\tand ünïcode')
    assert Document.parse(document.render()) == document
    assert json.loads(document.render()) == document.as_dict()


def test_a_document_goes_between_processes() -> None:
    document = with_note("x")
    assert pickle.loads(pickle.dumps(document)).render() == document.render()


def test_a_document_of_exactly_the_limit_is_taken_and_one_byte_more_is_not() -> None:
    room = MAXIMUM_BYTES - PADDED + 1
    assert len(with_note("x" * room).render()) == MAXIMUM_BYTES
    with pytest.raises(PolicyError, match=r"^the key policy has 32769 bytes; KMS takes 32768$"):
        with_note("x" * (room + 1))


def test_bytes_are_counted_and_not_characters() -> None:
    with pytest.raises(PolicyError, match=r"^the key policy has 32769 bytes"):
        with_note("ü" + "x" * (MAXIMUM_BYTES - PADDED))


@pytest.mark.parametrize("character", ["\t", "\n", "\r", " ", "~", "\xa0", "ÿ"])
def test_these_characters_are_taken(character: str) -> None:
    assert with_note(f"a{character}b").statements


@pytest.mark.parametrize("character", ["\0", "\x08", "\x1f", "\x7f", "\x9f", "Ā", "€", "\ud800", "😀"])
def test_other_characters_are_refused_with_their_statement(character: str) -> None:
    problem = f"statement `Pad`: KMS does not take the character `{character!a}` in a policy"
    with pytest.raises(PolicyError, match=f"^{re.escape(problem)}$"):
        with_note(f"a{character}b")


def test_a_character_of_a_sid_or_a_key_counts_as_well() -> None:
    for sid, key in (("€", CONTEXT), ("X", CONTEXT + "€")):
        condition = Condition("StringEquals", key, ("x",))
        bad = Statement(sid=sid, principal=ROOT.principal, actions=("kms:Decrypt",), conditions=(condition,))
        with pytest.raises(PolicyError, match="KMS does not take the character"):
            Document((bad,))


def test_two_statements_of_one_sid_are_refused() -> None:
    with pytest.raises(PolicyError, match=r"^two statements have the Sid `Root`$"):
        Document((ROOT, ROOT))


def test_a_document_without_statements_is_refused() -> None:
    with pytest.raises(PolicyError, match=r"^a key policy without a statement lets nobody in$"):
        Document(())


def test_one_statement_may_be_written_without_a_list() -> None:
    text = json.dumps({"Version": "2012-10-17", "Statement": ROOT.as_dict()})
    assert Document.parse(text) == Document((ROOT,))


ROOT_JSON = json.dumps(ROOT.as_dict())


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "the policy is not JSON: Expecting value: line 1 column 1 (char 0)"),
        ("[]", "a policy is a JSON object"),
        ('{"Version": "2012-10-17", "Statement": []}', "a key policy without a statement lets nobody in"),
        ('{"Version": "2012-10-17"}', "a statement is a JSON object, got `None`"),
        ('{"Version": "2012-10-17", "Statement": ["x"]}', "a statement is a JSON object, got `x`"),
        (f'{{"Statement": [{ROOT_JSON}]}}', "`Version` is `2012-10-17`, got `None`"),
        (f'{{"Version": "2008-10-17", "Statement": [{ROOT_JSON}]}}', "`Version` is `2012-10-17`, got `2008-10-17`"),
        (f'{{"Version": "2012-10-17", "Id": "x", "Statement": [{ROOT_JSON}]}}', "unknown element `Id`"),
        (
            '{"Version": "2012-10-17", "Statement": [{"Sid": "X", "Effect": "Allow", "Effect": "Deny"}]}',
            "`Effect` stands twice in one object",
        ),
    ],
)
def test_a_text_that_is_no_policy_of_ours_is_refused(text: str, problem: str) -> None:
    with pytest.raises(PolicyError, match=f"^{re.escape(problem)}$"):
        Document.parse(text)


def test_a_text_of_endless_depth_is_refused() -> None:
    with pytest.raises(PolicyError, match=r"^the policy is not JSON"):
        Document.parse("[" * 100_000)


def test_a_short_account_id_is_of_the_partition() -> None:
    text = ROOT_JSON.replace("arn:aws:iam::111111111111:root", A)
    document = Document.parse(f'{{"Version": "2012-10-17", "Statement": [{text}]}}', partition="aws-cn")
    assert "arn:aws-cn:iam::111111111111:root" in document.render()
