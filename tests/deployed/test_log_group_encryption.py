"""Log groups that others made, deployed: found and encrypted with the key of their region."""

import pytest
from botocore.exceptions import ClientError

from sandbox.pages import ask
from tests.deployed.deployment import IDS, PLACES, REGIONS, Deployment

CLEAR, EXCLUDED, OTHER = "/app/clear", "aws-controltower/CloudTrailLogs", "/app/other-key"
RULE = "baseline-log-group-encryption"
DOCUMENT = "baseline-encrypt-log-group"


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
    made = deployed.client("kms", account, region).create_key(Policy=deployed.key_policy(account, region, "logs"))
    return str(made["KeyMetadata"]["Arn"])


@pytest.mark.parametrize(("account", "region"), PLACES)
def test_a_log_group_in_the_clear_gets_the_logs_key_of_its_region(
    switched_on: Deployment, account: str, region: str
) -> None:
    place = (account, region)
    switched_on.client("logs", *place).create_log_group(logGroupName=CLEAR)
    assert evaluate(switched_on, CLEAR, *place) == ("NON_COMPLIANT", "SUCCEEDED", "")
    assert key_of(switched_on, CLEAR, *place) == switched_on.key_arn(*place, "logs")
    assert evaluate(switched_on, CLEAR, *place) == ("COMPLIANT", "", "")


@pytest.mark.parametrize(("account", "region"), PLACES)
def test_an_excluded_log_group_is_left_as_it_is(switched_on: Deployment, account: str, region: str) -> None:
    place = (account, region)
    switched_on.client("logs", *place).create_log_group(logGroupName=EXCLUDED)
    assert evaluate(switched_on, EXCLUDED, *place) == ("NON_COMPLIANT", "SUCCEEDED", "")
    assert key_of(switched_on, EXCLUDED, *place) is None


@pytest.mark.parametrize(("account", "region"), PLACES)
def test_a_log_group_with_another_key_keeps_it(switched_on: Deployment, account: str, region: str) -> None:
    place = (account, region)
    other = another_key(switched_on, *place)
    switched_on.client("logs", *place).create_log_group(logGroupName=OTHER, kmsKeyId=other)
    assert evaluate(switched_on, OTHER, *place) == ("COMPLIANT", "", "")
    assert key_of(switched_on, OTHER, *place) == other


def test_a_key_that_refuses_cloudwatch_logs_makes_the_remediation_fail_in_its_words(switched_on: Deployment) -> None:
    place = ("data", "us-east-1")
    policy = switched_on.key_policy(*place, "logs").replace("logs.us-east-1", "logs.us-west-2")
    switched_on.client("logs", *place).create_log_group(logGroupName="/app/refused")
    with switched_on.policy(*place, "logs", policy):
        compliance, remediation, message = evaluate(switched_on, "/app/refused", *place)
    assert (compliance, remediation) == ("NON_COMPLIANT", "FAILED")
    assert "(AccessDeniedException) when calling the AssociateKmsKey operation: The specified KMS key" in message
    assert key_of(switched_on, "/app/refused", *place) is None


@pytest.mark.parametrize("region", REGIONS)
def test_the_runbook_has_a_new_version_and_that_is_what_remediates(changed: Deployment, region: str) -> None:
    config = changed.client("config", "payer", region)
    (configured,) = config.describe_remediation_configurations(ConfigRuleNames=[RULE])["RemediationConfigurations"]
    assert (configured["TargetId"], configured["TargetVersion"]) == (DOCUMENT, "2")
    assert configured["ResourceType"] == "AWS::Logs::LogGroup"


@pytest.mark.parametrize("region", REGIONS)
def test_other_keys_are_replaced_where_that_is_wanted(changed: Deployment, region: str) -> None:
    place = ("payer", region)
    assert evaluate(changed, OTHER, *place) == ("NON_COMPLIANT", "SUCCEEDED", "")
    assert key_of(changed, OTHER, *place) == changed.key_arn(*place, "logs")
    assert evaluate(changed, OTHER, *place) == ("COMPLIANT", "", "")
    assert key_of(changed, EXCLUDED, *place) is None


@pytest.mark.parametrize("region", REGIONS)
def test_switched_off_what_finds_and_remediates_goes_and_log_groups_keep_their_keys(
    changed: Deployment, region: str
) -> None:
    place = ("data", region)
    assert changed.client("config", *place).describe_config_rules()["ConfigRules"] == []
    with pytest.raises(ClientError) as caught:
        changed.client("ssm", *place).describe_document(Name=DOCUMENT)
    assert caught.value.response["Error"]["Code"] == "InvalidDocument"
    roles = {role["RoleName"] for role in changed.client("iam", *place).list_roles()["Roles"]}
    assert f"{RULE}-{region}" not in roles
    assert key_of(changed, CLEAR, *place) == changed.key_arn(*place, "logs")


@pytest.mark.parametrize("region", REGIONS)
def test_switched_off_the_recorder_stays_with_its_bucket_and_was_never_started(
    changed: Deployment, region: str
) -> None:
    config = changed.client("config", "data", region)
    (recorder,) = config.describe_configuration_recorders()["ConfigurationRecorders"]
    assert recorder["recordingGroup"]["resourceTypes"] == ["AWS::KMS::Key"]
    assert recorder["roleARN"] == f"arn:aws:iam::033333333333:role/baseline-config-recorder-{region}"
    assert config.describe_configuration_recorder_status()["ConfigurationRecordersStatus"][0]["recording"] is False
    (channel,) = config.describe_delivery_channels()["DeliveryChannels"]
    s3, bucket = changed.client("s3", "data", region), channel["s3BucketName"]
    assert bucket == f"baseline-config-033333333333-{region}"
    assert set(s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"].values()) == {True}
    assert s3.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
    assert "ConfigDelivers" in s3.get_bucket_policy(Bucket=bucket)["Policy"]
