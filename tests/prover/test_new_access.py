"""What one policy allows and another does not."""

from typing import Any

import pytest

from tests.prover.new_access import new_access
from tests.prover.published import (
    ALARMS,
    ALARMS_FENCED,
    ALLOW_ALL,
    CLOUDTRAIL,
    CLOUDTRAIL_ARN_LIKE,
    DEFAULT,
    USER,
    A,
    allowed,
    denied,
    policy,
    statement,
)

COMPARED: tuple[tuple[str, dict[str, Any], dict[str, Any], bool], ...] = (
    ("a condition taken away", ALARMS_FENCED, ALARMS, True),
    ("a condition added", ALARMS, ALARMS_FENCED, False),
    ("direct in place of delegated", allowed(), policy(statement({"AWS": USER}, "kms:Decrypt")), True),
    (
        "delegated in place of direct",
        policy(statement({"AWS": USER}, "kms:Decrypt")),
        policy(statement({"AWS": USER}, [])),
        False,
    ),
    ("a deny taken away", denied(), policy(ALLOW_ALL), True),
    ("another spelling", DEFAULT, policy(statement({"AWS": A}, ["kms:*", "kms:Decrypt"])), False),
    ("StringLike for ArnLike", CLOUDTRAIL_ARN_LIKE, CLOUDTRAIL, True),
)


def name_of(value: object) -> str:
    return value if isinstance(value, str) else ""


@pytest.mark.parametrize(("what", "old", "new", "gains"), COMPARED, ids=name_of)
def test_what_is_newly_allowed(what: str, old: dict[str, Any], new: dict[str, Any], gains: bool) -> None:
    found = new_access(old, new, "aws")
    assert (found is not None) == gains
    if found:
        assert found.decision.effect == "allowed"
