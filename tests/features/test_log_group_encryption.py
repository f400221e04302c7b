"""The rule on log groups, its remediation and its recorder: in the synthesized JSON, and refused when they are wrong."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from baseline.chains import broken_chains
from baseline.errors import Mistakes
from baseline.expansion import expand
from baseline.features import FEATURES
from baseline.iam.request import ServiceCaller
from baseline.regions import PARTITIONS
from tests.conftest import Stacks, configuration, inventory
from tests.features.synthesis import TWO_BY_TWO, removed, resources, synthesize
from tests.test_synthesized import strangers

NAME = "log_group_encryption_us_east_1"
RECORDER = "config_recorder_us_east_1"
DATA = (
    '"033333333333", features: {log_group_encryption: '
    "{remediation: automatic, recorder: managed, replace_other_keys: true, evaluate_every_hours: 3, "
    "exclude: [app], maximum_automatic_attempts: 2, retry_attempt_seconds: 900}}"
)
ON = TWO_BY_TWO.replace('"033333333333"', DATA) + "features: {log_group_encryption: true}\n"
UNDER_A_KEY = "{recorder: complete, recorder_s3_key: true}"
S3 = "keys: {purposes: {s3: {services: [config]}}}\n"
KEY = "${aws_kms_alias.logs_us_east_1.target_key_arn}"


def written(settings: str) -> str:
    return TWO_BY_TWO + f"features: {{log_group_encryption: {settings}}}\n"


@pytest.fixture(scope="session")
def stacks(tmp_path_factory: pytest.TempPathFactory) -> Stacks:
    return synthesize(inventory(ON), tmp_path_factory.mktemp("log_group_encryption"))


def block(stack: Mapping[str, Any], type: str, name: str = NAME) -> dict[str, Any]:
    """A resource without what CDKTF notes about it and without its provider, which is checked."""
    found = dict(resources(stack, type)[name])
    assert found.pop("provider") == "aws.us_east_1"
    del found["//"]
    return found


def statements(policy: str) -> Iterator[dict[str, Any]]:
    yield from json.loads(policy)["Statement"]


def test_the_provider_knows_every_argument(stacks: Stacks) -> None:
    assert strangers(stacks["data"]["resource"]) == []


def test_the_rule_of_aws_looks_at_all_log_groups_from_time_to_time(stacks: Stacks) -> None:
    assert block(stacks["payer"], "aws_config_config_rule") == {
        "name": "baseline-log-group-encryption",
        "description": "Log groups are encrypted with a KMS key",
        "source": {"owner": "AWS", "source_identifier": "CLOUDWATCH_LOG_GROUP_ENCRYPTED"},
        "maximum_execution_frequency": "TwentyFour_Hours",
    }


def test_with_other_keys_replaced_the_rule_demands_the_logs_key_of_its_region(stacks: Stacks) -> None:
    rule = block(stacks["data"], "aws_config_config_rule")
    assert json.loads(rule["input_parameters"]) == {"KmsKeyId": KEY}
    assert rule["maximum_execution_frequency"] == "Three_Hours"
    assert rule["depends_on"] == [f"aws_config_delivery_channel.{RECORDER}"]


def test_by_default_somebody_has_to_ask_for_the_remediation(stacks: Stacks) -> None:
    assert block(stacks["payer"], "aws_config_remediation_configuration") == {
        "config_rule_name": f"${{aws_config_config_rule.{NAME}.name}}",
        "resource_type": "AWS::Logs::LogGroup",
        "target_type": "SSM_DOCUMENT",
        "target_id": f"${{aws_ssm_document.{NAME}.name}}",
        "target_version": f"${{aws_ssm_document.{NAME}.latest_version}}",
        "parameter": [
            {"name": "AutomationAssumeRole", "static_value": f"${{aws_iam_role.{NAME}.arn}}"},
            {"name": "KmsKeyArn", "static_value": KEY},
            {"name": "LogGroup", "resource_value": "RESOURCE_ID"},
            {"name": "ReplaceOtherKeys", "static_value": "false"},
        ],
        "automatic": False,
        "depends_on": [f"aws_iam_role_policy.{NAME}"],
    }


def test_an_automatic_remediation_says_how_often_it_is_tried_and_runs_a_few_at_a_time(stacks: Stacks) -> None:
    """A tenth of a thousand log groups at once would be throttled, and each failure counts."""
    found = block(stacks["data"], "aws_config_remediation_configuration")
    assert (found["automatic"], found["maximum_automatic_attempts"], found["retry_attempt_seconds"]) == (True, 2, 900)
    assert found["parameter"][3] == {"name": "ReplaceOtherKeys", "static_value": "true"}
    assert found["execution_controls"] == {
        "ssm_controls": {"concurrent_execution_rate_percentage": 2, "error_percentage": 50}
    }


def test_by_default_attempts_are_counted_for_ten_minutes() -> None:
    """Five failures within a minute are soon reached, and then AWS Config gives the log group up."""
    use = configuration(written("{remediation: automatic}")).organization.accounts[0].features["log_group_encryption"]
    assert use.settings.retry_attempt_seconds == 600  # type: ignore[attr-defined]


def test_the_runbook_leaves_alone_what_is_excluded_and_by_default_control_towers_log_groups(stacks: Stacks) -> None:
    excluded = {}
    for account in ("payer", "data"):
        document = block(stacks[account], "aws_ssm_document")
        assert (document["document_type"], document["document_format"]) == ("Automation", "JSON")
        assert document["name"] == "baseline-encrypt-log-group"
        (step,) = [s for s in json.loads(document["content"])["mainSteps"] if s["name"] == "IsExcluded"]
        excluded[account] = step["inputs"]["Choices"]
    assert excluded == {
        "payer": [{"Variable": "{{ LogGroup }}", "Contains": "aws-controltower", "NextStep": "LeaveAlone"}],
        "data": [{"Variable": "{{ LogGroup }}", "StringEquals": "app", "NextStep": "LeaveAlone"}],
    }


def test_the_runbooks_role_is_for_automation_in_its_account_and_for_log_groups_of_its_region(stacks: Stacks) -> None:
    role = block(stacks["data"], "aws_iam_role")
    assert role["name"] == "baseline-log-group-encryption-us-east-1"
    assert list(statements(role["assume_role_policy"])) == [
        {
            "Sid": "AutomationAssumesTheRole",
            "Effect": "Allow",
            "Principal": {"Service": "ssm.amazonaws.com"},
            "Action": "sts:AssumeRole",
            "Condition": {"StringEquals": {"aws:SourceAccount": "033333333333"}},
        }
    ]
    groups = "arn:aws:logs:us-east-1:033333333333:log-group:*"
    allowed = statements(block(stacks["data"], "aws_iam_role_policy")["policy"])
    assert [(each["Effect"], each["Action"], each["Resource"]) for each in allowed] == [
        ("Allow", "logs:DescribeLogGroups", groups),
        ("Allow", "logs:AssociateKmsKey", groups),
        ("Allow", "kms:DescribeKey", KEY),
    ]


def test_a_managed_recorder_is_there_for_the_rule_is_never_started_and_is_protected(stacks: Stacks) -> None:
    """A periodic rule runs without a recorder that records, and what is not recorded is not billed."""
    recorder = block(stacks["data"], "aws_config_configuration_recorder", RECORDER)
    assert recorder["recording_group"] == {
        "all_supported": False,
        "include_global_resource_types": False,
        "resource_types": ["AWS::KMS::Key"],
    }
    assert recorder["name"] == "baseline-recorder"
    bucket = block(stacks["data"], "aws_s3_bucket", RECORDER)
    assert bucket["bucket"] == "baseline-config-033333333333-us-east-1"
    assert recorder["lifecycle"] == bucket["lifecycle"] == {"prevent_destroy": True}
    assert resources(stacks["data"], "aws_config_configuration_recorder_status") == {}
    assert resources(stacks["payer"], "aws_config_configuration_recorder") == {}


def test_a_complete_recorder_runs_with_awss_own_role_and_records_everything(tmp_path: Any) -> None:
    """Security Hub's Config.1 asks for that role, and for what belongs to no region once. Here under the s3 key."""
    stack = synthesize(inventory(written(UNDER_A_KEY) + S3), tmp_path)["data"]
    key = "${aws_kms_alias.s3_us_east_1.target_key_arn}"
    assert block(stack, "aws_config_delivery_channel", RECORDER)["s3_kms_key_arn"] == key
    [rule] = block(stack, "aws_s3_bucket_server_side_encryption_configuration", RECORDER)["rule"]
    assert rule["apply_server_side_encryption_by_default"] == {"sse_algorithm": "aws:kms", "kms_master_key_id": key}
    recorders = resources(stack, "aws_config_configuration_recorder")
    own = "arn:aws:iam::033333333333:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig"
    assert {recorder["role_arn"] for recorder in recorders.values()} == {own}
    assert {name: recorder["recording_group"] for name, recorder in recorders.items()} == {
        "config_recorder_eu_west_2": {"all_supported": True, "include_global_resource_types": True},
        "config_recorder_us_east_1": {"all_supported": True, "include_global_resource_types": False},
    }
    started = block(stack, "aws_config_configuration_recorder_status", RECORDER)
    assert started["is_enabled"] is True
    assert block(stack, "aws_config_config_rule")["depends_on"] == [
        f"aws_config_configuration_recorder_status.{RECORDER}"
    ]
    assert all("config_recorder" not in name for name in resources(stack, "aws_iam_role"))


