"""What speaks against the deletion of a retired key, over all combinations of what may be known."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baseline.organization import ThenOfRetired
from baseline.retirement import Dependent, DisabledSince, Evidence, LastUse, Standing, grouped, refusals

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
DAYS = 30


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


GOOD = Evidence(
    key_id="1",
    state="Disabled",
    ours=True,
    disabled=DisabledSince(ago(31), "CloudTrail, ann"),
    last_use=LastUse(tracked_since=ago(200), created=ago(900), at=ago(40), operation="Decrypt"),
    aliases=("alias/baseline/sns",),
    grants=(),
)
FORGOTTEN = Standing(then="schedule_deletion", forgotten=True)


def refused(standing: Standing = FORGOTTEN, days: int = DAYS, **changed: Any) -> list[str]:
    return list(refusals(replace(GOOD, **changed), standing, days, NOW))


def use(**said: Any) -> LastUse:
    return replace(LastUse(tracked_since=ago(200), created=ago(900)), **said)


def test_nothing_speaks_against_a_key_that_nobody_used_for_so_long() -> None:
    assert refused() == []
    assert refused(days=31) == []
    assert refused(last_use=use()) == []
    assert refused(last_use=LastUse(tracked_since=ago(40), created=ago(40))) == []


BAD: list[tuple[dict[str, Any], str]] = [
    ({"ours": False}, "it does not have the tags of this key"),
    ({"ours": None}, "its tags may not be listed"),
    ({"peculiarity": "is a multi-Region key"}, "it is a multi-Region key"),
    ({"state": "Enabled"}, "it is Enabled: disable it first, and wait for whom it stops"),
    ({"state": "PendingDeletion", "deletion": ago(-7)}, "it waits already for its deletion on 2026-12-07"),
    ({"disabled": None}, "nobody knows since when it is disabled"),
    ({"disabled": DisabledSince(ago(29), "me")}, "it is disabled since 2026-11-01, and not for 30 days yet"),
    ({"last_use": None}, "its last use may not be read (kms:GetKeyLastUsage)"),
    (
        {"last_use": use(at=ago(3), operation="Decrypt")},
        "it was used on 2026-11-27, after it is said to be disabled (CloudTrail, ann)",
    ),
    (
        {"last_use": use(tracked_since=ago(20))},
        "its use is known since 2026-11-10 only, less than 30 days ago",
    ),
    ({"aliases": None}, "its aliases may not be listed"),
    ({"grants": None}, "its grants may not be listed"),
    ({"grants": ("role/a", "role/b")}, "it has 2 grants: role/a, role/b"),
    ({"dependents": (Dependent("topic", "t"),)}, "referred to by topic t"),
    (
        {"not_looked_at": ("EBS volumes (UnauthorizedOperation)",)},
        "EBS volumes (UnauthorizedOperation) could not be looked at",
    ),
]


@pytest.mark.parametrize(("changed", "reason"), BAD)
def test_each_thing_speaks_against_it_by_itself(changed: dict[str, Any], reason: str) -> None:
    assert refused(**changed) == [reason]


def test_a_use_after_the_days_began_speaks_against_it() -> None:
    assert refused(days=50, disabled=DisabledSince(ago(51), "me"), last_use=use(at=ago(51), operation="Encrypt")) == []
    [reason] = refused(days=30, disabled=DisabledSince(ago(30), "me"), last_use=use(at=ago(29.9), operation="Encrypt"))
    assert "it was used on 2026-10-31, less than 30 days ago" in reason


@pytest.mark.parametrize("then", [then for then in get_args(ThenOfRetired) if then != "schedule_deletion"])
def test_only_an_entry_that_says_so_lets_a_key_be_deleted(then: ThenOfRetired) -> None:
    assert refused(replace(FORGOTTEN, then=then)) == [
        f"its entry says `then: {then}`, and not `then: schedule_deletion`"
    ]


def test_what_terraform_still_has_is_not_deleted() -> None:
    assert "the lock does not record yet" in refused(replace(FORGOTTEN, forgotten=False))[0]
    assert refused(replace(FORGOTTEN, states=("state/a.tfstate",))) == [
        "state/a.tfstate still has it: run `kms-baseline deploy` first"
    ]


@given(st.lists(st.sampled_from(BAD), unique_by=lambda one: max(one[0])))
def test_whatever_comes_together_everything_is_said(bad: list[tuple[dict[str, Any], str]]) -> None:
    """No combination hides what one of its parts says, but since when a key is disabled that is not; and of a late use it
    is said in other words."""
    changed = {name: value for one, _ in bad for name, value in one.items()}
    found = refused(**changed)
    assert bool(found) == bool(bad)
    for _, reason in bad:
        not_disabled = changed.get("state", "Disabled") != "Disabled" and reason.startswith("nobody knows since when")
        assert reason in found or "after it is said to be disabled" in reason or not_disabled


@given(
    at=st.none() | st.floats(0, 400).map(ago),
    tracked=st.floats(0, 400).map(ago),
    created=st.floats(0, 900).map(ago),
    days=st.integers(1, 400),
)
def test_a_key_is_only_said_to_be_never_used_where_kms_remembers_all_of_its_life(
    at: datetime | None, tracked: datetime, created: datetime, days: int
) -> None:
    said = LastUse(tracked_since=tracked, created=created, at=at, operation="Decrypt")
    assert str(said).startswith("never") == (at is None and created >= tracked)
    assert ("before that nobody knows" in str(said)) == (at is None and created < tracked)
    if not refused(last_use=said, days=days, disabled=DisabledSince(ago(500), "me")):
        assert said.never or (at or tracked) <= ago(days)


def test_many_of_a_kind_are_a_line() -> None:
    found = list(grouped([Dependent("topic", str(n)) for n in range(7)] + [Dependent("vault", "v", "x")]))
    assert found == ["topic 0, 1, 2, 3, 4 and 2 more", "vault v (x)"]
