"""What a policy says without principals that were deleted."""

from typing import Any

import pytest

from baseline.iam.deleted import without_deleted

ROLE, GONE = "arn:aws:iam::222222222222:role/x", "AROAABCDEFGHIJKLMNOPQ"


def statement(principal: Any) -> dict[str, Any]:
    return {"Sid": "X", "Effect": "Allow", "Principal": principal, "Action": "kms:Decrypt", "Resource": "*"}


@pytest.mark.parametrize(
    ("principal", "left"),
    [
        ({"AWS": [ROLE, GONE]}, {"AWS": [ROLE]}),
        ({"AWS": GONE, "Service": "sns.amazonaws.com"}, {"Service": "sns.amazonaws.com"}),
        ({"AWS": GONE}, None),
    ],
)
def test_who_was_deleted_is_left_out_and_told(principal: Any, left: Any) -> None:
    policy, deleted = without_deleted({"Version": "2012-10-17", "Statement": [statement(principal)]})
    assert policy == {"Version": "2012-10-17", "Statement": [statement(left)] if left else []}
    assert deleted == [(GONE, "X")]


@pytest.mark.parametrize("principal", ["*", {"AWS": ROLE}, {"Service": "sns.amazonaws.com"}])
def test_everybody_else_stays(principal: Any) -> None:
    policy = {"Version": "2012-10-17", "Statement": [statement(principal)]}
    assert without_deleted(policy) == (policy, [])