def test_a_recorders_bucket_needs_the_s3_key_and_config_among_its_services() -> None:
    """The recorder with a role of ours delivers through S3, and needs no service."""
    with pytest.raises(
        Mistakes,
        match="the key `s3_eu_west_2` of `payer` and 3 other keys, which this feature uses, are not switched on",
    ):
        inventory(written(UNDER_A_KEY))
    chains = list(broken_chains(inventory(written(UNDER_A_KEY) + "keys: {purposes: {s3: true}}\n")))
    assert {chain.use.caller for chain in chains} == {ServiceCaller("config.amazonaws.com")}
    assert "AWS Config delivers to the bucket `baseline-config-" in str(chains[0])
    assert list(broken_chains(inventory(written(UNDER_A_KEY) + S3))) == []
    managed = written("{recorder: managed, recorder_s3_key: true}") + "keys: {purposes: {s3: true}}\n"
    assert list(broken_chains(inventory(managed))) == []


@pytest.mark.parametrize("recorder", ["managed", "complete"])
def test_a_bucket_of_the_owners_takes_the_place_of_one_whose_name_is_taken(recorder: str, tmp_path: Any) -> None:
    text = written(f"{{recorder: {recorder}, recorder_bucket: example-config}}")
    stack = synthesize(inventory(text), tmp_path)["data"]
    assert resources(stack, "aws_s3_bucket") == {}
    channel = block(stack, "aws_config_delivery_channel", RECORDER)
    assert channel["s3_bucket_name"] == "example-config"
    if recorder == "managed":
        delivers = block(stack, "aws_iam_role_policy", RECORDER)["policy"]
        assert "arn:aws:s3:::example-config/AWSLogs/033333333333/Config/*" in delivers


