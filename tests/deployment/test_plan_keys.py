"""What a plan is said to do to keys that are enabled or disabled."""

from typing import Any

import pytest

from deployment.plan_keys import LostKey, read_keys

ADDRESS = "aws_kms_key.sns_eu_west_2"


def _entry(before: bool | None, after: bool | None, *actions: str) -> dict[str, Any]:
    sides = {
        side: {"is_enabled": is_enabled, "key_id": "1"}
        for side, is_enabled in zip(("before", "after"), (before, after), strict=True)
    }
    return {"address": ADDRESS, "type": "aws_kms_key", "change": {"actions": list(actions), **sides}}


@pytest.mark.parametrize(
    ("drift", "change", "stopped", "enabled", "disabled"),
    [
        (None, _entry(True, False, "update"), False, False, True),  # `then: disable`
        (None, _entry(False, True, "update"), False, True, False),  # taken back
        (_entry(True, False, "update"), _entry(False, True, "update"), True, True, False),  # disabled by hand
        (_entry(True, False, "update"), _entry(False, False, "no-op"), False, False, False),  # and then by its owner
        (_entry(False, True, "update"), _entry(True, False, "update"), False, False, True),  # enabled by hand
        (None, _entry(True, True, "update"), False, False, False),
        (None, _entry(None, True, "create"), False, False, False),
    ],
)
def test_a_key_that_its_owner_disables_is_not_one_that_somebody_stopped(
    drift: dict[str, Any] | None, change: dict[str, Any], stopped: bool, enabled: bool, disabled: bool
) -> None:
    found = read_keys({"resource_drift": [drift] if drift else [], "resource_changes": [change]})
    assert found.stopped == ((LostKey(ADDRESS, "1"),) if stopped else ())
    assert (found.enabled, found.disabled) == tuple(frozenset([ADDRESS] if it else []) for it in (enabled, disabled))
