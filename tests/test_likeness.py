"""Accounts that are alike get what is computed for one of them, and it is what each would get by itself."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from baseline.chains import BrokenChain, broken_chains
from baseline.iam.document import Document
from baseline.inventory import Inventory, Key
from baseline.key_policy import key_policy
from baseline.key_policy.place import KeyPlace
from baseline.prover.inventory import prove_alike, prove_all
from baseline.purposes import PURPOSES
from stacks.stamping.synthesis import Building, synthesized
from tests import organizations
from tests.conftest import inventory

OWN = "<own>"
"""Is replaced by each account's own ID."""
NEAR = ("000000000000", "111111111111", "111111111112", "112111111111", "999999999999")
"""IDs that begin or end with one another, and the smallest and the largest."""
FOREIGN = "555555555555"
PEOPLE = (
    "role/Administrators",
    "role/team/*",
    f"role/x{OWN}",
    f"role/{OWN}1",  # within a longer number
    "role/111111111111",
    f"arn:aws:iam::{FOREIGN}:role/Administrators",
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
    people = draw(st.permutations(PEOPLE))
    last = draw(st.integers(0, 4))
    of_purposes: dict[str, dict[str, Any]] = {
        purpose: {"statements": draw(statements())} for purpose in ("ebs", "logs", "sns")
    }
    if shared := draw(st.lists(st.sampled_from((*NEAR, FOREIGN)), unique=True, max_size=2)):
        of_purposes["ebs"]["share_with"] = shared
    return {
        # An account administers no key.
        "administrators": [person for person in people[:last] if not person.endswith(":root")],
        "users": people[last : last + draw(st.integers(0, 3))],
        "iam_delegation": draw(st.sampled_from(["manage", "full"])),
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


def digests(what: Inventory, full: bool) -> dict[str, str]:
    with synthesized(what, Building(full=full)) as made:
        return {stack.name: hashlib.sha256(text.encode()).hexdigest() for stack, text in made.texts()}


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

    @settings(max_examples=20)
    @given(accounts_alike())
    def test_verdicts_are_those_of_each_key_by_itself(self, text: str) -> None:
        what = inventory(text)
        assert list(prove_alike(what)) == list(prove_all(what, what.keys))

    @settings(max_examples=3)
    @given(accounts_alike())
    def test_the_json_is_that_of_each_stack_built_by_itself(self, text: str) -> None:
        what = inventory(text)
        assert digests(what, full=False) == digests(what, full=True)
