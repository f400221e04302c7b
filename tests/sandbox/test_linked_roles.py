"""Roles that services make for themselves: whoever needs one first must be allowed to let them."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from baseline.features.runbook import encrypting_runbook
from sandbox.seed import AccountSeed, seed
from tests.sandbox.conftest import connect, policy
from tests.sandbox.refusals import refusal

ACCOUNT = "121212121212"
REGION = "eu-west-2"
ROLE = "deploys"
BACKUP, CLOUDTRAIL, CONFIG = "backup.amazonaws.com", "cloudtrail.amazonaws.com", "remediation.config.amazonaws.com"
LINKED_ROLES = {
    service: f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/{service}/{name}"
    for service, name in [
        (BACKUP, "AWSServiceRoleForBackup"),
        (CLOUDTRAIL, "AWSServiceRoleForCloudTrail"),
        (CONFIG, "AWSServiceRoleForConfigRemediation"),
    ]
}
Clients = Callable[[str], Any]


@pytest.fixture(scope="module")
def owner(url: str) -> Iterator[Clients]:
    """Clients of an account that manages an organization, by its only user, whose policies nobody knows."""
    key = seed(url, ACCOUNT, [AccountSeed(ACCOUNT, "aws", manages="o-1212121212")], [])
    yield lambda service: connect(url, service, REGION, (key.access_key_id, key.secret_access_key, None))
    seed(url, ACCOUNT, [AccountSeed(ACCOUNT, "aws")], [])


@pytest.fixture
def deployer(url: str, owner: Clients) -> Iterator[Callable[..., Clients]]:
    """Clients as a role that may do this and no more."""
    iam = owner("iam")
    iam.create_role(RoleName=ROLE, AssumeRolePolicyDocument=_trust("AWS", f"arn:aws:iam::{ACCOUNT}:root"))

    def make(*statements: dict[str, Any]) -> Clients:
        iam.put_role_policy(RoleName=ROLE, PolicyName="may", PolicyDocument=policy(*statements))
        arn = f"arn:aws:iam::{ACCOUNT}:role/{ROLE}"
        key = owner("sts").assume_role(RoleArn=arn, RoleSessionName="test")["Credentials"]
        session = key["AccessKeyId"], key["SecretAccessKey"], key["SessionToken"]
        return lambda service: connect(url, service, REGION, session)

    yield make
    iam.delete_role_policy(RoleName=ROLE, PolicyName="may")
    iam.delete_role(RoleName=ROLE)


@pytest.fixture(scope="module")
def selecting(owner: Clients) -> Callable[[Clients], None]:
    """Lists what is backed up."""
    owner("iam").create_role(RoleName="backs-up", AssumeRolePolicyDocument=_trust("Service", BACKUP))
    may = {"Effect": "Allow", "Action": "tag:GetResources", "Resource": "*"}
    owner("iam").put_role_policy(RoleName="backs-up", PolicyName="may", PolicyDocument=policy(may))
    rule = {"RuleName": "daily", "TargetBackupVaultName": "vault"}
    plan = owner("backup").create_backup_plan(BackupPlan={"BackupPlanName": "daily", "Rules": [rule]})
    selection = {"SelectionName": "all", "IamRoleArn": f"arn:aws:iam::{ACCOUNT}:role/backs-up"}
    arguments = {"BackupPlanId": plan["BackupPlanId"], "BackupSelection": selection}
    return lambda clients: clients("backup").create_backup_selection(**arguments)


@pytest.fixture(scope="module")
def trailing(owner: Clients) -> Callable[[Clients], None]:
    """Makes the trail of the organization."""
    owner("s3").create_bucket(Bucket="trails-of-7", CreateBucketConfiguration={"LocationConstraint": REGION})
    may = {"Effect": "Allow", "Principal": {"Service": CLOUDTRAIL}, "Action": ["s3:GetBucketAcl", "s3:PutObject"]}
    where = ["arn:aws:s3:::trails-of-7", "arn:aws:s3:::trails-of-7/*"]
    owner("s3").put_bucket_policy(Bucket="trails-of-7", Policy=policy({**may, "Resource": where}))
    arguments = {"Name": "all", "S3BucketName": "trails-of-7", "IsOrganizationTrail": True}
    return lambda clients: clients("cloudtrail").create_trail(**arguments)


@pytest.fixture(scope="module")
def remediating(owner: Clients) -> Callable[..., None]:
    """Remediates what a rule finds, by default at once."""
    config = owner("config")
    recorder = {"name": "default", "roleARN": f"arn:aws:iam::{ACCOUNT}:role/records"}
    config.put_configuration_recorder(ConfigurationRecorder=recorder)
    source = {"Owner": "AWS", "SourceIdentifier": "CLOUDWATCH_LOG_GROUP_ENCRYPTED"}
    config.put_config_rule(ConfigRule={"ConfigRuleName": "rule", "Source": source})
    owner("ssm").create_document(Name="encrypt", Content=encrypting_runbook(()), DocumentType="Automation")
    static = {name: {"StaticValue": {"Values": ["x"]}} for name in ("AutomationAssumeRole", "KmsKeyArn")}
    group = {"LogGroup": {"ResourceValue": {"Value": "RESOURCE_ID"}}}
    wanted = {"ConfigRuleName": "rule", "TargetType": "SSM_DOCUMENT", "TargetId": "encrypt"}
    retries = {"MaximumAutomaticAttempts": 5, "RetryAttemptSeconds": 60}

    def put(clients: Clients, automatic: bool = True) -> None:
        configuration = {**wanted, **retries, "Parameters": static | group, "Automatic": automatic}
        clients("config").put_remediation_configurations(RemediationConfigurations=[configuration])

    return put


def _trust(kind: str, who: str) -> str:
    return policy({"Effect": "Allow", "Principal": {kind: who}, "Action": "sts:AssumeRole"})


def _linked(service: str) -> dict[str, Any]:
    condition = {"StringEquals": {"iam:AWSServiceName": service}}
    return {"Effect": "Allow", "Action": "iam:CreateServiceLinkedRole", "Resource": "*", "Condition": condition}


def _linked_roles(owner: Clients) -> set[str]:
    return {role["Arn"] for role in owner("iam").list_roles(PathPrefix="/aws-service-role/")["Roles"]}


@pytest.mark.parametrize(
    ("service", "first_need", "code"),
    [
        (BACKUP, "selecting", "AccessDeniedException"),
        (CLOUDTRAIL, "trailing", "InsufficientDependencyServiceAccessPermissionException"),
        (CONFIG, "remediating", "InsufficientPermissionsException"),
    ],
)
def test_whoever_needs_a_services_role_first_may_let_it_be_made(
    owner: Clients, deployer: Any, request: pytest.FixtureRequest, service: str, first_need: str, code: str
) -> None:
    use: Callable[[Clients], None] = request.getfixturevalue(first_need)
    arn, action = LINKED_ROLES[service], "iam:CreateServiceLinkedRole"
    session = f"arn:aws:sts::{ACCOUNT}:assumed-role/{ROLE}/test"
    message = (
        f"User: {session} is not authorized to perform: {action} on resource: {arn} because no identity-based policy "
        f"allows the {action} action"
    )
    for may in ({"Effect": "Allow", "Action": "backup:*", "Resource": "*"}, _linked("ecs.amazonaws.com")):
        assert refusal(use, clients=deployer(may)) == (code, message)
        assert arn not in _linked_roles(owner)
    use(deployer(_linked(service)))
    assert arn in _linked_roles(owner)


def test_a_role_that_is_there_is_not_made_again(owner: Clients, deployer: Any, remediating: Any) -> None:
    remediating(owner)
    assert LINKED_ROLES[CONFIG] in _linked_roles(owner)
    remediating(deployer({"Effect": "Allow", "Action": "config:*", "Resource": "*"}))


def test_a_remediation_by_hand_needs_no_role_of_configs(owner: Clients, deployer: Any, remediating: Any) -> None:
    remediating(owner)
    owner("iam").delete_service_linked_role(RoleName=LINKED_ROLES[CONFIG].rpartition("/")[2])
    remediating(deployer({"Effect": "Allow", "Action": "config:*", "Resource": "*"}), automatic=False)
    assert LINKED_ROLES[CONFIG] not in _linked_roles(owner)
