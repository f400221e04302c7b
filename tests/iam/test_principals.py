import re
from collections.abc import Callable

import pytest

from baseline.iam.conditions import Condition
from baseline.iam.policy_error import PolicyError
from baseline.iam.principals import Principal

A = "111111111111"
ROOT = f"arn:aws:iam::{A}:root"
ROLE = f"arn:aws:iam::{A}:role/path/App"
EC2 = "ec2.eu-west-2.amazonaws.com"
IN_ACCOUNT = Condition("StringEquals", "kms:CallerAccount", (A,))
THROUGH_EC2 = Condition("StringEquals", "kms:ViaService", (EC2,))


@pytest.mark.parametrize(
    ("principal", "kind", "ids", "conditions"),
    [
        (Principal.account("aws-cn", A), "AWS", (f"arn:aws-cn:iam::{A}:root",), ()),
        (Principal.through(A, EC2), "AWS", ("*",), (IN_ACCOUNT, THROUGH_EC2)),
        (
            Principal.exactly([ROLE, ROOT, ROLE]),
            "AWS",
            ("*",),
            (Condition("StringEquals", "aws:PrincipalArn", (ROLE, ROOT)), IN_ACCOUNT),
        ),
        (
            Principal.like("aws", A, [f"arn:aws:iam::{A}:role/Admin*"]),
            "AWS",
            (ROOT,),
            (Condition("ArnLike", "aws:PrincipalArn", (f"arn:aws:iam::{A}:role/Admin*",)),),
        ),
        (
            Principal.organization("o-a1b2c3d4e5", EC2),
            "AWS",
            ("*",),
            (Condition("StringEquals", "aws:PrincipalOrgID", ("o-a1b2c3d4e5",)), THROUGH_EC2),
        ),
        (
            Principal.service("events.amazonaws.com", "cloudwatch.amazonaws.com"),
            "Service",
            ("cloudwatch.amazonaws.com", "events.amazonaws.com"),
            (),
        ),
        (Principal.everyone(), "AWS", ("*",), ()),
        (
            Principal.named([f"arn:aws:sts::{A}:assumed-role/App/session", ROOT]),
            "AWS",
            (ROOT, f"arn:aws:sts::{A}:assumed-role/App/session"),
            (),
        ),
    ],
)
def test_each_constructor_writes_the_conditions_that_belong_to_it(
    principal: Principal, kind: str, ids: tuple[str, ...], conditions: tuple[Condition, ...]
) -> None:
    assert (principal.kind, principal.ids, principal.conditions) == (kind, ids, conditions)


@pytest.mark.parametrize(
    ("principal", "everyone", "bounded", "account"),
    [
        (Principal.account("aws", A), False, False, True),
        (Principal.like("aws", A, [f"arn:aws:iam::{A}:role/*"]), False, False, True),
        (Principal.through(A, EC2), True, True, False),
        (Principal.organization("o-a1b2c3d4e5", EC2), True, True, False),
        (Principal.everyone(), True, False, False),
        (Principal.named([ROLE]), False, False, False),
        (Principal.named([ROLE, ROOT]), False, False, False),
        (Principal.named([f"arn:aws:iam::{A}:user/a:root"]), False, False, False),
        (Principal.service("events.amazonaws.com"), False, False, False),
    ],
)
def test_a_principal_knows_how_dangerous_it_is(
    principal: Principal, everyone: bool, bounded: bool, account: bool
) -> None:
    assert (principal.is_everyone, principal.is_bounded, principal.is_account) == (everyone, bounded, account)


@pytest.mark.parametrize(
    "condition",
    [
        Condition("StringEqualsIfExists", "kms:CallerAccount", (A,)),
        Condition("StringLike", "kms:CallerAccount", ("1111*",)),
        Condition("StringNotEquals", "kms:CallerAccount", (A,)),
        Condition("StringEquals", "kms:CallerAccount", (A, "11111111111")),
        Condition("StringLike", "aws:PrincipalOrgID", ("o-*",)),
        Condition("StringEquals", "aws:PrincipalOrgID", ("everybody",)),
        THROUGH_EC2,
        Condition("StringEquals", "aws:PrincipalArn", (ROLE,)),
        Condition("Bool", "aws:PrincipalIsAWSService", ("false",)),
    ],
)
def test_only_fixed_accounts_or_a_fixed_organization_are_a_bound(condition: Condition) -> None:
    assert not Principal("AWS", ("*",), (condition,)).is_bounded


