"""Small policies around one statement, and a key that they belong to."""

import json
from typing import Any

A, B, R = "222222222222", "999988887777", "eu-west-2"
ROOT: dict[str, Any] = {
    "Sid": "Root",
    "Effect": "Allow",
    "Principal": {"AWS": f"arn:aws:iam::{A}:root"},
    "Action": "kms:*",
    "Resource": "*",
}
ROLE = f"arn:aws:iam::{A}:role/App"


def statement(
    principal: Any = None, action: Any = "kms:Decrypt", effect: Any = "Allow", **condition: Any
) -> dict[str, Any]:
    """A statement for the role, unless another principal is named."""
    written = {"Effect": effect, "Principal": principal or {"AWS": ROLE}, "Action": action, "Resource": "*"}
    return written | ({"Condition": condition} if condition else {})


def without(element: str) -> dict[str, Any]:
    return {name: value for name, value in statement().items() if name != element}


def policy(*statements: Any, root: bool = True, **top: Any) -> str:
    """The text of a policy; the account keeps the key unless told otherwise."""
    return json.dumps({"Version": "2012-10-17", "Statement": [*([ROOT] if root else []), *statements], **top}, indent=1)
