"""Accounts that are alike get what is computed for one of them, and it is what each would get by itself."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baseline.chains import BrokenChain, broken_chains
from baseline.iam.document import Document
from baseline.inventory import Inventory, Key
from baseline.key_policy import key_policy
from baseline.key_policy.place import KeyPlace
from baseline.likeness.documents import RenamedDocument, renamable
from baseline.likeness.verdicts import is_whole
from baseline.likeness.writing import Unlike, Writer
from baseline.prover.inventory import prove_alike, prove_all
from baseline.purposes import PURPOSES
from stacks.stamping.synthesis import synthesized
from tests import organizations
from tests.conftest import examples, inventory
from tests.plain_cdktf import plainly

OWN = "<own>"
"""Is replaced by each account's own ID."""
NEAR = ("000000000000", "111111111111", "111111111112", "112111111111", "911111111111", "999999999999")
"""IDs that begin or end with one another, and the smallest and the largest."""
FOREIGN = "555555555555"
ADMINISTRATORS = ("role/Administrators", "role/team/*", "user/Administrator")
USERS = (
    "role/Application",
    f"role/{OWN}1",  # within a longer number
    "role/111111111111",
    f"arn:aws:iam::{FOREIGN}:role/Application",
    f"arn:aws:iam::{FOREIGN}:root",
)
PATTERNS = ("11111*", "?11111111111", "1*1", "*2", "*")


@st.composite
def account_ids(draw: st.DrawFn, number: int) -> list[str]:
    """Different ones, at random or near to one another."""
    at_random = st.integers(0, 10**12 - 1).map(lambda number: f"{number:012d}")
    return draw(st.lists(st.sampled_from(NEAR) | at_random, unique=True, min_size=number, max_size=number))


@st.composite
def conditions(draw: st.DrawFn) -> dict[str, Any]:
    """Tests of an account, by lists and patterns that hold IDs in all kinds of places."""
    ids = draw(st.lists(st.sampled_from((*NEAR, FOREIGN, OWN)), unique=True, min_size=1, max_size=3))
    patterns = draw(st.lists(st.sampled_from((*NEAR, OWN, *PATTERNS)), unique=True, min_size=1, max_size=3))
    of_principal = {"aws:PrincipalArn": [f"arn:aws:iam::{pattern}:role/*" for pattern in patterns]}
    of_context = {"kms:EncryptionContext:aws:logs:arn": [f"arn:aws:logs:*:{pattern}:*" for pattern in patterns]}
    of_account: dict[str, dict[str, Any]] = {
        "StringEquals": {"aws:PrincipalAccount": ids, "kms:EncryptionContext:111111111111": "x"},
        "StringLike": {"aws:PrincipalAccount": patterns},
        "StringNotLike": {"aws:PrincipalAccount": patterns},
        "ArnLike": of_principal,
        "ArnNotEquals": of_context,
    }
    operator = draw(st.sampled_from(sorted(of_account)))
    return {operator: of_account[operator]}


@st.composite
def statements(draw: st.DrawFn) -> list[dict[str, Any]]:
    """None of the owner's, or a Deny for some accounts."""
    if draw(st.booleans()):
        return []
    action = draw(st.sampled_from(["kms:Decrypt", "kms:CreateGrant", "kms:GenerateDataKey*"]))
    statement = {"Sid": "Mine", "Effect": "Deny", "Principal": {"AWS": "*"}, "Action": action}
    return [{**statement, "Condition": draw(conditions())}]


@st.composite
def keys(draw: st.DrawFn) -> dict[str, Any]:
    """What is said of keys, of people of all kinds and of accounts, with a place for the own ID."""
    of_purposes: dict[str, dict[str, Any]] = {
        purpose: {"statements": draw(statements())} for purpose in ("ebs", "logs", "sns")
    }
    users = st.lists(st.sampled_from(USERS), unique=True, max_size=2)
    if shared := draw(st.lists(st.sampled_from((*NEAR, FOREIGN)), unique=True, max_size=2)):
        of_purposes["ebs"]["share_with"] = shared
    return {
        "administrators": draw(st.lists(st.sampled_from(ADMINISTRATORS), unique=True)),
        # Who shares the key with an account does not name it among the users: that is refused.
        "users": [user for user in draw(users) if not any(f":{account_id}:root" in user for account_id in shared)],
        "iam_delegation": draw(st.sampled_from(["manage", "full"])),
        "separate_duties": draw(st.booleans()),
        "purposes": of_purposes,
    }


@st.composite
def accounts_alike(draw: st.DrawFn) -> str:
    """Two kinds of accounts, three of each, which differ in names, IDs and what is beside the policies."""
    ids = draw(account_ids(6))
    kinds = [{"keys": draw(keys()), "features": {"log_groups": {"groups": [{"name": f"/of/{OWN}"}]}}} for _ in range(2)]
    accounts = [
        organizations.account(f"account-{i}", id, **json.loads(json.dumps(kinds[i % 2]).replace(OWN, id)))
        for i, id in enumerate(ids)
    ]
    for account in accounts:
        account["keys"]["deletion_window_days"] = draw(st.sampled_from([7, 30]))
        account["keys"]["rotation"] = draw(st.booleans())
    features = {"ebs_default_encryption": True, "cloudtrail": True, "notification_topics": {"topics": [{"name": "a"}]}}
    return organizations.text(organizations.organization(*accounts, regions=("eu-west-2",), features=features))


