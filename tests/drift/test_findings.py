"""Every kind of finding, each from one difference, and from any number of them at the same time."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baseline.drift.expected import ExpectedPlace, expected_places
from baseline.drift.finding import KINDS, Finding
from baseline.drift.place import find
from baseline.inventory import Inventory
from baseline.seen import Grant, Seen, SeenThings
from tests.conftest import inventory
from tests.drift.seen_places import as_wanted, changed, key_id, settled, with_alias, without_alias
from tests.drift.test_things import WRONG_THINGS

TEXT = """\
version: 1
organization: {home_region: eu-west-2, regions: [eu-west-2]}
keys:
  users: [role/app]
  purposes:
    ebs: {share_with: ["333333333333"]}
accounts:
  - {name: data, id: "222222222222"}
"""
SNS, ALIAS, PARAMETER = 2, "alias/baseline/sns", "/baseline/kms/sns/arn"
ID = key_id(SNS)
OTHER = key_id(9)


@pytest.fixture(scope="module")
def wanted() -> Inventory:
    return inventory(TEXT)


@pytest.fixture(scope="module")
def place(wanted: Inventory) -> ExpectedPlace:
    [place] = expected_places(wanted)
    assert [key.purpose for key in place.keys] == ["ebs", "logs", "sns"]
    return place


def found(place: ExpectedPlace, seen: Seen | None) -> list[Finding]:
    return list(find(place, seen, SeenThings({})))


def test_where_everything_is_as_it_should_be_nothing_is_found(place: ExpectedPlace) -> None:
    assert found(place, settled(place)) == []


def policy(place: ExpectedPlace, change: Callable[[dict[str, Any]], None]) -> str:
    """The policy of the SNS key, with a change."""
    document = json.loads(place.keys[SNS].policy.render())
    change(document)
    return json.dumps(document)


def let_in(principal: str) -> Callable[[dict[str, Any]], None]:
    statement = {
        "Sid": "X",
        "Effect": "Allow",
        "Principal": {"AWS": principal},
        "Action": "kms:Decrypt",
        "Resource": "*",
    }
    return lambda document: document["Statement"].append(statement)


def grant(grantee: str, *operations: str, retiring: str = "") -> tuple[Grant, ...]:
    return (Grant(grant_id="g1", grantee=grantee, retiring=retiring, operations=operations or ("Decrypt",)),)


Plant = Callable[[ExpectedPlace, Seen], Seen]
PLANTED: dict[str, tuple[Plant, str, str]] = {
    "a key that is gone": (
        lambda _, seen: replace(without_alias(seen, ALIAS), keys={k: v for k, v in seen.keys.items() if k != ID}),
        "key-gone",
        f"neither {ALIAS} nor a key with its tags",
    ),
    "an alias that is gone": (lambda _, seen: without_alias(seen, ALIAS), "alias-gone", f"the key {ID} is"),
    "an alias at another key": (
        lambda place, seen: with_alias(
            replace(seen, keys={**seen.keys, OTHER: replace(as_wanted(place, place.keys[SNS], 9), tags={})}),
            ALIAS,
            OTHER,
        ),
        "alias-moved",
        f"at the key {OTHER}, and not at {ID}",
    ),
    "a disabled key": (lambda _, seen: changed(seen, ID, state="Disabled"), "disabled", ID),
    "a key that waits for its deletion": (
        lambda _, seen: changed(
            seen, ID, state="PendingDeletion", deletion=datetime(2026, 12, 24, tzinfo=UTC), rotation=0
        ),
        "pending-deletion",
        "on 2026-12-24",
    ),
    "a key without material": (lambda _, seen: changed(seen, ID, state="PendingImport"), "unusable", "PendingImport"),
    "a key of another kind": (
        lambda _, seen: changed(seen, ID, peculiarity="is a multi-Region key"),
        "not-plain",
        "multi-Region",
    ),
    "rotation off": (lambda _, seen: changed(seen, ID, rotation=0), "rotation", "is off, and should be 365 days"),
    "another period": (lambda _, seen: changed(seen, ID, rotation=90), "rotation", "is 90 days, and should be 365"),
    "a policy that lets somebody in": (
        lambda place, seen: changed(seen, ID, policy=policy(place, let_in("arn:aws:iam::999999999999:role/x"))),
        "policy",
        "role/x of 999999999999 gained kms:Decrypt",
    ),
    "a policy without a statement": (
        lambda place, seen: changed(seen, ID, policy=policy(place, lambda document: document["Statement"].pop())),
        "policy",
        "gained",
    ),
    "a policy that is not decided": (
        lambda place, seen: changed(seen, ID, policy=policy(place, lambda d: d["Statement"][0].update(NotAction="x"))),
        "policy-not-decided",
        "NotAction",
    ),
    "a principal that was deleted": (
        lambda place, seen: changed(seen, ID, policy=policy(place, let_in("AROAABCDEFGHIJKLMNOPQ"))),
        "policy-of-deleted-principal",
        "X of its policy names AROAABCDEFGHIJKLMNOPQ",
    ),
    "a policy of another name": (
        lambda _, seen: changed(seen, ID, policy_names=("default", "AWS_RAM")),
        "policy-name",
        "AWS_RAM",
    ),
    "a grant to another account": (
        lambda _, seen: changed(seen, ID, grants=grant("arn:aws:iam::999999999999:role/x", "Encrypt")),
        "grant",
        "arn:aws:iam::999999999999:role/x of another account",
    ),
    "a grant by which somebody decrypts": (
        lambda _, seen: changed(seen, ID, grants=grant("arn:aws:iam::222222222222:role/x")),
        "grant",
        "not among the key's users: Decrypt",
    ),
    "another alias": (lambda _, seen: with_alias(seen, "alias/mine", ID), "second-alias", "alias/mine"),
    "a tag that is missing": (
        lambda _, seen: changed(seen, ID, tags={"managed-by": "kms-baseline", "namespace": "baseline"}),
        "tags",
        "`purpose: sns` is missing",
    ),
    "a tag of another value": (
        lambda _, seen: changed(seen, ID, tags={**(seen.keys[ID].tags or {}), "namespace": "mine"}),
        "tags",
        "`namespace` is `mine`, and should be `baseline`",
    ),
    "a parameter that is missing": (
        lambda _, seen: replace(seen, parameters={k: v for k, v in (seen.parameters or {}).items() if k != PARAMETER}),
        "parameter",
        "is not there",
    ),
    "a parameter of another value": (
        lambda _, seen: replace(seen, parameters={**(seen.parameters or {}), PARAMETER: "mine"}),
        "parameter",
        "says mine",
    ),
    "a second key with the same tags": (
        lambda place, seen: replace(seen, keys={**seen.keys, OTHER: as_wanted(place, place.keys[SNS], 9)}),
        "duplicate",
        OTHER,
    ),
    "a policy that may not be read": (
        lambda _, seen: changed(seen, ID, policy=None),
        "not-readable",
        "kms:GetKeyPolicy is denied",
    ),
    "grants that may not be read": (
        lambda _, seen: changed(seen, ID, grants=None),
        "not-readable",
        "kms:ListGrants is denied",
    ),
    "a key that may not be described": (
        lambda _, seen: replace(seen, keys={k: v for k, v in seen.keys.items() if k != ID}),
        "not-readable",
        "may not be described",
    ),
}


@pytest.mark.parametrize("planted", PLANTED)
def test_one_difference_is_one_finding_of_its_kind(place: ExpectedPlace, planted: str) -> None:
    plant, kind, said = PLANTED[planted]
    [finding] = found(place, plant(place, settled(place)))
    assert (finding.kind, finding.account, finding.account_id) == (kind, "data", "222222222222")
    assert (finding.region, finding.purpose) == ("eu-west-2", "sns")
    assert said in finding.problem


ELSEWHERE: dict[str, tuple[Plant, str, str]] = {
    "a key with our tags of a purpose that is not wanted": (
        lambda place, seen: replace(
            seen,
            keys={
                **seen.keys,
                OTHER: replace(
                    as_wanted(place, place.keys[SNS], 9), tags={**place.provider.tags, "purpose": "cloudtrail"}
                ),
            },
        ),
        "orphan",
        OTHER,
    ),
    "an alias of the namespace that is not wanted": (
        lambda place, seen: with_alias(
            replace(seen, keys={**seen.keys, OTHER: replace(as_wanted(place, place.keys[SNS], 9), tags={})}),
            "alias/baseline/backup",
            OTHER,
        ),
        "unexpected-key",
        "alias/baseline/backup",
    ),
    "keys that may not be listed": (
        lambda _, seen: replace(seen, not_looked_for=("keys without an alias (kms:ListKeys is denied)",)),
        "not-readable",
        "kms:ListKeys is denied",
    ),
}


@pytest.mark.parametrize("planted", ELSEWHERE)
def test_what_belongs_to_no_key_is_found_as_well(place: ExpectedPlace, planted: str) -> None:
    plant, kind, said = ELSEWHERE[planted]
    [finding] = found(place, plant(place, settled(place)))
    assert finding.kind == kind
    assert said in finding.problem


def test_where_aliases_may_not_be_listed_that_is_all_that_is_known(place: ExpectedPlace) -> None:
    [finding] = found(place, None)
    assert finding.kind == "not-readable"
    assert "kms:ListAliases is denied" in finding.problem


def test_the_other_aliases_of_an_adopted_key_stay(place: ExpectedPlace) -> None:
    assert found(replace(place, adopted=frozenset({ID})), with_alias(settled(place), "alias/theirs", ID)) == []


def test_a_key_that_is_retired_by_being_disabled_is_disabled(place: ExpectedPlace) -> None:
    retired = replace(place, keys=(*place.keys[:SNS], replace(place.keys[SNS], enabled=False)))
    assert found(retired, changed(settled(place), ID, state="Disabled")) == []
    assert [f.kind for f in found(retired, settled(place))] == ["enabled"]


def test_of_every_kind_there_is_an_example() -> None:
    planted = {kind for _, kind, _ in (*PLANTED.values(), *ELSEWHERE.values())}
    assert planted | {"enabled"} | {kind for _, _, kind in WRONG_THINGS} == set(KINDS)


@pytest.mark.parametrize(
    "change",
    [
        lambda document: document.update(Id="mine"),
        lambda document: document["Statement"].reverse(),
        lambda document: document["Statement"][0].update(Sid="Renamed"),
    ],
)
def test_another_text_of_the_same_meaning_is_no_finding(place: ExpectedPlace, change: Any) -> None:
    text = policy(place, change)
    assert text != place.keys[SNS].policy.render()
    assert found(place, changed(settled(place), ID, policy=text)) == []


def test_who_gained_is_named_before_who_lost(place: ExpectedPlace) -> None:
    def moved(document: dict[str, Any]) -> None:
        document["Statement"] = [s for s in document["Statement"] if "UsersUse" not in s["Sid"]]
        let_in("arn:aws:iam::222222222222:role/x")(document)

    [finding] = found(place, changed(settled(place), ID, policy=policy(place, moved)))
    assert 0 < finding.problem.index("gained") < finding.problem.index("lost")


def test_beside_a_principal_that_was_deleted_the_rest_is_compared(place: ExpectedPlace) -> None:
    def both(document: dict[str, Any]) -> None:
        let_in("AIDAABCDEFGHIJKLMNOPQ")(document)
        let_in("arn:aws:iam::999999999999:root")(document)

    kinds = [f.kind for f in found(place, changed(settled(place), ID, policy=policy(place, both)))]
    assert kinds == ["policy-of-deleted-principal", "policy"]


@pytest.mark.parametrize(
    "normal",
    [
        grant("rds.eu-west-2.amazonaws.com"),
        grant("arn:aws:iam::222222222222:role/x", retiring="ec2.eu-west-2.amazonaws.com"),
        grant("arn:aws:iam::222222222222:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling"),
        grant("arn:aws:sts::222222222222:assumed-role/aws:ec2-infrastructure/i-1"),
        grant("arn:aws:iam::222222222222:role/app"),
        grant("arn:aws:sts::222222222222:assumed-role/app/session"),
        grant("arn:aws:iam::222222222222:role/x", "Encrypt", "GenerateDataKey"),
        grant("AROAABCDEFGHIJKLMNOPQ"),
    ],
)
def test_grants_of_daily_work_are_no_finding(place: ExpectedPlace, normal: tuple[Grant, ...]) -> None:
    assert found(place, changed(settled(place), ID, grants=normal)) == []


def test_a_grant_to_an_account_that_the_key_is_shared_with_is_no_finding(place: ExpectedPlace) -> None:
    [ebs, *_] = settled(place).keys
    shared = grant("arn:aws:iam::333333333333:role/x")
    assert found(place, changed(settled(place), ebs, grants=shared)) == []


def test_a_key_that_lost_its_alias_and_waits_for_its_deletion_is_found_by_its_tags(place: ExpectedPlace) -> None:
    pending = {"state": "PendingDeletion", "deletion": datetime(2026, 12, 24, tzinfo=UTC), "rotation": 0}
    seen = changed(without_alias(settled(place), ALIAS), ID, **pending)
    assert [f.kind for f in found(place, seen)] == ["alias-gone", "pending-deletion"]


def test_a_duplicate_that_waits_for_its_deletion_was_seen_to(place: ExpectedPlace) -> None:
    other = replace(as_wanted(place, place.keys[SNS], 9), state="PendingDeletion")
    seen = settled(place)
    assert found(place, replace(seen, keys={**seen.keys, OTHER: other})) == []


def test_beside_a_duplicate_a_key_that_may_not_be_read_is_not_taken_for_another(place: ExpectedPlace) -> None:
    duplicate = as_wanted(place, place.keys[SNS], 9)
    seen = settled(place)
    seen = replace(seen, keys={**seen.keys, OTHER: duplicate})
    for unread in (changed(seen, ID, tags=None), replace(seen, keys={k: v for k, v in seen.keys.items() if k != ID})):
        assert [f.kind for f in found(place, unread)] == ["not-readable", "duplicate"]


def test_of_keys_without_alias_that_one_is_ours_which_does_not_wait_for_its_deletion(place: ExpectedPlace) -> None:
    old = replace(as_wanted(place, place.keys[SNS], 0), key_id=OTHER, deletion=datetime(2026, 12, 24, tzinfo=UTC))
    seen = without_alias(settled(place), ALIAS)
    seen = replace(seen, keys={**seen.keys, OTHER: replace(old, state="PendingDeletion")})
    [finding] = found(place, seen)
    assert (finding.kind, ID in finding.problem) == ("alias-gone", True)


@pytest.mark.parametrize("state", ["Enabled", "Disabled", "PendingDeletion"])
def test_a_retired_key_is_there_and_enabled(place: ExpectedPlace, state: str) -> None:
    kept = replace(place, keys=place.keys[:2], kept=("sns",))
    expected = {"Enabled": [], "Disabled": ["disabled"], "PendingDeletion": ["pending-deletion"]}[state]
    assert [f.kind for f in found(kept, changed(settled(place), ID, state=state))] == expected


def test_a_retired_key_that_is_gone_is_found(place: ExpectedPlace) -> None:
    kept = replace(place, keys=place.keys[:2], kept=("sns",))
    [finding] = found(kept, settled(replace(place, keys=place.keys[:2])))
    assert (finding.kind, finding.purpose) == ("key-gone", "sns")


def test_a_retired_key_that_somebody_deletes_is_no_finding(place: ExpectedPlace) -> None:
    leaving = replace(place, keys=place.keys[:2], leaving=("sns",))
    assert found(leaving, settled(place)) == []
    assert found(leaving, settled(replace(place, keys=place.keys[:2]))) == []


INDEPENDENT: dict[str, dict[str, Any]] = {
    "disabled": {"state": "Disabled"},
    "not-plain": {"peculiarity": "is a multi-Region key"},
    "rotation": {"rotation": 17},
    "policy-name": {"policy_names": ("default", "mine")},
    "grant": {"grants": grant("arn:aws:iam::999999999999:root")},
    "not-readable": {"policy": None},
}


@given(st.lists(st.sets(st.sampled_from(sorted(INDEPENDENT))), min_size=3, max_size=3))
def test_every_difference_is_found_and_nothing_else(place: ExpectedPlace, drawn: list[set[str]]) -> None:
    seen = settled(place)
    for number, kinds in enumerate(drawn):
        for kind in kinds:
            seen = changed(seen, key_id(number), **INDEPENDENT[kind])
    planted = [(key.purpose, kind) for key, kinds in zip(place.keys, drawn, strict=True) for kind in kinds]
    assert sorted((f.purpose, f.kind) for f in found(place, seen)) == sorted(planted)