def test_the_recorders_bucket_takes_what_config_delivers_for_its_account_and_nothing_without_tls(
    stacks: Stacks,
) -> None:
    arn = "arn:aws:s3:::baseline-config-033333333333-us-east-1"
    looks, delivers, refused = statements(block(stacks["data"], "aws_s3_bucket_policy", RECORDER)["policy"])
    assert looks["Principal"] == delivers["Principal"] == {"Service": "config.amazonaws.com"}
    assert looks["Condition"] == {"StringEquals": {"aws:SourceAccount": "033333333333"}}
    assert delivers["Resource"] == f"{arn}/AWSLogs/033333333333/Config/*"
    assert delivers["Condition"] == {
        "StringEquals": {"aws:SourceAccount": "033333333333", "s3:x-amz-acl": "bucket-owner-full-control"}
    }
    assert (refused["Effect"], refused["Resource"]) == ("Deny", [arn, f"{arn}/*"])
    access = block(stacks["data"], "aws_s3_bucket_public_access_block", RECORDER)
    assert {name for name, value in access.items() if value is True} == {
        "block_public_acls",
        "block_public_policy",
        "ignore_public_acls",
        "restrict_public_buckets",
    }


@pytest.mark.parametrize(("settings", "left"), [("{remediation: off}", 1), ("{remediation: manual}", 5)])
def test_without_remediation_there_is_the_rule_alone(settings: str, left: int) -> None:
    for stack in inventory(written(settings)).stacks:
        assert [len(list(part.resources())) for part in stack.parts] == [left, left]


