"""Who the caller is, in which account, and whom it may become."""

from typing import Any

import pytest

from tests.sandbox.conftest import (
    ACCOUNT,
    CALLER_ACCOUNT,
    DEPLOY_ROLE,
    ROOT,
    SSO_ROLE,
    Client,
    connect,
    policy,
    statement,
)
from tests.sandbox.refusals import refusal, status

NOBODY = ("AKIAQAAAAAAAAAAAAAAA", "nothing", None)


def test_the_callers_own_key_acts_in_the_callers_account(client: Client) -> None:
    identity = client("sts").get_caller_identity()
    assert (identity["Account"], identity["Arn"].split(":")[4:]) == (
        CALLER_ACCOUNT,
        [CALLER_ACCOUNT, "user/kms-baseline-caller"],
    )


@pytest.mark.parametrize("role", [DEPLOY_ROLE, SSO_ROLE])
def test_a_session_acts_in_the_account_of_its_role(client: Client, role: str) -> None:
    identity = client("sts", role).get_caller_identity()
    name = role.rpartition("/")[2]
    assert identity["Arn"] == f"arn:aws:sts::{ACCOUNT}:assumed-role/{name}/test"
    assert client("kms", role).create_key()["KeyMetadata"]["AWSAccountId"] == ACCOUNT


@pytest.mark.parametrize(
    "role",
    [
        f"arn:aws:iam::{ACCOUNT}:role/Nobody",
        "arn:aws:iam::999999999999:role/kms-baseline-deploy",
        SSO_ROLE.replace("aws-reserved/sso.amazonaws.com/", ""),
        "not-an-arn-of-anything",
    ],
)
def test_a_role_that_does_not_exist_cannot_be_assumed(client: Client, role: str) -> None:
    user = f"arn:aws:iam::{CALLER_ACCOUNT}:user/kms-baseline-caller"
    expected = ("AccessDenied", f"User: {user} is not authorized to perform: sts:AssumeRole on resource: {role}")
    assert refusal(client("sts").assume_role, RoleArn=role, RoleSessionName="test") == expected
    assert status(client("sts").assume_role, RoleArn=role, RoleSessionName="test") == 403


def test_asking_for_a_strangers_role_does_not_make_the_account_ours(client: Client, kms: Any) -> None:
    stranger = "arn:aws:iam::888888888888:role/Stranger"
    refusal(client("sts").assume_role, RoleArn=stranger, RoleSessionName="test")
    kms.create_key(Policy=policy(ROOT, statement("Guest", {"AWS": stranger}, "kms:Decrypt")))


TRUST = (
    '{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Principal": {principal},'
    ' "Action": "sts:AssumeRole"{condition}}}]}}'
)


@pytest.fixture
def role_that_trusts(client: Client, request: pytest.FixtureRequest) -> Any:
    """Makes a role of the caller's account with such a trust policy, and takes it away again."""
    iam = client("iam")
    made: list[str] = []

    def make(principal: str, condition: str = "") -> str:
        made.append(f"trusting-{len(made)}")
        trust = TRUST.format(principal=principal, condition=condition)
        return str(iam.create_role(RoleName=made[-1], AssumeRolePolicyDocument=trust)["Role"]["Arn"])

    yield make
    for name in made:
        iam.delete_role(RoleName=name)


def test_a_role_is_assumed_only_by_whom_it_trusts(client: Client, role_that_trusts: Any) -> None:
    sts = client("sts")
    for_us = role_that_trusts(f'{{"AWS": "arn:aws:iam::{CALLER_ACCOUNT}:user/kms-baseline-caller"}}')
    for_others = role_that_trusts(f'{{"AWS": "arn:aws:iam::{ACCOUNT}:root"}}')
    for_a_service = role_that_trusts('{"Service": "ssm.amazonaws.com"}')
    sts.assume_role(RoleArn=for_us, RoleSessionName="test")
    for role in (for_others, for_a_service):
        assert refusal(sts.assume_role, RoleArn=role, RoleSessionName="test")[0] == "AccessDenied"


def test_a_role_that_asks_for_an_external_id_gets_it(client: Client, role_that_trusts: Any) -> None:
    sts, everyone = client("sts"), '{"AWS": "*"}'
    asking = role_that_trusts(everyone, ', "Condition": {"StringEquals": {"sts:ExternalId": "secret"}}')
    odd = role_that_trusts(everyone, ', "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}')
    sts.assume_role(RoleArn=asking, RoleSessionName="test", ExternalId="secret")
    for role, given in ((asking, {}), (asking, {"ExternalId": "wrong"}), (odd, {})):
        assert refusal(sts.assume_role, RoleArn=role, RoleSessionName="test", **given)[0] == "AccessDenied"


def test_an_access_key_that_nobody_gave_out_is_nobody(url: str) -> None:
    sts, kms = (connect(url, service, "eu-west-2", NOBODY) for service in ("sts", "kms"))
    invalid = "The security token included in the request is invalid."
    assert refusal(sts.get_caller_identity) == ("InvalidClientTokenId", invalid)
    assert refusal(kms.create_key) == ("UnrecognizedClientException", invalid)
