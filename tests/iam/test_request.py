import re
from collections.abc import Callable

import pytest

from baseline.iam.policy_error import PolicyError
from baseline.iam.request import IamCaller, Request, ServiceCaller

A = "111111111111"
ROLE = f"arn:aws:iam::{A}:role/teams/App"
SESSION = f"arn:aws:sts::{A}:assumed-role/App/s1"
EVENTS = ServiceCaller("events.amazonaws.com")


@pytest.mark.parametrize(
    ("caller", "principal_arn", "session_arn"),
    [
        (IamCaller(ROLE), ROLE, ""),
        (IamCaller(ROLE, "s1"), ROLE, SESSION),
        (IamCaller(SESSION), f"arn:aws:iam::{A}:role/App", SESSION),
        (IamCaller(f"arn:aws:iam::{A}:user/Ada"), f"arn:aws:iam::{A}:user/Ada", ""),
        (IamCaller(f"arn:aws-cn:iam::{A}:root"), f"arn:aws-cn:iam::{A}:root", ""),
    ],
)
def test_a_session_shows_its_role_as_principal(caller: IamCaller, principal_arn: str, session_arn: str) -> None:
    assert (caller.principal_arn, caller.session_arn, caller.account_id) == (principal_arn, session_arn, A)


REFUSED: list[tuple[Callable[[], object], str]] = [
    (lambda: IamCaller("App"), "`App` is not an ARN; it has six parts: arn:partition:service:region:account:resource"),
    *(
        (lambda arn=arn: IamCaller(arn), f"`{arn}` is not the ARN of a root user, a user, a role or a session")
        for arn in (
            f"arn:aws:iam::{A}:group/Admins",
            f"arn:aws:iam::{A}:role/",
            f"arn:aws:sts::{A}:assumed-role/App",
            f"arn:aws:sts::{A}:federated-user/Ada/x",
            "arn:aws:iam::aws:role/App",
        )
    ),
    (
        lambda: IamCaller(f"arn:aws:iam::{A}:user/Ada", "s1"),
        f"`arn:aws:iam::{A}:user/Ada` is not a role, so it has no session `s1`",
    ),
    (lambda: Request(EVENTS, "Decrypt"), "`Decrypt` is not one action, such as `kms:Decrypt`"),
    (lambda: Request(EVENTS, "kms:*"), "`kms:*` is not one action, such as `kms:Decrypt`"),
    (
        lambda: Request(EVENTS, "kms:Decrypt", {"aws:Via": "a", "AWS:via": "b"}),
        "the context has a key twice, in different letter case",
    ),
    (
        lambda: Request(EVENTS, "kms:Decrypt", {"aws:principalisawsservice": "true"}),
        "`aws:PrincipalIsAWSService` follows from the caller; leave it out of the context",
    ),
    *(
        (
            lambda key=key: Request(IamCaller(ROLE), "kms:Decrypt", {key: "x"}),
            f"`{key}` follows from the caller; leave it out of the context",
        )
        for key in ("kms:CallerAccount", "aws:PrincipalAccount", "aws:PrincipalArn", "aws:PrincipalIsAWSService")
    ),
]


@pytest.mark.parametrize(("build", "problem"), REFUSED)
def test_a_request_that_cannot_be_is_refused(build: Callable[[], object], problem: str) -> None:
    with pytest.raises(PolicyError, match=f"^{re.escape(problem)}$"):
        build()


def test_what_aws_does_not_say_of_a_service_may_be_assumed() -> None:
    request = Request(EVENTS, "kms:Decrypt", {"kms:CallerAccount": A})
    assert dict(request.values()) == {
        "kms:calleraccount": (A,),
        "aws:principalisawsservice": ("true",),
        "aws:principalservicename": ("events.amazonaws.com",),
    }


def test_an_empty_list_is_an_absent_key() -> None:
    assert "kms:encryptioncontextkeys" not in Request(EVENTS, "kms:Decrypt", {"kms:EncryptionContextKeys": ()}).values()
