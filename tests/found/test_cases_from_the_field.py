"""What people really met with key policies, each as a small policy and what the program says of it."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from baseline.found.policy import found_policy
from baseline.found.validate import validate
from baseline.iam.evaluate import decide
from baseline.iam.request import IamCaller, Request, ServiceCaller
from baseline.key_policy.place import KeyPlace
from baseline.prover.any_policy import prove_policy
from baseline.prover.difference import difference
from baseline.prover.general_claims import KEEPS
from baseline.prover.meant import Meant
from tests.found.policies import ROOT, A, policy, statement

OPERATOR = f"arn:aws:iam::{A}:user/operator"
AUTO_SCALING = f"arn:aws:iam::{A}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling"
R = "eu-west-2"


def ids(text: str, region: str = R) -> dict[str, str]:
    """Errors and warnings by statement."""
    found = [f for f in validate(text, "", region) if f.kind.severity != "note"]
    return {f"{finding.statement or 'policy'} {finding.kind.id}": finding.problem for finding in found}


def verdicts(text: str, purpose: str = "") -> Mapping[str, str]:
    return {
        f.about.id: f.verdict
        for f in prove_policy(found_policy(text).plain, KeyPlace("aws", A, R), Meant(purpose=purpose))
    }


def may(text: str, caller: Any, action: str, **context: str) -> bool:
    return decide(found_policy(text).plain, Request(caller, action, context)).effect == "allowed"


# https://github.com/terraform-aws-modules/terraform-aws-kms/issues/14
def test_nobody_is_left_who_may_change_the_policy() -> None:
    logs = statement({"Service": f"logs.{R}.amazonaws.com"}, ["kms:Decrypt", "kms:GenerateDataKey*"]) | {"Sid": "Logs"}
    alone = policy(statement({"AWS": OPERATOR}, "kms:*") | {"Sid": "OneOperator"}, logs, root=False)
    assert f"KMS takes it from user/operator of {A}" in ids(alone)["policy lockout"]
    assert "MalformedPolicyDocumentException" in ids(policy(logs, root=False))["policy lockout"]
    assert verdicts(alone)["no-lockout"] == "fails"


# https://github.com/terraform-aws-modules/terraform-aws-eks/pull/2163
def test_an_empty_list_is_a_statement_without_principal() -> None:
    assert set(ids(policy(statement({"AWS": []}) | {"Sid": "Users"}))) == {"Users no-principal"}


# https://github.com/terraform-aws-modules/terraform-aws-kms/issues/44
def test_a_wildcard_in_a_principal_is_refused_with_what_to_write() -> None:
    text = policy(statement({"AWS": f"arn:aws:iam::{A}:role/Admin*"}))
    [finding] = [f for f in validate(text) if f.kind.id == "principal-with-wildcard"]
    assert "ArnLike on aws:PrincipalArn" in finding.kind.remedy
    assert "sso.amazonaws.com*/AWSReservedSSO_NAME_*" in finding.kind.remedy


# https://github.com/hashicorp/terraform-provider-aws/issues/40639
def test_a_sid_with_spaces_is_fine_and_kept() -> None:
    text = policy(ROOT | {"Sid": "Enable IAM User Permissions"}, root=False)
    assert validate(text) == []
    assert found_policy(text).statements[0].name == "Enable IAM User Permissions"


# https://docs.aws.amazon.com/kms/latest/APIReference/API_PutKeyPolicy.html
def test_statements_that_kms_stores_and_that_do_nothing() -> None:
    root = {name: value for name, value in ROOT.items() if name != "Resource"}
    trail = statement({"Service": "cloudtrail.amazonaws.com"}, ["kms=GenerateDataKey", "kms:GenerateDatakeys"])
    text = policy(root, trail | {"Sid": "Trail"}, root=False)
    found = ids(text)
    assert set(found) == {"Root no-resource", "Trail unknown-action", "policy lockout"}
    assert not may(text, ServiceCaller("cloudtrail.amazonaws.com"), "kms:GenerateDataKey")
    assert ids(policy(statement(action="kms:generatedatakey"))) == {}


# https://github.com/prowler-cloud/prowler/issues/970
def test_which_statements_are_really_open_to_everyone() -> None:
    text = policy(
        statement({"AWS": "*"}, StringEquals={"kms:CallerAccount": A}) | {"Sid": "A"},
        statement("*", "kms:ScheduleKeyDeletion", "Deny") | {"Sid": "B"},
        statement({"AWS": "*"}, "kms:DescribeKey") | {"Sid": "C"},
        ROOT | {"Sid": "D"},
        root=False,
    )
    assert {finding for finding in ids(text) if "open" in finding} == {"C open-to-everyone"}


# https://github.com/cloud-custodian/cloud-custodian/issues/2392
def test_for_all_values_is_true_when_the_key_is_absent() -> None:
    condition = {"ForAllValues:StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}
    text = policy(statement({"AWS": "*"}) | {"Sid": "Org", "Condition": condition})
    assert set(ids(text)) == {"Org open-to-everyone", "Org set-operator-on-one-value"}
    assert verdicts(text)["no-foreign-principal"] == "fails"


# https://github.com/Skyscanner/LambdaGuard/issues/15, https://github.com/Netflix/security_monkey/issues/468
def test_the_object_form_and_the_list_form_mean_the_same() -> None:
    single = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "kms:Decrypt",
        "Resource": "*",
    }
    listed = single | {"Principal": {"Service": ["sns.amazonaws.com"]}, "Action": ["kms:Decrypt"], "Resource": ["*"]}
    one, other = (json.dumps({"Version": "2012-10-17", "Statement": s}) for s in (single, [listed]))
    assert ids(one) == ids(other)
    assert verdicts(one) == verdicts(other)
    assert difference(found_policy(one).plain, found_policy(other).plain, "aws", A) == []


# https://github.com/awslabs/landing-zone-accelerator-on-aws/issues/31
def test_an_alarm_calls_kms_itself() -> None:
    text = policy(statement({"Service": "sns.amazonaws.com"}, "kms:*"))
    assert not may(text, ServiceCaller("cloudwatch.amazonaws.com"), "kms:Decrypt")
    assert verdicts(text, "sns")["services-do-what-they-must"] == "fails"


# https://github.com/awslabs/landing-zone-accelerator-on-aws/issues/407
def test_eventbridge_cannot_publish_under_a_source_account() -> None:
    both = {"Service": ["cloudwatch.amazonaws.com", "events.amazonaws.com"]}
    text = policy(statement(both, ["kms:Decrypt", "kms:GenerateDataKey*"], StringEquals={"aws:SourceAccount": A}))
    [problem] = ids(text).values()
    assert problem.startswith(
        "for messages to topics AWS calls `aws:SourceAccount` of `events.amazonaws.com` unsupported"
    )
    assert "topicArn" in problem
    assert not may(text, ServiceCaller("events.amazonaws.com"), "kms:Decrypt")
    assert may(text, ServiceCaller("cloudwatch.amazonaws.com"), "kms:Decrypt", **{"aws:SourceAccount": A})


# https://github.com/kubernetes/kops/issues/11545
def test_auto_scaling_cannot_launch_without_grants() -> None:
    use = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"]
    text = policy(ROOT | {"Action": ["kms:PutKeyPolicy"]}, statement({"AWS": AUTO_SCALING}, use), root=False)
    caller, via = IamCaller(AUTO_SCALING), {"kms:ViaService": f"ec2.{R}.amazonaws.com"}
    assert may(text, caller, "kms:Decrypt", **via)
    assert not may(text, caller, "kms:CreateGrant", **via, **{"kms:GrantIsForAWSResource": "true"})
    assert verdicts(text, "ebs")["account-uses-the-service"] == "fails"


# https://github.com/hashicorp/terraform-provider-aws/issues/25258
def test_a_log_group_needs_the_service_in_the_policy() -> None:
    assert verdicts(policy(), "logs")["services-do-what-they-must"] == "fails"


# https://github.com/awslabs/landing-zone-accelerator-on-aws/issues/1054
def test_the_service_principal_of_another_region_may_not_be_known() -> None:
    names = ["logs.ap-southeast-2.amazonaws.com", "logs.ap-southeast-4.amazonaws.com"]
    context = {"kms:EncryptionContext:aws:logs:arn": f"arn:aws:logs:*:{A}:*"}
    text = policy(statement({"Service": names}, "kms:Decrypt", ArnLike=context))
    problems = ids(text, "ap-southeast-2")
    assert problems == {
        "statement 2 service-of-another-region": "`logs.ap-southeast-4.amazonaws.com` is of ap-southeast-4, the key of "
        "ap-southeast-2"
    }


# https://github.com/cloudposse/terraform-aws-security-hub/pull/33
def test_an_arn_of_another_partition_is_told() -> None:
    assert "statement 2 other-partition" in ids(policy(statement({"AWS": f"arn:aws-us-gov:iam::{A}:root"})))


# https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html
def test_describing_the_key_has_no_context() -> None:
    trail = {"kms:EncryptionContext:aws:cloudtrail:arn": f"arn:aws:cloudtrail:*:{A}:trail/t"}
    actions = ["kms:GenerateDataKey*", "kms:DescribeKey"]
    text = policy(statement({"Service": "cloudtrail.amazonaws.com"}, actions, ArnLike=trail))
    assert set(ids(text)) == {"statement 2 condition-key-not-carried"}


# https://repost.aws/knowledge-center/backup-cross-account-copy-error
def test_a_copy_needs_the_key_of_the_volume_to_let_the_other_account_in() -> None:
    copier = IamCaller("arn:aws:iam::555555555555:role/AWSBackupDefaultServiceRole")
    assert not may(policy(), copier, "kms:Decrypt")
    assert may(policy(statement({"AWS": "arn:aws:iam::555555555555:root"})), copier, "kms:Decrypt")


# https://github.com/hashicorp/terraform/issues/13973
@pytest.mark.parametrize(
    "other",
    [
        {"Principal": {"AWS": [f"arn:aws:iam::{A}:role/B", f"arn:aws:iam::{A}:role/A"]}},
        {"Action": ["kms:Encrypt", "kms:Decrypt", "kms:Decrypt"]},
        {"Sid": "Renamed"},
    ],
)
def test_another_order_is_no_difference(other: dict[str, Any]) -> None:
    people = {"AWS": [f"arn:aws:iam::{A}:role/A", f"arn:aws:iam::{A}:role/B"]}
    first = statement(people, ["kms:Decrypt", "kms:Encrypt"])
    old, new = (found_policy(policy(s)).plain for s in (first, first | other))
    assert difference(old, new, "aws", A) == []


# https://github.com/terraform-aws-modules/terraform-aws-kms/pull/18
def test_the_id_of_a_deleted_role_is_told_with_its_statement() -> None:
    names = ["AROAEXAMPLE1234567890", f"arn:aws:iam::{A}:role/KeyAdmins"]
    text = policy(statement({"AWS": names}, ["kms:Put*", "kms:Describe*"]) | {"Sid": "KeyAdministrators"})
    assert set(ids(text)) == {"KeyAdministrators deleted-principal"}
    assert "unsupported" not in verdicts(text).values()


# https://github.com/yaml/pyyaml/issues/165, https://github.com/Nayjest/lm-proxy/issues/79
def test_duplicate_keys_and_a_byte_order_mark() -> None:
    twice = policy().replace('"Action": "kms:*"', '"Action": "kms:*", "Action": "kms:Decrypt"')
    assert set(ids(twice)) == {"policy duplicate-key"}
    assert validate("\ufeff" + policy()) == []


@pytest.mark.parametrize("action", KEEPS)
def test_each_right_of_the_root_user_is_asked_for(action: str) -> None:
    assert verdicts(policy())["no-lockout"] == "holds"
    assert verdicts(policy(statement("*", action, "Deny")))["no-lockout"] == "fails"
