"""What decides whether a key fits, in every combination."""

from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import product
from typing import Any

import pytest

from baseline.adoption.verdict import CLOUDFORMATION, Surroundings, Word, refusals
from baseline.inventory import Inventory, Key
from baseline.lock import KeyIdentity
from baseline.seen import SeenKey
from live.keys import peculiarity
from tests.adoption.conftest import ROOT, policy

KEY_ID, OTHER_ID = "10000000-0000-0000-0000-000000000000", "20000000-0000-0000-0000-000000000000"
GOING = datetime(2026, 12, 24, tzinfo=UTC)


@pytest.fixture(scope="module")
def key(sample_inventory: Inventory) -> Key:
    return next(key for key in sample_inventory.keys if key.purpose == "sns")


@pytest.fixture(scope="module")
def deployer(key: Key) -> str:
    return f"arn:aws:iam::{key.account_id}:role/kms-baseline-deploy"


def everybody_in(key: Key) -> str:
    return policy({**ROOT, "Principal": {"AWS": f"arn:aws:iam::{key.account_id}:root"}})


def found(key: Key, **changed: Any) -> SeenKey:
    plain: dict[str, Any] = {
        "key_id": KEY_ID,
        "arn": f"arn:aws:kms:{key.region}:{key.account_id}:key/{KEY_ID}",
        "created": datetime(2026, 1, 1, tzinfo=UTC),
        "state": "Enabled",
        "deletion": None,
        "peculiarity": "",
        "tags": {},
        "policy": everybody_in(key),
        "policy_names": ("default",),
        "rotation": 0,
        "grants": (),
    }
    return SeenKey(**{**plain, **changed})


STATES: tuple[tuple[Mapping[str, Any], bool], ...] = (
    ({}, True),
    ({"state": "PendingDeletion", "deletion": GOING}, False),
    ({"state": "Unavailable"}, False),
    ({"state": "Creating"}, False),
)
TAGS: tuple[tuple[Mapping[str, str], bool], ...] = (
    ({}, True),
    ({"team": "x"}, True),
    ({"managed-by": "kms-baseline", "namespace": "baseline", "purpose": "ebs"}, True),
    ({"managed-by": "terraform"}, False),
    ({"namespace": "other"}, False),
    ({CLOUDFORMATION: "keys"}, False),
)
ALIASES = ((None, True), (KEY_ID, True), (OTHER_ID, False))
POLICIES = ((True, True), (None, False))


def test_a_key_fits_where_everything_fits_and_each_reason_is_named(key: Key, deployer: str) -> None:
    for (state, alive), (tags, own), (alias_at, free), (shown, read), reason in product(
        STATES, TAGS, ALIASES, POLICIES, ("", "ours")
    ):
        offered = found(key, **state, tags=tags, policy=everybody_in(key) if shown else None)
        around = Surroundings(namespace="baseline", alias_at=alias_at, deployer=deployer)
        said = refusals(key, offered, around, Word(reason=reason))
        expected = (not alive) + (not free) + (not read) + (not own and not reason)
        assert len(said) == expected, said
        assert len(set(said)) == len(said)


@pytest.mark.parametrize(("enable", "number"), [(False, 1), (True, 0)])
def test_a_disabled_key_fits_by_the_owners_word_alone(key: Key, deployer: str, enable: bool, number: int) -> None:
    around = Surroundings(namespace="baseline", alias_at=None, deployer=deployer)
    assert len(refusals(key, found(key, state="Disabled"), around, Word(enable=enable))) == number


def test_a_key_whose_tags_are_not_shown_may_be_anybodys(key: Key, deployer: str) -> None:
    around = Surroundings(namespace="baseline", alias_at=None, deployer=deployer)
    (said,) = refusals(key, found(key, tags=None), around, Word(reason="ours"))
    assert "kms:ListResourceTags is denied" in said


def test_no_word_makes_another_kind_fit(key: Key, deployer: str) -> None:
    around = Surroundings(namespace="baseline", alias_at=None, deployer=deployer)
    offered = found(key, peculiarity="is a multi-Region key", state="Disabled", tags={CLOUDFORMATION: "x"})
    assert refusals(key, offered, around, Word(enable=True, reason="ours")) == ("is a multi-Region key",)


@pytest.mark.parametrize(
    ("adopted", "said"),
    [
        ({}, ""),
        ({"sns": KEY_ID}, ""),
        ({"ebs": OTHER_ID}, ""),
        ({"ebs": KEY_ID}, "is adopted already, as"),
        ({"sns": OTHER_ID}, f"the lock has {OTHER_ID} as adopted for this place"),
    ],
)
def test_no_key_has_two_places_and_no_place_two_keys(
    key: Key, deployer: str, adopted: Mapping[str, str], said: str
) -> None:
    of_lock = {KeyIdentity(key.account_id, key.region, purpose): id for purpose, id in adopted.items()}
    around = Surroundings(namespace="baseline", alias_at=None, deployer=deployer, adopted=of_lock)
    assert said in "; ".join(refusals(key, found(key), around)) or not said
    assert bool(refusals(key, found(key), around)) == bool(said)


def test_a_policy_that_is_beyond_the_evaluator_is_not_held_against_a_key(key: Key, deployer: str) -> None:
    """It may let the deployment; that it does not is said by AWS before anything is changed."""
    beyond = policy({**ROOT, "NotPrincipal": {"AWS": "arn:aws:iam::111111111111:root"}})
    around = Surroundings(namespace="baseline", alias_at=None, deployer=deployer)
    assert not refusals(key, found(key, policy=beyond), around)
    assert not refusals(key, found(key, policy="{"), around)


PLAIN = {"KeyManager": "CUSTOMER", "KeySpec": "SYMMETRIC_DEFAULT", "KeyUsage": "ENCRYPT_DECRYPT", "Origin": "AWS_KMS"}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({}, ""),
        ({"CustomKeyStoreId": "cks-1", "Origin": "AWS_CLOUDHSM"}, "key material that is not AWS KMS's own"),
        ({"CustomKeyStoreId": "cks-1", "Origin": "EXTERNAL_KEY_STORE"}, "key material that is not AWS KMS's own"),
        ({"Origin": "EXTERNAL"}, "key material that is not AWS KMS's own"),
        ({"KeyManager": "AWS"}, "is managed by AWS"),
        ({"MultiRegion": True}, "is a multi-Region key"),
        ({"KeySpec": "ECC_NIST_P256", "KeyUsage": "KEY_AGREEMENT"}, "is of another kind"),
    ],
)
def test_a_key_of_another_kind_is_told_by_its_description(changed: dict[str, Any], said: str) -> None:
    assert said in peculiarity(PLAIN | changed) or not said
    assert bool(peculiarity(PLAIN | changed)) == bool(said)
