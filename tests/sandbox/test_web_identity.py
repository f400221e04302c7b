"""Who comes by a token of an identity provider gets in by its claims, and by nothing else."""

import json
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from baseline.deployer.trust import Identity, caller_trust
from tests.sandbox.conftest import ACCOUNT, DEPLOY_ROLE, Client

ISSUER, AUDIENCE = "hcp.example.com", "aws.workload.identity"
SUBJECT = "organization:example:project:keys:workspace:baseline-data:run_phase:plan"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/runs"


def token(**claims: str) -> str:
    """A token that nobody signed, with these claims in place of the right ones."""
    said = {"iss": f"https://{ISSUER}", "aud": AUDIENCE, "sub": SUBJECT, **claims}
    return ".".join(urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in ({}, said, {}))


@pytest.fixture(scope="module")
def sts(client: Client) -> Iterator[Any]:
    """STS, and a role that lets in runs of one project."""
    iam = client("iam", DEPLOY_ROLE, "us-east-1")
    provider = iam.create_open_id_connect_provider(Url=f"https://{ISSUER}", ClientIDList=[AUDIENCE])
    subjects = ("organization:example:project:keys:workspace:baseline-*:run_phase:*",)
    trust = caller_trust(Identity(ISSUER, AUDIENCE, subjects), provider["OpenIDConnectProviderArn"])
    iam.create_role(RoleName="runs", AssumeRolePolicyDocument=json.dumps(trust))
    yield client("sts")
    iam.delete_role(RoleName="runs")
    iam.delete_open_id_connect_provider(OpenIDConnectProviderArn=provider["OpenIDConnectProviderArn"])


def test_a_run_of_the_project_gets_in(sts: Any) -> None:
    given = sts.assume_role_with_web_identity(RoleArn=ROLE, RoleSessionName="run", WebIdentityToken=token())
    assert given["AssumedRoleUser"]["Arn"] == f"arn:aws:sts::{ACCOUNT}:assumed-role/runs/run"


@pytest.mark.parametrize(
    ("given", "role", "code"),
    [
        (token(sub=SUBJECT.replace(":keys:", ":others:")), ROLE, "AccessDenied"),
        (token(sub=f"x{SUBJECT}"), ROLE, "AccessDenied"),
        (token(), f"{ROLE}-not", "AccessDenied"),
        (token(), DEPLOY_ROLE, "AccessDenied"),
        (token(aud="sts.amazonaws.com"), ROLE, "InvalidIdentityToken"),
        (token(iss="https://other.example.com"), ROLE, "InvalidIdentityToken"),
        (token(), "arn:aws:iam::999999999999:role/runs", "InvalidIdentityToken"),
        ("of-a-job" * 4, ROLE, "InvalidIdentityToken"),
    ],
)
def test_all_others_are_refused_as_aws_does(sts: Any, given: str, role: str, code: str) -> None:
    with pytest.raises(ClientError) as refused:
        sts.assume_role_with_web_identity(RoleArn=role, RoleSessionName="run", WebIdentityToken=given)
    assert refused.value.response["Error"]["Code"] == code
