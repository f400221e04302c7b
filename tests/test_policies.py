"""A policy that is taken over from another account's is the policy that would have been composed."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baseline.iam.document import Document
from baseline.iam.renaming import RenamedDocument, renamable
from baseline.inventory import Inventory, Key
from baseline.key_policy import key_policy
from baseline.key_policy.place import KeyPlace
from baseline.purposes import PURPOSES
from tests import organizations
from tests.conftest import inventory

OWN = ("000000000000", "111111111111", "122222222222", "999999999999")
FOREIGN = "555555555555"
PEOPLE = (
    "role/Administrators",
    "role/team/*",
    "role/x1111111111111",  # an account's ID within a longer number
    "role/111111111111",
    f"arn:aws:iam::{FOREIGN}:role/Administrators",
    "arn:aws:iam::111111111111:role/Others",
    f"arn:aws:iam::{FOREIGN}:root",
)


def statement(sid: str, values: list[str]) -> dict[str, Any]:
    return {
        "Sid": sid,
        "Effect": "Deny",
        "Principal": {"AWS": "*"},
        "Action": "kms:Decrypt",
        "Condition": {"StringEquals": {"aws:PrincipalAccount": values, "kms:EncryptionContext:111111111111": "x"}},
    }


@st.composite
def alike(draw: st.DrawFn) -> str:
    """Accounts with the same settings, which name accounts and people of all kinds."""
    people = draw(st.permutations(PEOPLE))
    last = draw(st.integers(0, 4))
    # An account administers no key.
    administrators = [person for person in people[:last] if not person.endswith(":root")]
    keys: dict[str, Any] = {
        "administrators": administrators,
        "users": people[last : last + draw(st.integers(0, 3))],
        "iam_delegation": draw(st.sampled_from(["manage", "administrators", "full"])),
        "separate_duties": draw(st.booleans()),
    }
    if draw(st.booleans()):
        values = draw(st.lists(st.sampled_from((*OWN, FOREIGN)), unique=True, min_size=1))
        keys["purposes"] = {"ebs": {"statements": [statement("Mine", values)], "share_with": values}}
    accounts = [organizations.account(f"account-{i}", id) for i, id in enumerate(OWN)]
    return organizations.text(organizations.organization(*accounts, keys=keys))


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


@given(alike())
def test_every_policy_is_as_if_it_were_composed_for_itself(text: str) -> None:
    for key, expected in composed(inventory(text)):
        assert key.policy.render() == expected.render()
        assert key.policy == expected
        assert expected == key.policy
        assert hash(key.policy) == hash(expected)
        assert repr(key.policy) == repr(expected)
        assert key.policy.as_dict() == expected.as_dict()


def test_most_policies_are_taken_over(sample_inventory: Inventory) -> None:
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
def test_what_could_change_its_form_is_not_taken_over(key: str, values: str, expected: bool) -> None:
    assert renamable(Document.parse(POLICY % (key, values)), "111111111111") is expected