REMEDIATED_NOWHERE = (
    "ap-east-2",
    "ap-southeast-5",
    "ap-southeast-6",
    "ap-southeast-7",
    "cn-north-1",
    "cn-northwest-1",
    "mx-central-1",
)


@pytest.mark.parametrize("partition", PARTITIONS)
def test_where_config_remediates_nothing_the_rule_is_alone_and_check_says_so(partition: str) -> None:
    every = list(PARTITIONS[partition].all_regions)
    text = (
        f"version: 1\norganization: {{partition: {partition}, home_region: {every[0]}, regions: {json.dumps(every)}}}\n"
        'accounts: [{name: data, id: "033333333333"}]\nfeatures: {log_group_encryption: true}\n'
    )
    found = inventory(text)
    parts = [part for stack in found.stacks for part in stack.parts]
    alone = [part.site.region for part in parts if len(list(part.resources())) == 1]
    expected = [region for region in every if region in REMEDIATED_NOWHERE]
    assert sorted(alone) == sorted(expected)
    feature = FEATURES["log_group_encryption"]
    remarks = [remark for remark in feature.remarks(found.organization.uses(feature)) if "rule alone" in remark]
    listed = ", ".join(expected)
    of = f"log_group_encryption creates the rule alone in {listed} of data: AWS Config remediates nothing there"
    assert remarks == ([of] if expected else [])


def test_check_says_what_must_be_there_and_what_changes_other_peoples_log_groups() -> None:
    found = inventory(ON).organization
    feature = FEATURES["log_group_encryption"]
    assert list(feature.remarks(found.uses(feature))) == [
        "log_group_encryption needs a recorder of AWS Config in eu-west-2, us-east-1 of payer; `recorder: managed` "
        "makes one",
        "log_group_encryption makes a recorder of AWS Config in eu-west-2, us-east-1 of data and does not start it; "
        "AWS refuses a second recorder in a region, and Security Hub's Config.1 fails without one that records "
        "everything (`recorder: complete`)",
        "log_group_encryption changes log groups that others made, by itself, in data: begin with "
        "`remediation: manual` and look at what the rule finds",
        "log_group_encryption takes log groups away from other keys in data: what they hold already stays encrypted "
        "with the other key, which must be kept",
    ]


def test_switched_off_the_recorder_is_forgotten_and_the_rest_is_destroyed(tmp_path: Any) -> None:
    on = inventory(ON)
    off = expand(configuration(TWO_BY_TWO).organization, on.lock)
    stacks = synthesize(off, tmp_path)
    assert set(removed(stacks["payer"])) == set()
    kinds = {address.partition(".")[0] for address in removed(stacks["data"])}
    assert kinds == {
        "aws_config_configuration_recorder",
        "aws_config_delivery_channel",
        "aws_iam_role",
        "aws_iam_role_policy",
        "aws_iam_role_policy_attachment",
        "aws_s3_bucket",
        "aws_s3_bucket_ownership_controls",
        "aws_s3_bucket_policy",
        "aws_s3_bucket_public_access_block",
        "aws_s3_bucket_server_side_encryption_configuration",
        "aws_s3_bucket_versioning",
    }
    assert {address.partition(".")[2] for address in removed(stacks["data"])} == {
        "config_recorder_eu_west_2",
        "config_recorder_us_east_1",
    }


