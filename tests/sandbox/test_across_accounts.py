"""What the embedded KMS honours of a key policy for principals of other accounts, as KMS does.

https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-modifying-external-accounts.html
"""

import pytest

from baseline.iam.request import IamCaller, Request
from sandbox.extensions.key_policies import denial
from tests.prover.published import A, B, policy, statement

ADMIN = f"arn:aws:iam::{B}:role/Admin"
KEY = f"arn:aws:kms:eu-west-2:{A}:key/12345678-1234-1234-1234-123456789012"


@pytest.mark.parametrize(
    ("owner", "action", "is_refused"),
    [
        (A, "kms:PutKeyPolicy", True),
        (A, "kms:Decrypt", False),
        (A, "kms:CreateGrant", False),
        (B, "kms:PutKeyPolicy", False),
    ],
)
def test_management_is_for_principals_of_the_keys_account(owner: str, action: str, is_refused: bool) -> None:
    everything = policy(statement({"AWS": ADMIN}, "kms:*"))
    refused = denial(KEY.replace(A, owner), everything, Request(IamCaller(ADMIN), action))
    assert (refused is not None) == is_refused
    if refused:
        assert refused[1] == ("KMS honours the action for principals of the key's own account alone",)