def test_the_account_of_the_principal_is_a_bound_too() -> None:
    assert Principal("AWS", ("*",), (Condition("StringEquals", "aws:PrincipalAccount", (A,)),)).is_bounded


NO_ARN = "it has six parts: arn:partition:service:region:account:resource"
REFUSED: list[tuple[Callable[[], Principal], str]] = [
    (lambda: Principal.named([]), "no principal is named"),
    (lambda: Principal.service(), "no principal is named"),
    (lambda: Principal.named(["*", ROOT]), "`*` stands beside other principals"),
    (
        lambda: Principal.named([f"arn:aws:iam::{A}:role/Admin*"]),
        f"principal `arn:aws:iam::{A}:role/Admin*` has a wildcard; a principal is exact or `*`",
    ),
    (
        lambda: Principal.named(["AROAEXAMPLE1234567890"]),
        "`AROAEXAMPLE1234567890` is the ID of a principal that was deleted; name its ARN",
    ),
    (lambda: Principal.named([A]), f"principal `{A}` is not an ARN; {NO_ARN}"),
    (
        lambda: Principal.named([f"arn:aws:iam::{A}:group/Admins"]),
        f"`arn:aws:iam::{A}:group/Admins` is not the ARN of an account, a user, a role or a session",
    ),
    (
        lambda: Principal.named([f"arn:aws:iam::{A}:group/root"]),
        f"`arn:aws:iam::{A}:group/root` is not the ARN of an account, a user, a role or a session",
    ),
    (
        lambda: Principal.named([f"arn:aws:iam:eu-west-2:{A}:root"]),
        f"`arn:aws:iam:eu-west-2:{A}:root` is not the ARN of an account, a user, a role or a session",
    ),
    (
        lambda: Principal.named(["arn:aws:iam::1111:role/App"]),
        "`arn:aws:iam::1111:role/App` is not the ARN of an account, a user, a role or a session",
    ),
    (
        lambda: Principal.named([f"arn:aws:iam::{A}:role/"]),
        f"`arn:aws:iam::{A}:role/` is not the ARN of an account, a user, a role or a session",
    ),
    (lambda: Principal.exactly([]), "the ARNs of one principal must be of one account, got 0 accounts"),
    (
        lambda: Principal.exactly([ROLE, "arn:aws:iam::222222222222:role/App"]),
        "the ARNs of one principal must be of one account, got 2 accounts",
    ),
    (
        lambda: Principal.exactly([f"arn:aws:sts::{A}:assumed-role/App/s"]),
        f"`arn:aws:sts::{A}:assumed-role/App/s` is a session; name its role",
    ),
    (
        lambda: Principal.exactly([f"arn:aws:iam::{A}:role/*"]),
        f"principal `arn:aws:iam::{A}:role/*` has a wildcard; a principal is exact or `*`",
    ),
    (lambda: Principal.like("aws", A, []), "`ArnLike` on `aws:PrincipalArn` has no value"),
    (
        lambda: Principal.like("aws", A, ["arn:aws:iam::222222222222:role/*"]),
        f"pattern `arn:aws:iam::222222222222:role/*` matches nobody in account `{A}`",
    ),
    (lambda: Principal.through("11111111111", EC2), "`11111111111` is not an account ID; it has twelve digits"),
    (lambda: Principal.account("aws", "*"), "`*` is not an account ID; it has twelve digits"),
    (lambda: Principal.organization("o-*", EC2), "`o-*` is not an organization ID"),
    (lambda: Principal.through(A, "ec2"), "`ec2` is not a service principal, such as `events.amazonaws.com`"),
    (lambda: Principal.service("*"), "`*` is not a service principal, such as `events.amazonaws.com`"),
    (
        lambda: Principal.service("Events.amazonaws.com"),
        "`Events.amazonaws.com` is not a service principal, such as `events.amazonaws.com`",
    ),
]


@pytest.mark.parametrize(("build", "problem"), REFUSED)
def test_a_principal_that_kms_refuses_or_that_means_nobody_is_refused(
    build: Callable[[], Principal], problem: str
) -> None:
    with pytest.raises(PolicyError, match=f"^{re.escape(problem)}$"):
        build()


def test_a_pattern_may_leave_its_account_open_since_the_principal_fixes_it() -> None:
    assert Principal.like("aws", A, ["arn:aws:iam::*:role/Admin"]).ids == (ROOT,)
