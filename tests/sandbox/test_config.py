"""AWS Config and Systems Manager: the rule on log groups, its remediation, and the product's runbook that is run for it."""

import functools
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from baseline.features.runbook import encrypting_runbook
from sandbox.pages import ask
from tests.sandbox.conftest import ACCOUNT, DEPLOY_ROLE, Client, policy, statement
from tests.sandbox.refusals import refusal

REGION = "eu-central-1"
HERE = f"arn:aws:logs:{REGION}:{ACCOUNT}"
ROLE = "encrypts-log-groups"
ROLE_ARN = f"arn:aws:iam::{ACCOUNT}:role/{ROLE}"
RULE = "log-groups-are-encrypted"
DOCUMENT = "encrypt-log-group"
SSM_TRUST = {"Effect": "Allow", "Principal": {"Service": "ssm.amazonaws.com"}, "Action": "sts:AssumeRole"}
MAY = [
    {"Sid": "Find", "Effect": "Allow", "Action": "logs:DescribeLogGroups", "Resource": f"{HERE}:log-group:*"},
    {"Sid": "Encrypt", "Effect": "Allow", "Action": "logs:AssociateKmsKey", "Resource": f"{HERE}:log-group:*"},
]
LOGS_KEY = policy(
    statement("Root", {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "kms:*"),
    statement(
        "LogsUsesTheKey",
        {"Service": f"logs.{REGION}.amazonaws.com"},
        ["kms:Encrypt", "kms:Decrypt", "kms:GenerateDataKey*", "kms:DescribeKey"],
        Condition={"ArnLike": {"kms:EncryptionContext:aws:logs:arn": f"{HERE}:log-group:*"}},
    ),
)


@pytest.fixture(scope="module")
def clients(client: Client) -> Callable[[str], Any]:
    """A client of a service in the region of this module."""
    return functools.cache(lambda service: client(service, DEPLOY_ROLE, REGION))


CONFIG = {"Service": "config.amazonaws.com"}
RECORDER_ROLE = f"arn:aws:iam::{ACCOUNT}:role/records"
RECORDS = "arn:aws:s3:::records-of-config"
FILES = f"{RECORDS}/AWSLogs/{ACCOUNT}/Config/*"
DELIVERS = [
    {**statement("Acl", CONFIG, "s3:GetBucketAcl"), "Resource": RECORDS},
    {
        **statement("Write", CONFIG, "s3:PutObject", Condition={"StringEquals": {"aws:SourceAccount": ACCOUNT}}),
        "Resource": FILES,
    },
]


@pytest.fixture(scope="module")
def config(clients: Callable[[str], Any]) -> Iterator[Any]:
    """AWS Config with a recorder that records keys."""
    trust = policy({"Effect": "Allow", "Principal": CONFIG, "Action": "sts:AssumeRole"})
    clients("iam").create_role(RoleName="records", AssumeRolePolicyDocument=trust)
    s3, bucket = clients("s3"), RECORDS.rpartition(":")[2]
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_bucket_policy(Bucket=bucket, Policy=policy(*DELIVERS))
    config = clients("config")
    group = {"allSupported": False, "resourceTypes": ["AWS::KMS::Key"]}
    recorder = {"name": "default", "roleARN": RECORDER_ROLE, "recordingGroup": group}
    config.put_configuration_recorder(ConfigurationRecorder=recorder)
    config.put_delivery_channel(DeliveryChannel={"name": "default", "s3BucketName": bucket})
    config.start_configuration_recorder(ConfigurationRecorderName="default")
    yield config
    config.stop_configuration_recorder(ConfigurationRecorderName="default")
    clients("iam").delete_role(RoleName="records")
    s3.delete_bucket(Bucket=bucket)


@pytest.fixture(scope="module")
def logs_key(clients: Callable[[str], Any]) -> str:
    """A key that log groups of this region may have."""
    return str(clients("kms").create_key(Policy=LOGS_KEY)["KeyMetadata"]["Arn"])


@pytest.fixture
def role(clients: Callable[[str], Any]) -> Iterator[Callable[..., None]]:
    """Makes the role that a runbook assumes."""
    iam = clients("iam")

    def make(trust: dict[str, Any] = SSM_TRUST, may: list[dict[str, Any]] = MAY) -> None:
        iam.create_role(RoleName=ROLE, AssumeRolePolicyDocument=policy(trust))
        iam.put_role_policy(RoleName=ROLE, PolicyName="may", PolicyDocument=policy(*may))

    yield make
    iam.delete_role_policy(RoleName=ROLE, PolicyName="may")
    iam.delete_role(RoleName=ROLE)


@pytest.fixture
def document(clients: Callable[[str], Any]) -> Iterator[str]:
    """The runbook, which leaves some groups alone."""
    ssm = clients("ssm")
    content = encrypting_runbook(("/aws/*", "*-public", "*secret*", "exactly"))
    ssm.create_document(Name=DOCUMENT, Content=content, DocumentType="Automation", DocumentFormat="JSON")
    yield DOCUMENT
    ssm.delete_document(Name=DOCUMENT)


@pytest.fixture
def group(clients: Callable[[str], Any]) -> Iterator[Callable[..., str]]:
    """Makes log groups that go with the test."""
    logs, made = clients("logs"), []

    def make(name: str, **more: Any) -> str:
        logs.create_log_group(logGroupName=name, **more)
        made.append(name)
        return name

    yield make
    for name in made:
        logs.delete_log_group(logGroupName=name)


@pytest.fixture
def key_of(clients: Callable[[str], Any]) -> Callable[[str], str | None]:
    """The key of a log group."""

    def find(name: str) -> str | None:
        (found,) = clients("logs").describe_log_groups(logGroupIdentifiers=[name])["logGroups"]
        key: str | None = found.get("kmsKeyId")
        return key

    return find


@pytest.fixture
def run(clients: Callable[[str], Any], logs_key: str, document: str) -> Callable[..., dict[str, Any]]:
    """Runs the runbook for a group and answers its execution."""

    def start(group: str, **more: str) -> dict[str, Any]:
        given = {"AutomationAssumeRole": ROLE_ARN, "LogGroup": group, "KmsKeyArn": logs_key, **more}
        ssm = clients("ssm")
        started = ssm.start_automation_execution(
            DocumentName=document, Parameters={name: [value] for name, value in given.items()}
        )
        execution: dict[str, Any] = ssm.get_automation_execution(
            AutomationExecutionId=started["AutomationExecutionId"]
        )["AutomationExecution"]
        return execution

    return start


def steps(execution: dict[str, Any]) -> list[str]:
    return [step["StepName"] for step in execution["StepExecutions"]]


def test_a_group_in_the_clear_gets_the_key(
    run: Callable[..., Any], role: Callable[..., None], group: Callable[..., str], key_of: Any, logs_key: str
) -> None:
    role()
    group("plain-and-longer")
    execution = run(group("plain"))
    assert (execution["AutomationExecutionStatus"], key_of("plain"), key_of("plain-and-longer")) == (
        "Success",
        logs_key,
        None,
    )
    assert steps(execution) == ["NameOrArn", "Find", "IsExcluded", "HasKey", "Associate"]


def test_an_arn_works_as_well_as_a_name(
    run: Callable[..., Any], role: Callable[..., None], group: Callable[..., str], key_of: Any, logs_key: str
) -> None:
    role()
    execution = run(f"{HERE}:log-group:{group('by-arn')}")
    assert (execution["AutomationExecutionStatus"], key_of("by-arn")) == ("Success", logs_key)
    assert steps(execution) == ["NameOrArn", "FindByArn", "IsExcludedByArn", "HasKeyByArn", "AssociateByArn"]


@pytest.mark.parametrize("arn", ["", f"{HERE}:log-group:"])
@pytest.mark.parametrize("name", ["/aws/lambda/x", "site-public", "a-secret-group", "exactly"])
def test_an_excluded_group_is_left_alone(
    run: Callable[..., Any], role: Callable[..., None], group: Callable[..., str], key_of: Any, name: str, arn: str
) -> None:
    role()
    execution = run(arn + group(name))
    assert (execution["AutomationExecutionStatus"], key_of(name)) == ("Success", None)
    assert steps(execution)[-1] == "LeaveAlone"


def test_a_group_with_a_key_keeps_it_unless_other_keys_are_replaced(
    run: Callable[..., Any],
    role: Callable[..., None],
    group: Callable[..., str],
    key_of: Any,
    logs_key: str,
    clients: Callable[[str], Any],
) -> None:
    role()
    other = clients("kms").create_key(Policy=LOGS_KEY)["KeyMetadata"]["Arn"]
    group("has-another", kmsKeyId=other)
    assert (steps(run("has-another"))[-1], key_of("has-another")) == ("LeaveAlone", other)
    assert (steps(run("has-another", ReplaceOtherKeys="true"))[-1], key_of("has-another")) == ("Associate", logs_key)
    assert (steps(run("has-another"))[-1], key_of("has-another")) == ("LeaveAlone", logs_key)


def test_a_group_that_is_gone_is_a_failure(run: Callable[..., Any], role: Callable[..., None]) -> None:
    role()
    execution = run("gone")
    assert execution["AutomationExecutionStatus"] == "Failed"
    assert "ResourceNotFoundException" in execution["FailureMessage"]


def test_a_key_that_logs_refuses_is_a_failure_in_the_services_own_words(
    run: Callable[..., Any], role: Callable[..., None], group: Callable[..., str], key_of: Any, clients: Any
) -> None:
    role()
    key = clients("kms").create_key()["KeyMetadata"]["Arn"]
    execution = run(group("refused"), KmsKeyArn=key)
    assert execution["AutomationExecutionStatus"] == "Failed"
    assert execution["FailureMessage"] == execution["StepExecutions"][-1]["FailureMessage"]
    assert execution["FailureMessage"].startswith(
        "Step fails when it is Execute/Cancelling action. An error occurred (AccessDeniedException) when calling the "
        "AssociateKmsKey operation: The specified KMS key does not exist or is not allowed to be used with Arn "
    )
    assert key_of("refused") is None


@pytest.mark.parametrize(
    ("may", "reason"),
    [
        ([{**MAY[1]}], f"logs:DescribeLogGroups on resource: {HERE}:log-group::log-stream: because"),
        ([MAY[0]], f"logs:AssociateKmsKey on resource: {HERE}:log-group:forbidden:log-stream: because"),
        (
            [MAY[0], {**MAY[1], "Resource": MAY[1]["Resource"].replace(REGION, "eu-west-1")}],
            "(Find: Action; Encrypt: Action)",
        ),
        ([*MAY, {**MAY[1], "Sid": "No", "Effect": "Deny"}], "(denied by No)"),
    ],
)
def test_the_role_may_do_only_what_its_policies_allow(
    run: Callable[..., Any],
    role: Callable[..., None],
    group: Callable[..., str],
    key_of: Any,
    may: list[dict[str, Any]],
    reason: str,
) -> None:
    role(may=may)
    execution = run(group("forbidden"))
    assert (execution["AutomationExecutionStatus"], key_of("forbidden")) == ("Failed", None)
    assert reason in execution["FailureMessage"]


@pytest.mark.parametrize(
    "trust",
    [
        {**SSM_TRUST, "Principal": {"Service": "config.amazonaws.com"}},
        {**SSM_TRUST, "Condition": {"StringEquals": {"aws:SourceAccount": "111111111111"}}},
    ],
)
def test_a_role_that_does_not_trust_systems_manager_is_not_assumed(
    run: Callable[..., Any], role: Callable[..., None], trust: dict[str, Any]
) -> None:
    role(trust)
    code, message = refusal(run, group="any")
    assert code == "InvalidAutomationExecutionParametersException"
    assert message.startswith("The defined assume role is unable to be assumed.")


def test_a_trust_that_asks_for_this_account_is_met(
    run: Callable[..., Any], role: Callable[..., None], group: Callable[..., str]
) -> None:
    role({**SSM_TRUST, "Condition": {"StringEquals": {"aws:SourceAccount": ACCOUNT}}})
    assert run(group("trusted"))["AutomationExecutionStatus"] == "Success"


def test_a_role_that_does_not_exist_is_not_assumed(run: Callable[..., Any]) -> None:
    assert "it does not exist" in refusal(run, group="any")[1]


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"ReplaceOtherKeys": "maybe"}, 'Parameter "ReplaceOtherKeys" has value "maybe" not found in [false, true].'),
        ({"Colour": "red"}, "Parameter Colour is not defined in the document"),
    ],
)
def test_parameters_have_to_fit_the_runbook(run: Callable[..., Any], parameters: dict[str, str], message: str) -> None:
    expected = ("InvalidAutomationExecutionParametersException", message)
    assert refusal(run, group="any", **parameters) == expected


