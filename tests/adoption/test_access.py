"""Who loses access, in what order it is said, and the exception that keeps everybody."""

from dataclasses import replace
from typing import Any

import pytest

from baseline.adoption.access import NOT_OF_OUR_KEYS, access_change, access_kept, exception, keeping
from baseline.expansion import expand
from baseline.iam.actions import ACTIONS
from baseline.inventory import Inventory, Key
from baseline.lock import Lock
from baseline.organization import NamedPrincipal
from tests.adoption.conftest import ROOT, policy
from tests.conftest import configuration
from tests.forever.world import ACCOUNT_ID, CONFIGURATION

ORGANIZATION = configuration(CONFIGURATION).organization
USE = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"]


@pytest.fixture(scope="module")
def inventory() -> Inventory:
    return expand(ORGANIZATION, Lock())


def key_of(inventory: Inventory, purpose: str) -> Key:
    return next(key for key in inventory.keys if key.purpose == purpose)


def lets(principal: Any, actions: Any = USE, **more: Any) -> dict[str, Any]:
    return {"Sid": "App", "Effect": "Allow", "Principal": principal, "Action": actions, "Resource": "*", **more}


def test_losses_come_first_and_of_them_those_of_everybody(inventory: Inventory) -> None:
    old = policy(ROOT, lets({"AWS": f"arn:aws:iam::{ACCOUNT_ID}:role/App"}))
    found = access_change(old, key_of(inventory, "ebs").policy, "aws", ACCOUNT_ID)
    directions = [change.direction for change in found.changes]
    assert directions == sorted(directions, reverse=True)
    assert found.changes[0].who == f"everybody else in {ACCOUNT_ID}"
    assert found.losses
    assert found.bypass


def test_what_no_key_of_ours_has_is_left_out_of_actions_and_examples(inventory: Inventory) -> None:
    assert set(ACTIONS) >= NOT_OF_OUR_KEYS
    found = access_change(policy(ROOT), key_of(inventory, "sns").policy, "aws", ACCOUNT_ID)
    for change in found.changes:
        assert not NOT_OF_OUR_KEYS.intersection(change.actions)
        assert change.example.given.request.action in change.actions


def test_of_the_same_policy_nothing_is_said(inventory: Inventory) -> None:
    key = key_of(inventory, "sns")
    found = access_change(key.policy.render(), key.policy, "aws", ACCOUNT_ID)
    assert (found.changes, found.bypass, found.undecided) == ([], False, "")


@pytest.mark.parametrize("text", ["", "[]", "{}", policy({**ROOT, "NotPrincipal": {"AWS": "*"}})])
def test_a_policy_that_cannot_be_decided_is_said(inventory: Inventory, text: str) -> None:
    assert access_change(text, key_of(inventory, "sns").policy, "aws", ACCOUNT_ID).undecided


@pytest.mark.parametrize(
    ("principal", "users"),
    [
        ({"AWS": f"arn:aws:iam::{ACCOUNT_ID}:role/path/App"}, ("role/path/App",)),
        ({"AWS": [f"arn:aws:iam::{ACCOUNT_ID}:user/x", f"arn:aws:iam::{ACCOUNT_ID}:root"]}, ("user/x",)),
        ({"AWS": "999999999999"}, ("arn:aws:iam::999999999999:root",)),
        ({"AWS": "arn:aws:iam::999999999999:root"}, ("arn:aws:iam::999999999999:root",)),
        ({"AWS": f"arn:aws:sts::{ACCOUNT_ID}:assumed-role/App/session"}, ("role/App",)),
        ({"AWS": "AROAEXAMPLEOFANOLDROLE"}, ()),
        ({"AWS": ACCOUNT_ID}, ()),
        ({"AWS": "*"}, ()),
        ("*", ()),
        ({"Service": "sns.amazonaws.com"}, ()),
    ],
)
def test_the_exception_names_whom_the_old_policy_names(
    inventory: Inventory, principal: Any, users: tuple[str, ...]
) -> None:
    key = key_of(inventory, "sns")
    old = policy(ROOT, lets(principal))
    lost = access_change(old, key.policy, "aws", ACCOUNT_ID).losses
    assert keeping(key, ORGANIZATION, old, lost) == users


def test_who_administers_does_not_become_a_user_and_users_stay(inventory: Inventory) -> None:
    known, administrator = (NamedPrincipal(f"arn:aws:iam::{ACCOUNT_ID}:role/{name}") for name in ("Known", "Admin"))
    key = key_of(inventory, "sns")
    key = replace(key, settings=replace(key.settings, users=(known,), administrators=(administrator,)))
    old = policy(ROOT, lets({"AWS": [administrator.arn, f"arn:aws:iam::{ACCOUNT_ID}:role/App"]}))
    lost = access_change(old, key.policy, "aws", ACCOUNT_ID).losses
    assert keeping(key, ORGANIZATION, old, lost) == ("role/Known", "role/App")


@pytest.mark.parametrize("purpose", ["sns", "logs", "ebs"])
def test_with_the_exception_as_it_is_written_nobody_loses_and_every_property_holds(
    inventory: Inventory, purpose: str
) -> None:
    key = key_of(inventory, purpose)
    others = [f"arn:aws:iam::{ACCOUNT_ID}:role/App", "arn:aws:iam::999999999999:root"]
    old = policy(ROOT, lets({"AWS": others}))
    users = keeping(key, ORGANIZATION, old, access_change(old, key.policy, "aws", ACCOUNT_ID).losses)
    assert not access_kept(key, ORGANIZATION, old, users).losses
    entry = exception(key, users, "adopted")
    organization = configuration(f"{CONFIGURATION}keys:\n  exceptions:\n    {entry}\n").organization
    with_it = key_of(expand(organization, Lock()), purpose)
    found = access_change(old, with_it.policy, "aws", ACCOUNT_ID)
    assert not found.losses
    assert found.bypass


def test_what_the_exception_cannot_keep_is_said(inventory: Inventory) -> None:
    """A service of the old policy has no place among users."""
    key = key_of(inventory, "ebs")
    old = policy(ROOT, lets({"Service": "rds.amazonaws.com"}))
    lost = access_change(old, key.policy, "aws", ACCOUNT_ID).losses
    kept = access_kept(key, ORGANIZATION, old, keeping(key, ORGANIZATION, old, lost))
    assert {change.who for change in kept.losses} == {"the service rds.amazonaws.com"}
