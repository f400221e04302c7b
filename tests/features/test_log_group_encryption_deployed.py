"""Log groups that others made, deployed: found and encrypted with the key of their region. The tests follow each other."""

from collections.abc import Iterator

import pytest
from botocore.exceptions import ClientError

from sandbox.pages import ask
from tests.features.deployed import IDS, PLACES, Deployment, deployment
from tests.features.synthesis import TWO_BY_TWO

CLEAR, EXCLUDED, OTHER = "/app/clear", "aws-controltower/CloudTrailLogs", "/app/other-key"
RULE = "baseline-log-group-encryption"
DOCUMENT = "baseline-encrypt-log-group"
REGIONS = ("eu-west-2", "us-east-1")

# One account has a recorder, the other gets one.
ON = (
    TWO_BY_TWO.replace('"033333333333"', '"033333333333", features: {log_group_encryption: {recorder: managed}}')
    + "features: {log_group_encryption: {remediation: automatic}}\n"
)
# In the one account other keys are replaced from now on, in the other the feature is switched off.
CHANGED = ON.replace("{recorder: managed}", "false").replace(
    "automatic", 'automatic, replace_other_keys: true, exclude: ["aws-controltower/*"]'
)


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    with deployment(ON, tmp_path_factory) as running:
        yield running


def evaluate(deployed: Deployment, group: str, account: str, region: str) -> tuple[str, str, str]:
    """What AWS Config finds of a log group, what it does about it, and what is said of that."""
    where = f'{{"account_id": "{IDS[account]}", "region": "{region}"}}'
    found = ask(deployed.aws.url, "POST", "/sandbox/evaluate", where)
    (one,) = [each for each in found if each["group"] == group]
    return one["compliance"], one["remediation"], one["message"]


def key_of(deployed: Deployment, group: str, account: str, region: str) -> str | None:
    logs = deployed.client("logs", account, region)
    key: str | None = logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"][0].get("kmsKeyId")
    return key


def another_key(deployed: Deployment, account: str, region: str) -> str:
    """A key that log groups may have, and that is not ours."""
    kms = deployed.client("kms", account, region)
    ours = kms.get_key_policy(KeyId=deployed.key_arn(account, region, "logs"), PolicyName="default")
    return str(kms.create_key(Policy=ours["Policy"])["KeyMetadata"]["Arn"])


def test_it_is_deployed(deployed: Deployment) -> None:
    """That the next plan is empty the demo shows, in more accounts."""
    done = deployed.deploy(ON)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(("account", "region"), PLACES)
def test_a_log_group_in_the_clear_gets_the_logs_key_of_its_region(
    deployed: Deployment, account: str, region: str
) -> None:
    place = (account, region)
    deployed.client("logs", *place).create_log_group(logGroupName=CLEAR)
    assert evaluate(deployed, CLEAR, *place) == ("NON_COMPLIANT", "SUCCEEDED", "")
    assert key_of(deployed, CLEAR, *place) == deployed.key_arn(*place, "logs")
    assert evaluate(deployed, CLEAR, *place) == ("COMPLIANT", "", "")


@pytest.mark.parametrize(("account", "region"), PLACES)
def test_an_excluded_log_group_is_left_as_it_is(deployed: Deployment, account: str, region: str) -> None:
    place = (account, region)
    deployed.client("logs", *place).create_log_group(logGroupName=EXCLUDED)
    assert evaluate(deployed, EXCLUDED, *place) == ("NON_COMPLIANT", "SUCCEEDED", "")
    assert key_of(deployed, EXCLUDED, *place) is None


@pytest.mark.parametrize(("account", "region"), PLACES)
def test_a_log_group_with_another_key_keeps_it(deployed: Deployment, account: str, region: str) -> None:
    place = (account, region)
    other = another_key(deployed, *place)
    deployed.client("logs", *place).create_log_group(logGroupName=OTHER, kmsKeyId=other)
    assert evaluate(deployed, OTHER, *place) == ("COMPLIANT", "", "")
    assert key_of(deployed, OTHER, *place) == other