def test_there_is_no_execution_of_a_document_that_is_not_there(clients: Callable[[str], Any]) -> None:
    ssm = clients("ssm")
    assert refusal(ssm.start_automation_execution, DocumentName="none")[0] == "AutomationDefinitionNotFoundException"
    unknown = refusal(ssm.get_automation_execution, AutomationExecutionId="none")
    assert unknown[0] == "AutomationExecutionNotFoundException"


BRANCH = {"name": "Branch", "action": "aws:branch"}
END = {"name": "End", "action": "aws:sleep", "inputs": {"Duration": "PT1S"}}
PARAMETER = {"Who": {"type": "String"}}


def branching(*choices: dict[str, Any], **more: Any) -> dict[str, Any]:
    inputs = {"Choices": [{"NextStep": "End", **choice} for choice in choices], **more}
    return {"schemaVersion": "0.3", "parameters": PARAMETER, "mainSteps": [{**BRANCH, "inputs": inputs}, END]}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"schemaVersion": "2.2", "mainSteps": [END]}, "an Automation document has the schema version 0.3"),
        ({"schemaVersion": "0.3"}, "the document is incomplete or malformed: 'mainSteps'"),
        ({"schemaVersion": "0.3", "mainSteps": [END, END]}, "a runbook has at least one step, and no two of one name"),
        (
            branching({"Variable": "{{ Who }}", "Matches": "x"}),
            "step Branch: a choice has one operation of aws:branch, got Matches",
        ),
        (
            branching({"Variable": "Who", "StringEquals": "x"}),
            "step Branch: the variable of a choice is a parameter or an output",
        ),
        (
            branching({"Variable": "{{ Who }}", "StringEquals": "{{ Who }}"}),
            "step Branch: the value that a choice compares with is a constant",
        ),
        (
            branching({"Variable": "{{ Whom }}", "StringEquals": "x"}),
            "step Branch: {{ Whom }} is no parameter, output or variable",
        ),
        (
            branching({"Variable": "{{ Who }}", "StringEquals": "x"}, Default="Nowhere"),
            "step Branch goes on with Nowhere, which is no step",
        ),
        (
            {"schemaVersion": "0.3", "mainSteps": [{**END, "nextStep": "End"}]},
            "the runbook loops: End > End",
        ),
    ],
)
def test_what_is_no_runbook_is_not_stored(clients: Callable[[str], Any], content: Any, message: str) -> None:
    ssm = clients("ssm")
    document = {"Name": "wrong", "Content": json.dumps(content), "DocumentType": "Automation"}
    assert refusal(ssm.create_document, **document) == ("InvalidDocumentContent", message)