def composed(what: Inventory) -> Iterator[tuple[Key, Document]]:
    """Each key with its policy, composed for itself."""
    accounts = {account.id: account for account in what.organization.accounts}
    for key in what.keys:
        place = KeyPlace(
            partition=what.organization.partition,
            account_id=key.account_id,
            region=key.region,
            namespace=what.organization.namespace,
            organization_id=what.organization.id,
            role=accounts[key.account_id].role,
        )
        yield key, key_policy(PURPOSES[key.purpose], key.settings, place)


def broken_by_themselves(what: Inventory) -> Iterator[BrokenChain]:
    for stack in what.stacks:
        yield from broken_chains(replace(what, stacks=(stack,)))


class TestRenamedAtRandom:
    """Whatever the IDs are, and wherever they stand."""

    @given(accounts_alike())
    def test_policies_are_as_if_each_were_composed_for_itself(self, text: str) -> None:
        for key, expected in composed(inventory(text)):
            assert key.policy.render() == expected.render()
            assert key.policy == expected
            assert expected == key.policy
            assert hash(key.policy) == hash(expected)
            assert repr(key.policy) == repr(expected)
            assert key.policy.as_dict() == expected.as_dict()

    @given(accounts_alike())
    def test_chains_break_where_they_break_for_each_account_by_itself(self, text: str) -> None:
        what = inventory(text)
        assert list(broken_chains(what)) == list(broken_by_themselves(what))

    @examples(20)
    @given(accounts_alike())
    def test_verdicts_are_those_of_each_key_by_itself(self, text: str) -> None:
        what = inventory(text)
        assert list(prove_alike(what)) == list(prove_all(what, what.keys))

    @examples(2)
    @given(accounts_alike())
    def test_the_json_is_what_cdktf_writes_of_each_stack(self, text: str) -> None:
        what = inventory(text)
        with TemporaryDirectory() as folder:
            plainly(what, Path(folder))
            with synthesized(what) as made:
                for stack, text in made.texts():
                    assert text == Path(folder, "stacks", stack.name, "cdk.tf.json").read_text(encoding="utf-8")


def test_most_policies_are_taken_over(sample_inventory: Inventory) -> None:
    """Those of all accounts but the first, of three purposes in two regions."""
    assert sum(isinstance(key.policy, RenamedDocument) for key in sample_inventory.keys) >= 18


POLICY = """\
{"Version": "2012-10-17", "Statement": [{"Sid": "A", "Effect": "Deny", "Principal": {"AWS": "*"},
 "Action": "kms:Decrypt", "Condition": {"StringEquals": {"%s": %s}}}]}"""


@pytest.mark.parametrize(
    ("key", "values", "expected"),
    [
        ("aws:PrincipalAccount", '"111111111111"', True),
        ("aws:PrincipalAccount", '["111111111111", "555555555555"]', False),
        ("kms:EncryptionContext:a", '["111111111111:a", "111111111111:b"]', True),
        ("kms:EncryptionContext:a", '"1111111111111"', False),
        ("kms:EncryptionContext:111111111111", '"a"', False),
    ],
)
def test_a_policy_that_could_change_its_form_is_not_taken_over(key: str, values: str, expected: bool) -> None:
    assert renamable(Document.parse(POLICY % (key, values)), "111111111111") is expected


class TestWriting:
    """Two values have one text if they are equal up to the ID, and only then."""

    @pytest.mark.parametrize(
        ("one", "other", "alike"),
        [
            (("a111111111111",), ("a222222222222",), True),
            (("a111111111111",), ("b222222222222",), False),
            (("222222222222",), ("222222222222",), False),
            (("111111111111", "000000000000"), ("222222222222", "000000000000"), True),
            (("111111111111", "155555555555"), ("222222222222", "155555555555"), False),
            (("a", ("b",)), (("a",), "b"), False),
            (("a", "b"), ("a', 'b",), False),
            (({"111111111111": 1}, None), ({"222222222222": 1}, None), True),
            (({"a": 1}, True), ({"a": 1}, 1), False),
        ],
        ids=str,
    )
    def test_alike_are_those_that_rename_each_other(self, one: object, other: object, alike: bool) -> None:
        """The fifth would be sorted otherwise."""
        writer = Writer()
        assert (writer.written(one, "111111111111") == writer.written(other, "222222222222")) is alike

    def test_where_something_is_written_does_not_count(self, sample_inventory: Inventory) -> None:
        key = sample_inventory.keys[0]
        moved = replace(key.settings, place=replace(key.settings.place, line=99))
        assert moved == key.settings
        assert Writer().written(moved, key.account_id) == Writer().written(key.settings, key.account_id)

    @pytest.mark.parametrize("value", [111111111111, 1.5, object()])
    def test_what_has_no_such_text_is_refused(self, value: object) -> None:
        with pytest.raises(Unlike):
            Writer().written(value, "111111111111")


@pytest.mark.parametrize(
    ("value", "whole"),
    [
        ("\ue000", True),
        ("arn:aws:iam::\ue000:root", True),
        ("arn:aws:logs:\ue001:\ue000:log-group:*", True),
        ("sns.\ue001.amazonaws.com", True),
        ("arn:aws:iam::*:role/x", True),
        ("\ue0001", False),
        ("arn:aws:iam::\ue000:role/of-\ue000", False),
        ("arn:aws:sns:\ue001*:\ue000:a", False),
        ("arn:aws:sns:us-*:\ue000:a", False),
        ("sns.\ue001.*", False),
        ("x-\ue001.amazonaws.com", False),
    ],
)
def test_verdicts_are_taken_over_where_names_are_whole(value: str, whole: bool) -> None:
    assert is_whole(value) is whole
