"""What is not decided is refused by name; it never counts as holding."""

from typing import Any

import pytest

from baseline.prover.bounds import prove
from baseline.prover.claims import never
from tests.prover.published import (
    FOREIGN,
    NAMES,
    NOTE,
    A,
    policy,
    statement,
)

REFUSED: tuple[tuple[str, dict[str, Any]], ...] = (
    ("Federated", statement({"Federated": "accounts.google.com"}, "kms:Decrypt")),
    ("wildcard", statement({"AWS": f"arn:aws:iam::{A}:role/*"}, "kms:Decrypt")),
    ("partition", statement({"AWS": f"arn:aws-cn:iam::{A}:root"}, "kms:Decrypt")),
    ("policy variable", statement("*", "kms:Decrypt", StringEquals={NOTE: "${aws:username}"})),
    ("unknown condition key", statement("*", "kms:Decrypt", StringEquals={"kms:Nothing": "x"})),
    ("`DateLessThan` on `kms:ValidTo`", statement("*", "kms:Decrypt", DateLessThan={"kms:ValidTo": "next year"})),
    ("BinaryEquals", statement("*", "kms:Decrypt", BinaryEquals={NOTE: "eA=="})),
    ("several values", statement("*", "kms:Decrypt", StringEquals={NAMES: "a"})),
    ("`Action` and `NotAction`", statement("*", "kms:Decrypt") | {"NotAction": "kms:Encrypt"}),
    ("`NotResource`", statement("*", "kms:Decrypt") | {"NotResource": "*"}),
    ("type String", statement("*", "kms:Decrypt", Bool={NOTE: "true"})),
    (
        "IAM policies only",
        statement(
            "*", "kms:Decrypt", effect="Allow", **{"ForAnyValue:StringEquals": {"kms:ResourceAliases": "alias/x"}}
        ),
    ),
    (
        "kinds of values",
        statement(
            "*", "kms:Decrypt", effect="Allow", **{"ForAnyValue:StringLike": {NAMES: [f"*{c}*" for c in "abcdef"]}}
        ),
    ),
)


def name_of(value: object) -> str:
    return value if isinstance(value, str) else ""


@pytest.mark.parametrize(("named", "written"), REFUSED, ids=name_of)
def test_what_is_not_decided_is_refused_by_name(named: str, written: dict[str, Any]) -> None:
    [answer] = prove(policy(written), "aws", [never("may", FOREIGN)])
    assert answer.verdict == "unsupported"
    assert named in answer.reason