def test_a_new_version_is_run_once_it_is_the_default(clients: Callable[[str], Any], document: str) -> None:
    ssm = clients("ssm")
    content = json.dumps(branching({"Variable": "{{ Who }}", "StringEquals": "x"}))
    updated = ssm.update_document(Name=document, Content=content, DocumentVersion="$LATEST", DocumentFormat="JSON")
    assert updated["DocumentDescription"]["DocumentVersion"] == "2"
    assert "AutomationAssumeRole" in refusal(ssm.start_automation_execution, DocumentName=document)[1]
    ssm.update_document_default_version(Name=document, DocumentVersion="2")
    described = ssm.describe_document(Name=document)["Document"]
    assert (described["DefaultVersion"], described["DocumentVersion"]) == ("2", "2")
    assert "Parameter Who" in refusal(ssm.start_automation_execution, DocumentName=document)[1]


@pytest.fixture
def rule(config: Any) -> Iterator[Callable[..., str]]:
    """Makes the rule; what belongs to it goes with the test."""

    def make(**parameters: str) -> str:
        source = {"Owner": "AWS", "SourceIdentifier": "CLOUDWATCH_LOG_GROUP_ENCRYPTED"}
        rule = {"ConfigRuleName": RULE, "Source": source, "MaximumExecutionFrequency": "One_Hour"}
        config.put_config_rule(ConfigRule={**rule, "InputParameters": json.dumps(parameters)} if parameters else rule)
        return RULE

    yield make
    if config.describe_remediation_configurations(ConfigRuleNames=[RULE])["RemediationConfigurations"]:
        config.delete_remediation_configuration(ConfigRuleName=RULE)
    config.delete_config_rule(ConfigRuleName=RULE)


