"""What a seed leaves in the accounts."""

from dataclasses import replace
from typing import Any

import pytest

from baseline.errors import WorldError
from sandbox.seed import AccountSeed, Credentials, seed
from tests import forked
from tests.sandbox.conftest import ACCOUNT, ACCOUNTS, CALLER_ACCOUNT, DEPLOY_ROLE, SSO_ROLE, Client, connect

NEW = "565656565656"


@pytest.fixture
def iam(url: str, credentials: Credentials, client: Client) -> Any:
    """IAM in an account of these tests' own, in which nobody has made anything."""
    account = replace(ACCOUNTS[1], account_id=NEW)
    role = DEPLOY_ROLE.replace(ACCOUNT, NEW)
    seed(url, CALLER_ACCOUNT, [account], [role])
    return client("iam", role)


def test_roles_and_users_are_there_with_their_paths(iam: Any) -> None:
    roles = {role["Arn"].replace(NEW, ACCOUNT) for role in iam.list_roles()["Roles"]}
    assert roles == {DEPLOY_ROLE, SSO_ROLE, f"arn:aws:iam::{ACCOUNT}:role/SecurityAdministrators"}
    assert [user["Arn"] for user in iam.list_users()["Users"]] == [f"arn:aws:iam::{NEW}:user/break/glass"]


def test_every_role_trusts_the_callers_account(iam: Any) -> None:
    for role in iam.list_roles()["Roles"]:
        (statement,) = role["AssumeRolePolicyDocument"]["Statement"]
        assert statement["Principal"] == {"AWS": f"arn:aws:iam::{CALLER_ACCOUNT}:root"}


def test_the_deployment_role_may_do_everything(client: Client) -> None:
    policy = client("iam", DEPLOY_ROLE).get_role_policy(RoleName="kms-baseline-deploy", PolicyName="administrator")
    (statement,) = policy["PolicyDocument"]["Statement"]
    assert (statement["Effect"], statement["Action"], statement["Resource"]) == ("Allow", "*", "*")


def test_seeding_again_adds_and_keeps_the_key(url: str, credentials: Credentials, client: Client) -> None:
    more = AccountSeed("444444444444", "aws", ("role/New",))
    assert seed(url, CALLER_ACCOUNT, [*ACCOUNTS, more], [DEPLOY_ROLE]) == credentials
    assert client("sts", "arn:aws:iam::444444444444:role/New").get_caller_identity()["Account"] == "444444444444"


def test_an_account_has_running_recorders_in_the_regions_that_its_seed_names(
    url: str, credentials: Credentials, client: Client
) -> None:
    role = "arn:aws:iam::666666666666:role/kms-baseline-deploy"
    account = AccountSeed("666666666666", "aws", recorders=("eu-west-2",))
    seed(url, CALLER_ACCOUNT, [account], [role])
    (status,) = client("config", role).describe_configuration_recorder_status()["ConfigurationRecordersStatus"]
    assert status["recording"]
    (recorder,) = client("config", role).describe_configuration_recorders()["ConfigurationRecorders"]
    recording = client("iam", role).get_role(RoleName=recorder["roleARN"].rpartition("/")[2])["Role"]
    assert recording["Arn"] == recorder["roleARN"]
    elsewhere = client("config", role, "us-east-1").describe_configuration_recorders()
    assert elsewhere["ConfigurationRecorders"] == []


def test_seeding_again_leaves_a_recorder_as_it_became(url: str, credentials: Credentials, client: Client) -> None:
    role = "arn:aws:iam::666666666667:role/kms-baseline-deploy"
    account = AccountSeed("666666666667", "aws", recorders=("eu-west-2",))
    seed(url, CALLER_ACCOUNT, [account], [role])
    config = client("config", role)
    (before,) = config.describe_configuration_recorders()["ConfigurationRecorders"]
    keys_only = {"allSupported": False, "resourceTypes": ["AWS::KMS::Key"]}
    config.put_configuration_recorder(ConfigurationRecorder={**before, "recordingGroup": keys_only})
    seed(url, CALLER_ACCOUNT, [account], [role])
    (after,) = config.describe_configuration_recorders()["ConfigurationRecorders"]
    assert after["recordingGroup"]["resourceTypes"] == ["AWS::KMS::Key"]


def test_two_roles_of_one_name_are_refused_as_iam_does(url: str, credentials: Credentials) -> None:
    twice = AccountSeed("555555555555", "aws", ("role/Twice", "role/a/path/Twice"))
    with pytest.raises(WorldError, match="Role with name Twice already exists"):
        seed(url, CALLER_ACCOUNT, [twice], [])


@pytest.mark.parametrize(("partition", "region"), [("aws-cn", "cn-north-1"), ("aws-us-gov", "us-gov-west-1")])
def test_the_other_partitions_have_accounts_of_their_own(partition: str, region: str) -> None:
    role = f"arn:{partition}:iam::{ACCOUNT}:role/kms-baseline-deploy"
    with forked.sandbox() as url:
        key = seed(url, CALLER_ACCOUNT, [AccountSeed(ACCOUNT, partition)], [role])
        sts = connect(url, "sts", region, (key.access_key_id, key.secret_access_key, None))
        assert sts.get_caller_identity()["Arn"].startswith(f"arn:{partition}:iam::{CALLER_ACCOUNT}:user/")
        session = sts.assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
        token = (session["AccessKeyId"], session["SecretAccessKey"], session["SessionToken"])
        arn = connect(url, "kms", region, token).create_key()["KeyMetadata"]["Arn"]
    assert arn.startswith(f"arn:{partition}:kms:{region}:{ACCOUNT}:key/")


def test_a_secret_is_not_printed_with_its_key() -> None:
    assert "hidden" not in repr(Credentials("AKIAQAAAAAAAAAAAAAAA", "hidden"))
