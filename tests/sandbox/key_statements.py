"""Statements of key policies that the tests of several services need."""

from typing import Any

from tests.sandbox.conftest import ACCOUNT, REGION, policy, statement

_MANAGING = ["Put*", "Get*", "CreateAlias", "DisableKey", "ScheduleKeyDeletion"]
MANAGE = statement(
    "AccountManagesTheKey", {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, [f"kms:{action}" for action in _MANAGING]
)
"""Lets the account manage the key, and gives nobody its use, nor DescribeKey."""


def through(
    service: str, actions: object, sid: str = "AccountThroughTheService", /, **more: object
) -> dict[str, object]:
    """The statement for everybody in the account through a service, such as `ec2`, in the tests' region."""
    via = {"kms:CallerAccount": ACCOUNT, "kms:ViaService": f"{service}.{REGION}.amazonaws.com"}
    return statement(sid, {"AWS": "*"}, actions, Condition={"StringEquals": via, **more})


def key_with(kms: Any, *statements: dict[str, object]) -> str:
    """The ARN of a new key that the account manages, with these statements."""
    return str(kms.create_key(Policy=policy(MANAGE, *statements))["KeyMetadata"]["Arn"])