def remediation(logs_key: str, **more: Any) -> dict[str, Any]:
    """An automatic remediation by the runbook."""
    parameters = {
        "AutomationAssumeRole": {"StaticValue": {"Values": [ROLE_ARN]}},
        "LogGroup": {"ResourceValue": {"Value": "RESOURCE_ID"}},
        "KmsKeyArn": {"StaticValue": {"Values": [logs_key]}},
    }
    return {
        "ConfigRuleName": RULE,
        "TargetType": "SSM_DOCUMENT",
        "TargetId": DOCUMENT,
        "TargetVersion": "1",
        "ResourceType": "AWS::Logs::LogGroup",
        "Parameters": parameters,
        "Automatic": True,
        "MaximumAutomaticAttempts": 2,
        "RetryAttemptSeconds": 60,
        **more,
    }


@pytest.fixture
def evaluated(url: str) -> Callable[[str], tuple[str, str]]:
    """Lets Config evaluate; what it found of a group, and what became of the remediation."""

    def evaluate(group: str) -> tuple[str, str]:
        body = json.dumps({"account_id": ACCOUNT, "region": REGION})
        (found,) = [each for each in ask(url, "POST", "/sandbox/evaluate", body) if each["group"] == group]
        return found["compliance"], found["remediation"]

    return evaluate


def compliance(config: Any, group: str) -> str:
    """What Config says of the group."""
    results = config.get_compliance_details_by_config_rule(ConfigRuleName=RULE)["EvaluationResults"]
    found = {
        result["EvaluationResultIdentifier"]["EvaluationResultQualifier"]["ResourceId"]: result["ComplianceType"]
        for result in results
    }
    return str(found[group])


def test_a_rule_needs_a_recorder(client: Client) -> None:
    elsewhere = client("config", DEPLOY_ROLE, "eu-north-1")
    rule = {"ConfigRuleName": "r", "Source": {"Owner": "AWS", "SourceIdentifier": "CLOUDWATCH_LOG_GROUP_ENCRYPTED"}}
    assert refusal(elsewhere.put_config_rule, ConfigRule=rule) == (
        "NoAvailableConfigurationRecorderException",
        "You must create a configuration recorder before you can create or update a Config rule.",
    )


def test_a_channel_leads_to_a_bucket_that_is_there(config: Any) -> None:
    channel = {"name": "default", "s3BucketName": "no-such-bucket"}
    assert refusal(config.put_delivery_channel, DeliveryChannel=channel)[0] == "NoSuchBucketException"