def test_a_recorder_that_is_no_longer_managed_is_forgotten_and_the_rule_stays() -> None:
    before = inventory(written("{recorder: managed}"))
    after = expand(configuration(written("true")).organization, before.lock)
    for stack in after.stacks:
        assert len(stack.forgotten) == 22
        assert "aws_config_config_rule.log_group_encryption_us_east_1" in stack.addresses()


def test_a_key_that_would_refuse_the_remediation_is_found_before_anything_is_deployed() -> None:
    text = written("true") + "keys: {purposes: {logs: {services: []}}}\n"
    broken = [str(chain) for chain in broken_chains(inventory(text))]
    why = "no statement is for this caller"
    assert [chain for chain in broken if "logs.eu-west-2.amazonaws.com" in chain and why in chain]


def test_administrators_that_cover_its_role_are_refused_under_separate_duties() -> None:
    text = written("true") + 'keys: {administrators: ["role/baseline-*"], separate_duties: true}\n'
    role = "arn:aws:iam::111111111111:role/baseline-log-group-encryption-eu-west-2"
    with pytest.raises(Mistakes, match=f"keys.administrators: .* covers `{role}`, the role of the feature"):
        inventory(text)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ("{remediation: automatically}", "must be `manual`, `automatic` or `off`, got `automatically`"),
        ("{recorder: none}", "must be `existing`, `managed` or `complete`, got `none`"),
        (
            "{recorder_bucket: x-y-z}",
            "recorder_bucket: `x-y-z` is for a recorder of ours, and `recorder` is `existing`",
        ),
        ("{recorder_s3_key: true}", "recorder_s3_key: no bucket is made that could be under the key"),
        (
            "{recorder: complete, recorder_s3_key: true, recorder_bucket: x-y-z}",
            "recorder_s3_key: no bucket is made that could be under the key",
        ),
        ('{exclude: ["a*b"]}', "with `*` at the beginning, at the end or both, nowhere else, got `a*b`"),
        ('{exclude: ["*"]}', "with `*` at the beginning, at the end or both, nowhere else, got `*`"),
        ('{exclude: ["{{ x }}"]}', "must be a log group's name"),
        ("{evaluate_every_hours: 2}", "must be 1, 3, 6, 12, 24 hours, got `2`"),
        ("{maximum_automatic_attempts: 26}", "must be 1 to 25 attempts, got `26`"),
        ("{retry_attempt_seconds: 0}", "must be 1 to 2678000 seconds, got `0`"),
        (
            "{exclude: [" + ", ".join(f"{'x' * 500}{i}" for i in range(60)) + "]}",
            "exclude: with these 60 patterns the runbook has",
        ),
    ],
)
def test_a_wrong_setting_is_named_with_its_line(settings: str, message: str) -> None:
    with pytest.raises(Mistakes) as caught:
        configuration(written(settings))
    assert str(caught.value).startswith("organization.yaml:6: features.log_group_encryption.")
    assert message in str(caught.value)


@pytest.mark.parametrize("settings", ["true", "{remediation: automatic}"])
def test_a_namespace_that_aws_keeps_from_runbooks_is_refused(settings: str) -> None:
    text = written(settings).replace("organization: {", "organization: {namespace: amazonians, ")
    with pytest.raises(Mistakes) as caught:
        configuration(text)
    assert "AWS refuses a runbook whose name starts with the namespace `amazonians`" in str(caught.value)
    configuration(text.replace(settings, "{remediation: off}"))
