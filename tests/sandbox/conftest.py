"""One sandbox for all of these tests; what a test creates is its own."""

import functools
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import boto3
import pytest
from botocore.config import Config

from sandbox.pages import ask
from sandbox.seed import AccountSeed, Credentials, seed
from tests import forked

CALLER_ACCOUNT = "111111111111"
ACCOUNT = "222222222222"
DEPLOY_ROLE = f"arn:aws:iam::{ACCOUNT}:role/kms-baseline-deploy"
SSO_ROLE = f"arn:aws:iam::{ACCOUNT}:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0123456789abcdef"
REGION = "eu-west-2"
ROLES = ("role/SecurityAdministrators", SSO_ROLE.split(":")[5])
ACCOUNTS = (AccountSeed(CALLER_ACCOUNT, "aws"), AccountSeed(ACCOUNT, "aws", ROLES, ("user/break/glass",)))

Client = Callable[..., Any]
MakeRole = Callable[..., str]

SESSION = boto3.Session()
"""One for all clients: it remembers the descriptions of the services."""


@pytest.fixture(scope="session")
def url() -> Iterator[str]:
    """The address of the sandbox."""
    with forked.sandbox() as url:
        yield url


@pytest.fixture(scope="session")
def credentials(url: str) -> Credentials:
    """The caller's access key."""
    return seed(url, CALLER_ACCOUNT, ACCOUNTS, [DEPLOY_ROLE])


@pytest.fixture(scope="session")
def client(url: str, credentials: Credentials) -> Client:
    """`client(service)` calls as the caller; `role=ARN` as a session of that role."""

    def make(service: str, role: str = "", region: str = REGION) -> Any:
        # A role that a test makes may be another one of the same name in the next test.
        return (lasting if role in ("", DEPLOY_ROLE) else new)(service, role, region)

    def new(service: str, role: str, region: str) -> Any:
        key = credentials.access_key_id, credentials.secret_access_key, None
        if role:
            answer = connect(url, "sts", region, key).assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
            key = answer["AccessKeyId"], answer["SecretAccessKey"], answer["SessionToken"]
        return connect(url, service, region, key)

    lasting = functools.cache(new)
    return make


def connect(url: str, service: str, region: str, key: tuple[str, str, str | None]) -> Any:
    """A client of one service that tries once and leaves all judging to the sandbox."""
    return SESSION.client(
        service,
        endpoint_url=url,
        region_name=region,
        aws_access_key_id=key[0],
        aws_secret_access_key=key[1],
        aws_session_token=key[2],
        config=Config(retries={"total_max_attempts": 1}, parameter_validation=False),
    )


@pytest.fixture(scope="session")
def kms(client: Client) -> Any:
    """KMS in the second account, called by its deployment role."""
    return client("kms", DEPLOY_ROLE)


@pytest.fixture
def key(kms: Any) -> str:
    """The ARN of a key of the test's own, with KMS's default policy."""
    return str(kms.create_key()["KeyMetadata"]["Arn"])


@pytest.fixture
def role_for(client: Client) -> Iterator[MakeRole]:
    """`role_for(principal, name)` makes a role that trusts a principal, and is its ARN."""
    iam, names = client("iam", DEPLOY_ROLE, "us-east-1"), []

    def make(principal: object, name: str, **more: object) -> str:
        trust = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", **more}
        text = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
        arn = str(iam.create_role(RoleName=name, AssumeRolePolicyDocument=text)["Role"]["Arn"])
        names.append(name)
        return arn

    yield make
    for name in names:
        for policy in iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]:
            iam.detach_role_policy(RoleName=name, PolicyArn=policy["PolicyArn"])
        iam.delete_role(RoleName=name)


@pytest.fixture
def attach(client: Client) -> Callable[..., None]:
    """Attaches policies of AWS, by their paths and names, to the role of an ARN."""
    iam = client("iam", DEPLOY_ROLE, "us-east-1")

    def attach(role: str, *policies: str) -> None:
        for policy in policies:
            iam.attach_role_policy(RoleName=role.rpartition("/")[2], PolicyArn=f"arn:aws:iam::aws:policy/{policy}")

    return attach


@pytest.fixture
def last_call(url: str) -> Callable[[], dict[str, Any]]:
    """The journal's newest entry."""
    return lambda: dict(ask(url, "GET", "/sandbox/calls")[-1])


def statement(sid: str, principal: object, actions: object, **more: object) -> dict[str, object]:
    """A statement that allows, about the key itself."""
    return {"Sid": sid, "Effect": "Allow", "Principal": principal, "Action": actions, "Resource": "*", **more}


ROOT = statement("AccountManagesTheKey", {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, ["kms:PutKeyPolicy", "kms:Get*"])
"""A statement of the account's that passes the lockout check and gives no use."""


def policy(*statements: Mapping[str, object]) -> str:
    """A key policy as its text."""
    return json.dumps({"Version": "2012-10-17", "Statement": statements})