@pytest.mark.parametrize(
    ("statements", "note"),
    [
        ([], "s3:GetBucketAcl by the role: it has no statement; s3:GetBucketAcl by config.amazonaws.com: there is no"),
        (DELIVERS[:1], "s3:PutObject by config.amazonaws.com: Acl: Action"),
        ([DELIVERS[0], {**DELIVERS[1], "Resource": FILES.replace(ACCOUNT, "111111111111")}], "Write: Action"),
        (
            [*DELIVERS, {**statement("No", "*", "s3:PutObject", Effect="Deny"), "Resource": FILES}],
            "s3:PutObject by config.amazonaws.com: denied by No",
        ),
    ],
)
def test_a_channel_leads_to_a_bucket_that_config_may_write_to(
    config: Any, clients: Callable[[str], Any], last_call: Callable[[], dict[str, Any]], statements: Any, note: str
) -> None:
    s3, bucket = clients("s3"), RECORDS.rpartition(":")[2]
    s3.delete_bucket_policy(Bucket=bucket)
    if statements:
        s3.put_bucket_policy(Bucket=bucket, Policy=policy(*statements))
    channel = {"name": "default", "s3BucketName": bucket}
    expected = (
        "InsufficientDeliveryPolicyException",
        "Insufficient delivery policy to s3 bucket: records-of-config, unable to write to bucket, "
        "provided s3 key prefix is 'null', provided kms key is 'null'.",
    )
    assert refusal(config.put_delivery_channel, DeliveryChannel=channel) == expected
    assert note in last_call()["note"]
    s3.put_bucket_policy(Bucket=bucket, Policy=policy(*DELIVERS))


def test_a_channel_may_be_written_to_by_the_recorders_role(config: Any, clients: Callable[[str], Any]) -> None:
    s3, iam, bucket = clients("s3"), clients("iam"), RECORDS.rpartition(":")[2]
    s3.delete_bucket_policy(Bucket=bucket)
    may = {"Effect": "Allow", "Action": ["s3:GetBucketAcl", "s3:PutObject"], "Resource": [RECORDS, FILES]}
    iam.put_role_policy(RoleName="records", PolicyName="may", PolicyDocument=policy(may))
    config.put_delivery_channel(DeliveryChannel={"name": "default", "s3BucketName": bucket})
    deny = {**statement("No", "*", "s3:PutObject", Effect="Deny"), "Resource": FILES}
    s3.put_bucket_policy(Bucket=bucket, Policy=policy(deny))
    denied = refusal(config.put_delivery_channel, DeliveryChannel={"name": "default", "s3BucketName": bucket})
    assert denied[0] == "InsufficientDeliveryPolicyException"
    iam.delete_role_policy(RoleName="records", PolicyName="may")
    s3.put_bucket_policy(Bucket=bucket, Policy=policy(*DELIVERS))


def test_a_channel_with_a_key_needs_the_key(config: Any, clients: Callable[[str], Any]) -> None:
    kms, channel = clients("kms"), {"name": "default", "s3BucketName": RECORDS.rpartition(":")[2]}
    manage = statement("Manage", {"AWS": ACCOUNT}, ["kms:PutKeyPolicy", "kms:GetKeyPolicy"])
    encrypt = statement("Encrypt", CONFIG, ["kms:GenerateDataKey", "kms:Decrypt"])
    wrong, right = (
        kms.create_key(Policy=policy(*each))["KeyMetadata"]["Arn"] for each in ([manage], [manage, encrypt])
    )
    code, message = refusal(config.put_delivery_channel, DeliveryChannel={**channel, "s3KmsKeyArn": wrong})
    assert (code, f"provided kms key is '{wrong}'" in message) == ("InsufficientDeliveryPolicyException", True)
    config.put_delivery_channel(DeliveryChannel={**channel, "s3KmsKeyArn": right})


def test_a_recorder_with_a_role_that_does_not_trust_config_delivers_nothing(client: Client) -> None:
    config = client("config", DEPLOY_ROLE, "eu-west-3")
    config.put_configuration_recorder(ConfigurationRecorder={"name": "default", "roleARN": DEPLOY_ROLE})
    client("s3", DEPLOY_ROLE, "us-east-1").create_bucket(Bucket="not-trusted")
    _, message = refusal(
        config.put_delivery_channel, DeliveryChannel={"name": "default", "s3BucketName": "not-trusted"}
    )
    assert message == (f"Insufficient delivery policy to s3 bucket: not-trusted, unable to assume role: {DEPLOY_ROLE}.")
    config.delete_configuration_recorder(ConfigurationRecorderName="default")


def test_a_recorder_takes_an_exclusion_of_nothing(config: Any) -> None:
    group = {"allSupported": False, "resourceTypes": ["AWS::KMS::Key"], "exclusionByResourceTypes": {}}
    recorder = {"name": "default", "roleARN": RECORDER_ROLE, "recordingGroup": group}
    config.put_configuration_recorder(ConfigurationRecorder=recorder)
    (status,) = config.describe_configuration_recorder_status()["ConfigurationRecordersStatus"]
    assert status["recording"]


