"""What is decided before a key, an alias or a parameter is made, for every combination of what AWS may have."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baseline.inventory import Inventory, Key
from baseline.seen import Grant, Seen, SeenKey
from baseline.takeover import Making, Takeover, decide

NAMESPACE = "baseline"
MADE = datetime(2026, 1, 1, tzinfo=UTC)
IDS = [f"{n}0000000-0000-0000-0000-000000000000" for n in range(4)]


@pytest.fixture(scope="module")
def key(sample_inventory: Inventory) -> Key:
    return next(key for key in sample_inventory.keys if key.purpose == "sns")


def tags(purpose: str = "sns", namespace: str = NAMESPACE) -> dict[str, str]:
    return {"managed-by": "kms-baseline", "namespace": namespace, "purpose": purpose}


def seen_key(key: Key, number: int = 0, **changed: Any) -> SeenKey:
    plain = SeenKey(
        key_id=IDS[number],
        arn=f"arn:aws:kms:{key.region}:{key.account_id}:key/{IDS[number]}",
        created=MADE + timedelta(minutes=number),
        state="Enabled",
        tags=tags(),
        policy=key.policy.render(),
        policy_names=("default",),
        rotation=365,
        grants=(),
    )
    return replace(plain, **changed)


def seen(*keys: SeenKey, alias: str | None = None, parameter: str | None = None) -> Seen:
    return Seen(
        aliases={"alias/baseline/sns": alias} if alias else {},
        keys={found.key_id: found for found in keys},
        parameters={"/baseline/kms/sns/arn": parameter} if parameter else {},
    )


GRANTS = (Grant(grant_id="1", grantee="arn:aws:iam::111111111111:role/somebody"),)
EVERYTHING = Making(key=True, alias=True, parameter=True)


def decided(key: Key, what: Seen, making: Making = EVERYTHING) -> Takeover:
    return decide(key, NAMESPACE, making, what)


def test_where_nothing_is_everything_is_made(key: Key) -> None:
    assert decided(key, seen()) == Takeover({})


def test_an_orphan_of_a_killed_deployment_is_taken_over_by_itself(key: Key) -> None:
    assert decided(key, seen(seen_key(key))) == Takeover({f"aws_kms_key.{key.address}": IDS[0]})


def test_of_several_orphans_the_oldest_is_taken_and_the_others_are_named(key: Key) -> None:
    found = decided(key, seen(seen_key(key, 1), seen_key(key, 0)))
    assert found.imports == {f"aws_kms_key.{key.address}": IDS[0]}
    assert (found.refusal, found.question) == ("", "")
    assert IDS[1] in found.note
    assert IDS[0] not in found.note


def test_a_complete_key_waits_for_the_owners_word_and_comes_with_alias_and_parameter(key: Key) -> None:
    found = decided(key, seen(seen_key(key, 1), seen_key(key, 0), alias=IDS[1], parameter=f"...:key/{IDS[1]}"))
    assert found.imports == {
        f"aws_kms_key.{key.address}": IDS[1],
        f"aws_kms_alias.{key.address}": "alias/baseline/sns",
        f"aws_ssm_parameter.{key.address}": "/baseline/kms/sns/arn",
    }
    assert "this state does not know it" in found.question
    assert IDS[0] in found.note


@pytest.mark.parametrize("other", [tags("ebs"), tags(namespace="other"), {}])
def test_an_alias_at_a_key_that_is_not_ours_is_refused(key: Key, other: dict[str, str]) -> None:
    found = decided(key, seen(seen_key(key, tags=other), alias=IDS[0]))
    assert "alias/baseline/sns is at the key" in found.refusal
    assert not found.imports


def test_an_alias_at_a_key_that_cannot_be_read_is_refused(key: Key) -> None:
    assert decided(key, seen(alias=IDS[0])).refusal


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"peculiarity": "is a multi-Region key"}, "multi-Region"),
        ({"state": "Disabled"}, "Disabled"),
        ({"state": "PendingDeletion"}, "PendingDeletion"),
        ({"grants": GRANTS}, "grants"),
    ],
)
def test_a_candidate_that_is_not_sound_stops_everything(key: Key, changed: dict[str, Any], said: str) -> None:
    found = decided(key, seen(seen_key(key, **changed)))
    assert said in found.refusal
    assert not found.imports


def test_a_key_that_is_to_be_disabled_may_be_so_already(key: Key) -> None:
    retired = replace(key, enabled=False)
    for state in ("Enabled", "Disabled"):
        assert decided(retired, seen(seen_key(key, state=state), alias=IDS[0])).imports
    assert decided(retired, seen(seen_key(key, state="PendingDeletion"), alias=IDS[0])).refusal


@pytest.mark.parametrize("changed", [{"policy": '{"Statement": []}'}, {"policy": None}, {"grants": None}])
def test_an_orphan_of_which_somebody_could_lose_access_waits_for_the_owners_word(
    key: Key, changed: dict[str, Any]
) -> None:
    found = decided(key, seen(seen_key(key, **changed)))
    assert found.imports
    assert found.question


def test_an_alias_at_a_key_of_another_state_stops_everything_though_there_is_an_orphan(key: Key) -> None:
    making = replace(EVERYTHING, known_elsewhere={IDS[0]})
    found = decided(key, seen(seen_key(key, 0), seen_key(key, 1), alias=IDS[0]), making)
    assert "a state has it at another address" in found.refusal
    assert not found.imports


def test_a_complete_key_may_have_grants(key: Key) -> None:
    found = decided(key, seen(seen_key(key, grants=GRANTS), alias=IDS[0]))
    assert found.imports
    assert not found.refusal


KNOWN = Making(key=False, alias=True, parameter=True, known=IDS[0])


def test_alias_and_parameter_of_a_key_in_the_state_are_imported(key: Key) -> None:
    found = decided(key, seen(alias=IDS[0], parameter=f"arn:aws:kms:eu-west-2:111111111111:key/{IDS[0]}"), KNOWN)
    assert found == Takeover(
        {
            f"aws_kms_alias.{key.address}": "alias/baseline/sns",
            f"aws_ssm_parameter.{key.address}": "/baseline/kms/sns/arn",
        }
    )


def test_an_alias_at_another_key_than_the_states_is_refused_with_both(key: Key) -> None:
    found = decided(key, seen(alias=IDS[1]), KNOWN)
    assert IDS[0] in found.refusal
    assert IDS[1] in found.refusal


@pytest.mark.parametrize("making", [KNOWN, EVERYTHING])
def test_a_parameter_that_says_something_else_waits_for_the_owners_word(key: Key, making: Making) -> None:
    found = decided(key, seen(parameter="mine"), making)
    assert "says mine" in found.question


@st.composite
def situations(draw: st.DrawFn) -> tuple[Making, list[dict[str, Any]], int | None, str | None]:
    key, alias, parameter = (draw(st.booleans()) for _ in range(3))
    known = None if key else draw(st.sampled_from([*IDS, None]))
    changes: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
        {},
        optional={
            "state": st.sampled_from(["Enabled", "Disabled", "PendingDeletion"]),
            "peculiarity": st.sampled_from(["", "is a multi-Region key"]),
            "tags": st.sampled_from([tags(), tags("ebs"), {}]),
            "policy": st.sampled_from([None, "{}", "no JSON"]),
            "grants": st.sampled_from([None, (), GRANTS]),
        },
    )
    keys = draw(st.lists(changes, max_size=len(IDS)))
    target = draw(st.none() | st.integers(0, len(IDS) - 1))
    elsewhere = draw(st.sets(st.sampled_from(IDS)))
    making = Making(key=key, alias=alias, parameter=parameter, known=known, known_elsewhere=elsewhere)
    return making, keys, target, draw(st.none() | st.sampled_from(["mine", f"...:key/{IDS[0]}"]))


@given(situation=situations())
def test_imports_are_of_what_is_made_and_of_no_key_that_a_state_has(
    key: Key, situation: tuple[Making, list[dict[str, Any]], int | None, str | None]
) -> None:
    making, keys, target, parameter = situation
    found = decided(
        key,
        seen(
            *(seen_key(key, number, **changed) for number, changed in enumerate(keys)),
            alias=None if target is None else IDS[target],
            parameter=parameter,
        ),
        making,
    )
    assert set(found.imports) <= set(_made(key, making))
    imported = found.imports.get(f"aws_kms_key.{key.address}")
    assert imported is None or imported not in making.known_elsewhere
    if found.refusal:
        assert not found.imports
    if imported:
        changed = keys[IDS.index(imported)]
        assert changed.get("state", "Enabled") == "Enabled"
        assert not changed.get("peculiarity")
        assert changed.get("tags", tags()) == tags()
    if making.key and target is not None and not found.refusal:
        assert imported == IDS[target]  # never made while the alias is at a key


def _made(key: Key, making: Making) -> Iterator[str]:
    for type, is_made in (
        ("aws_kms_key", making.key),
        ("aws_kms_alias", making.alias),
        ("aws_ssm_parameter", making.parameter),
    ):
        if is_made:
            yield f"{type}.{key.address}"