def test_a_key_that_refuses_cloudwatch_logs_makes_the_remediation_fail_in_its_words(deployed: Deployment) -> None:
    place = ("data", "us-east-1")
    kms, key = deployed.client("kms", *place), deployed.key_arn(*place, "logs")
    policy = kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"]
    kms.put_key_policy(KeyId=key, PolicyName="default", Policy=policy.replace("logs.us-east-1", "logs.us-west-2"))
    deployed.client("logs", *place).create_log_group(logGroupName="/app/refused")
    compliance, remediation, message = evaluate(deployed, "/app/refused", *place)
    assert (compliance, remediation) == ("NON_COMPLIANT", "FAILED")
    assert "(AccessDeniedException) when calling the AssociateKmsKey operation: The specified KMS key" in message
    assert key_of(deployed, "/app/refused", *place) is None


def test_changed_in_one_account_and_switched_off_in_the_other(deployed: Deployment) -> None:
    done = deployed.deploy(CHANGED)
    assert done.returncode == 0, done.stderr
    # The key whose policy was broken is mended along the way.
    assert [line.split() for line in done.stdout.splitlines()[1:3]] == [
        ["data", "0", "1", "0", "10", "24"],
        ["payer", "0", "6", "0", "0", "0"],
    ]


@pytest.mark.parametrize("region", REGIONS)
def test_the_runbook_has_a_new_version_and_that_is_what_remediates(deployed: Deployment, region: str) -> None:
    config = deployed.client("config", "payer", region)
    (configured,) = config.describe_remediation_configurations(ConfigRuleNames=[RULE])["RemediationConfigurations"]
    assert (configured["TargetId"], configured["TargetVersion"]) == (DOCUMENT, "2")
    assert configured["ResourceType"] == "AWS::Logs::LogGroup"


@pytest.mark.parametrize("region", REGIONS)
def test_other_keys_are_replaced_where_that_is_wanted(deployed: Deployment, region: str) -> None:
    place = ("payer", region)
    assert evaluate(deployed, OTHER, *place) == ("NON_COMPLIANT", "SUCCEEDED", "")
    assert key_of(deployed, OTHER, *place) == deployed.key_arn(*place, "logs")
    assert evaluate(deployed, OTHER, *place) == ("COMPLIANT", "", "")
    assert key_of(deployed, EXCLUDED, *place) is None


@pytest.mark.parametrize("region", REGIONS)
def test_switched_off_what_finds_and_remediates_goes_and_log_groups_keep_their_keys(
    deployed: Deployment, region: str
) -> None:
    place = ("data", region)
    assert deployed.client("config", *place).describe_config_rules()["ConfigRules"] == []
    with pytest.raises(ClientError) as caught:
        deployed.client("ssm", *place).describe_document(Name=DOCUMENT)
    assert caught.value.response["Error"]["Code"] == "InvalidDocument"
    roles = {role["RoleName"] for role in deployed.client("iam", *place).list_roles()["Roles"]}
    assert f"{RULE}-{region}" not in roles
    assert key_of(deployed, CLEAR, *place) == deployed.key_arn(*place, "logs")


@pytest.mark.parametrize("region", REGIONS)
def test_switched_off_the_recorder_records_on_into_its_bucket(deployed: Deployment, region: str) -> None:
    config = deployed.client("config", "data", region)
    (recorder,) = config.describe_configuration_recorders()["ConfigurationRecorders"]
    assert recorder["recordingGroup"]["resourceTypes"] == ["AWS::KMS::Key"]
    assert recorder["roleARN"] == f"arn:aws:iam::033333333333:role/baseline-config-recorder-{region}"
    assert config.describe_configuration_recorder_status()["ConfigurationRecordersStatus"][0]["recording"] is True
    (channel,) = config.describe_delivery_channels()["DeliveryChannels"]
    s3, bucket = deployed.client("s3", "data", region), channel["s3BucketName"]
    assert bucket == f"baseline-config-033333333333-{region}"
    assert set(s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"].values()) == {True}
    assert s3.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
    assert "ConfigDelivers" in s3.get_bucket_policy(Bucket=bucket)["Policy"]