def test_a_group_in_the_clear_is_found_remediated_and_complies_the_next_time(
    config: Any, rule: Any, role: Any, document: str, group: Any, key_of: Any, logs_key: str, evaluated: Any
) -> None:
    role(), rule(), group("found"), group("found-as-well")
    config.put_remediation_configurations(RemediationConfigurations=[remediation(logs_key)])
    assert (evaluated("found"), key_of("found")) == (("NON_COMPLIANT", "SUCCEEDED"), logs_key)
    assert compliance(config, "found") == "NON_COMPLIANT"
    key = {"resourceType": "AWS::Logs::LogGroup", "resourceId": "found"}
    (status,) = config.describe_remediation_execution_status(ConfigRuleName=RULE, ResourceKeys=[key])[
        "RemediationExecutionStatuses"
    ]
    assert (status["ResourceKey"], status["State"]) == (key, "SUCCEEDED")
    every = config.describe_remediation_execution_status(ConfigRuleName=RULE)["RemediationExecutionStatuses"]
    assert {each["ResourceKey"]["resourceId"] for each in every} >= {"found", "found-as-well"}
    assert [step["Name"] for step in status["StepDetails"]][-1] == "Associate"
    assert evaluated("found") == ("COMPLIANT", "")
    assert compliance(config, "found") == "COMPLIANT"
    wrong = config.get_compliance_details_by_config_rule(ConfigRuleName=RULE, ComplianceTypes=["NON_COMPLIANT"])
    assert wrong["EvaluationResults"] == []


def test_a_rule_is_evaluated_when_somebody_starts_it(
    config: Any, rule: Any, role: Any, document: str, group: Any, key_of: Any, logs_key: str
) -> None:
    role(), rule(), group("started")
    config.put_remediation_configurations(RemediationConfigurations=[remediation(logs_key)])
    config.start_config_rules_evaluation(ConfigRuleNames=[RULE])
    assert key_of("started") == logs_key
    assert refusal(config.start_config_rules_evaluation, ConfigRuleNames=["none"])[0] == "NoSuchConfigRuleException"


def test_a_rule_with_a_key_wants_that_key(
    rule: Any, group: Any, logs_key: str, evaluated: Any, clients: Callable[[str], Any]
) -> None:
    other = clients("kms").create_key(Policy=LOGS_KEY)["KeyMetadata"]["Arn"]
    rule(KmsKeyId=logs_key), group("other", kmsKeyId=other), group("ours", kmsKeyId=logs_key)
    assert evaluated("other") == ("NON_COMPLIANT", "")
    assert evaluated("ours") == ("COMPLIANT", "")


def blocked(config: Any) -> list[str]:
    """The resources that an exception keeps from being remediated."""
    listed = config.describe_remediation_exceptions(ConfigRuleName=RULE)["RemediationExceptions"]
    assert all(one["ResourceType"] == "AWS::Logs::LogGroup" for one in listed)
    return [one["ResourceId"] for one in listed]


def resource(name: str) -> dict[str, str]:
    return {"ResourceType": "AWS::Logs::LogGroup", "ResourceId": name}


def test_a_remediation_that_fails_says_why_and_gives_up_after_its_attempts(
    config: Any, rule: Any, role: Any, document: str, group: Any, logs_key: str, evaluated: Any
) -> None:
    role(may=[MAY[0]]), rule(), group("stubborn")
    config.put_remediation_configurations(RemediationConfigurations=[remediation(logs_key)])
    assert (evaluated("stubborn")[1], blocked(config)) == ("FAILED", [])
    assert (evaluated("stubborn")[1], blocked(config)) == ("FAILED", ["stubborn"])
    assert evaluated("stubborn")[1] == "EXCEPTION"
    (status,) = config.describe_remediation_execution_status(ConfigRuleName=RULE)["RemediationExecutionStatuses"]
    assert "not authorized to perform: logs:AssociateKmsKey" in status["StepDetails"][-1]["ErrorMessage"]


def test_an_exception_blocks_until_it_is_deleted(
    config: Any, rule: Any, role: Any, document: str, group: Any, logs_key: str, evaluated: Any, clients: Any
) -> None:
    role(may=[MAY[0]]), rule(), group("given-up")
    once = remediation(logs_key, MaximumAutomaticAttempts=1)
    config.put_remediation_configurations(RemediationConfigurations=[once])
    assert evaluated("given-up")[1] == "FAILED"
    clients("iam").put_role_policy(RoleName=ROLE, PolicyName="may", PolicyDocument=policy(*MAY))
    config.put_remediation_configurations(RemediationConfigurations=[once])
    assert evaluated("given-up") == ("NON_COMPLIANT", "EXCEPTION")
    key = [resource("given-up")]
    found = config.describe_remediation_exceptions(ConfigRuleName=RULE, ResourceKeys=key)["RemediationExceptions"]
    assert found == [{"ConfigRuleName": RULE, **resource("given-up")}]
    config.delete_remediation_exceptions(ConfigRuleName=RULE, ResourceKeys=key)
    assert (evaluated("given-up")[1], blocked(config)) == ("SUCCEEDED", [])
    gone = refusal(config.delete_remediation_exceptions, ConfigRuleName=RULE, ResourceKeys=key)
    assert gone[0] == "NoSuchRemediationExceptionException"


def test_a_group_that_is_left_alone_is_given_up_too(
    config: Any, rule: Any, role: Any, document: str, group: Any, logs_key: str, evaluated: Any
) -> None:
    role(), rule(), group("exactly")
    config.put_remediation_configurations(RemediationConfigurations=[remediation(logs_key)])
    assert [evaluated("exactly")[1] for _ in range(3)] == ["SUCCEEDED", "SUCCEEDED", "EXCEPTION"]
    assert blocked(config) == ["exactly"]
    config.delete_remediation_exceptions(ConfigRuleName=RULE, ResourceKeys=[resource("exactly")])
    assert evaluated("exactly")[1] == "SUCCEEDED"


def test_an_exception_by_hand_blocks_until_it_expires(
    config: Any, rule: Any, role: Any, document: str, group: Any, logs_key: str, evaluated: Any
) -> None:
    role(), rule(), group("by-owner")
    config.put_remediation_configurations(RemediationConfigurations=[remediation(logs_key, Automatic=False)])
    evaluated("by-owner")
    config.put_remediation_configurations(RemediationConfigurations=[remediation(logs_key)])
    by_owner = {"ConfigRuleName": RULE, "ResourceKeys": [resource("by-owner")], "Message": "a ticket"}
    config.put_remediation_exceptions(**by_owner)
    assert evaluated("by-owner")[1] == "EXCEPTION"
    config.put_remediation_exceptions(**by_owner, ExpirationTime=1)
    assert evaluated("by-owner")[1] == "SUCCEEDED"


MANY = [f"many-{number:02}" for number in range(12)]


@pytest.fixture
def document_with_attempts(clients: Callable[[str], Any]) -> Iterator[Callable[[int], None]]:
    """Makes the runbook, each of whose calls is tried so many times."""
    ssm = clients("ssm")

    def make(attempts: int) -> None:
        content = json.loads(encrypting_runbook(()))
        for step in content["mainSteps"]:
            step["maxAttempts"] = attempts
        ssm.create_document(Name=DOCUMENT, Content=json.dumps(content), DocumentType="Automation")

    yield make
    ssm.delete_document(Name=DOCUMENT)


@pytest.mark.parametrize(
    ("attempts", "at_once_percent", "remediated"),
    [(1, 100, 5), (1, 41, 5 + 5 + 2), (2, 100, 10), (3, 100, 12), (1, None, 12)],
)
def test_more_at_once_than_logs_answers_in_a_second_are_throttled(
    config: Any,
    rule: Any,
    role: Any,
    document_with_attempts: Callable[[int], None],
    group: Any,
    logs_key: str,
    evaluated: Any,
    attempts: int,
    at_once_percent: int | None,
    remediated: int,
) -> None:
    document_with_attempts(attempts)
    role(), rule()
    for name in MANY:
        group(name)
    controls = {"ErrorPercentage": 100}
    if at_once_percent:
        controls["ConcurrentExecutionRatePercentage"] = at_once_percent
    wanted = remediation(logs_key, ExecutionControls={"SsmControls": controls})
    config.put_remediation_configurations(RemediationConfigurations=[wanted])
    config.start_config_rules_evaluation(ConfigRuleNames=[RULE])
    statuses = config.describe_remediation_execution_status(ConfigRuleName=RULE)["RemediationExecutionStatuses"]
    failed = [status["StepDetails"][-1]["ErrorMessage"] for status in statuses if status["State"] == "FAILED"]
    assert (len(statuses), len(failed)) == (12, 12 - remediated)
    assert all("(ThrottlingException) when calling the " in message for message in failed)


def test_remediations_stop_when_too_many_fail(
    config: Any, rule: Any, role: Any, document: str, group: Any, logs_key: str
) -> None:
    """AWS's own example: of 10 resources and 40 per cent the fifth error is the last."""
    role(may=[MAY[0]]), rule()
    for name in MANY[:10]:
        group(name)
    wanted = remediation(logs_key, ExecutionControls={"SsmControls": {"ErrorPercentage": 40}})
    config.put_remediation_configurations(RemediationConfigurations=[wanted])
    config.start_config_rules_evaluation(ConfigRuleNames=[RULE])
    statuses = config.describe_remediation_execution_status(ConfigRuleName=RULE)["RemediationExecutionStatuses"]
    assert [status["ResourceKey"]["resourceId"] for status in statuses] == MANY[:5]


def test_a_group_that_complied_is_remediated_anew(
    config: Any, rule: Any, role: Any, document: str, group: Any, logs_key: str, evaluated: Any, clients: Any
) -> None:
    role(), rule(), group("again")
    once = remediation(logs_key, MaximumAutomaticAttempts=1)
    config.put_remediation_configurations(RemediationConfigurations=[once])
    for _ in range(2):
        assert evaluated("again") == ("NON_COMPLIANT", "SUCCEEDED")
        assert evaluated("again") == ("COMPLIANT", "")
        clients("logs").disassociate_kms_key(logGroupName="again")


def test_a_remediation_whose_role_cannot_be_assumed_fails(
    config: Any, rule: Any, document: str, group: Any, logs_key: str, evaluated: Any
) -> None:
    rule(), group("without-role")
    config.put_remediation_configurations(RemediationConfigurations=[remediation(logs_key)])
    assert evaluated("without-role") == ("NON_COMPLIANT", "FAILED")
    (status,) = config.describe_remediation_execution_status(ConfigRuleName=RULE)["RemediationExecutionStatuses"]
    assert "The defined assume role is unable to be assumed." in status["StepDetails"][0]["ErrorMessage"]


def test_nothing_is_remediated_that_is_not_automatic(
    config: Any, rule: Any, document: str, group: Any, key_of: Any, logs_key: str, evaluated: Any
) -> None:
    rule(), group("by-hand")
    config.put_remediation_configurations(RemediationConfigurations=[remediation(logs_key, Automatic=False)])
    assert (evaluated("by-hand"), key_of("by-hand")) == (("NON_COMPLIANT", ""), None)


def test_a_periodic_rule_runs_while_the_recorder_is_stopped(config: Any, rule: Any, group: Any, url: str) -> None:
    """https://docs.aws.amazon.com/config/latest/developerguide/resource-config-reference.html"""
    rule(), group("unseen")
    config.stop_configuration_recorder(ConfigurationRecorderName="default")
    body = json.dumps({"account_id": ACCOUNT, "region": REGION})
    assert "unseen" in [found["group"] for found in ask(url, "POST", "/sandbox/evaluate", body)]
    config.start_configuration_recorder(ConfigurationRecorderName="default")


STATIC = {"StaticValue": {"Values": ["x"]}}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"ConfigRuleName": "none"}, "The config rule none does not exist"),
        ({"TargetId": "none"}, "The document none cannot be used"),
        ({"Parameters": {"Colour": STATIC}}, "The parameter Colour is not a parameter of the document"),
        ({"Parameters": {"LogGroup": STATIC}}, f"The document {DOCUMENT} needs the parameter AutomationAssumeRole"),
        ({"MaximumAutomaticAttempts": None}, "MaximumAutomaticAttempts and RetryAttemptSeconds must be specified"),
        ({"MaximumAutomaticAttempts": 0}, "MaximumAutomaticAttempts must be 1 to 25, got 0"),
        ({"MaximumAutomaticAttempts": 26}, "MaximumAutomaticAttempts must be 1 to 25, got 26"),
        ({"RetryAttemptSeconds": 0}, "RetryAttemptSeconds must be 1 to 2678000, got 0"),
        (
            {"ExecutionControls": {"SsmControls": {"ErrorPercentage": 101}}},
            "The percentages of SsmControls must be 1 to 100, got (10, 101)",
        ),
    ],
)
def test_a_remediation_that_does_not_fit_is_refused(
    config: Any, rule: Any, document: str, logs_key: str, change: dict[str, Any], message: str
) -> None:
    rule()
    wanted = {key: value for key, value in remediation(logs_key, **change).items() if value is not None}
    code, said = refusal(config.put_remediation_configurations, RemediationConfigurations=[wanted])
    assert (code, said.startswith(message)) == ("InvalidParameterValueException", True), said


@pytest.mark.parametrize(
    "value", [{**STATIC, "ResourceValue": {"Value": "RESOURCE_ID"}}, {"StaticValue": {"Values": []}}]
)
def test_a_parameter_of_a_remediation_has_one_value(
    config: Any, rule: Any, document: str, logs_key: str, value: dict[str, Any]
) -> None:
    rule()
    wanted = remediation(logs_key)
    wanted["Parameters"]["LogGroup"] = value
    message = f"There were invalid RemediationParameterValues for configurations for AWS Config Rules {RULE}"
    expected = ("InvalidParameterValueException", message)
    assert refusal(config.put_remediation_configurations, RemediationConfigurations=[wanted]) == expected


def test_an_automatic_remediation_has_the_role_that_its_document_assumes(
    config: Any, rule: Any, clients: Callable[[str], Any], logs_key: str
) -> None:
    rule()
    fixed = {**json.loads(encrypting_runbook(())), "assumeRole": ROLE_ARN}
    ssm = clients("ssm")
    ssm.create_document(Name="fixed-role", Content=json.dumps(fixed), DocumentType="Automation")
    wanted = remediation(logs_key, TargetId="fixed-role")
    _, message = refusal(config.put_remediation_configurations, RemediationConfigurations=[wanted])
    ssm.delete_document(Name="fixed-role")
    assert message == (
        "AutomationAssumeRole must be specified for an automatic remediation, and be what the document assumes"
    )


def test_a_rule_stays_while_it_has_a_remediation(config: Any, rule: Any, document: str, logs_key: str) -> None:
    rule()
    config.put_remediation_configurations(RemediationConfigurations=[remediation(logs_key)])
    assert refusal(config.delete_config_rule, ConfigRuleName=RULE)[0] == "ResourceInUseException"
    config.delete_remediation_configuration(ConfigRuleName=RULE)
    gone = refusal(config.delete_remediation_configuration, ConfigRuleName=RULE)
    assert gone[0] == "NoSuchRemediationConfigurationException"
