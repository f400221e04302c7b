"""Service principals that a partition lacks: keys, topics and buckets refuse a policy that names one."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from sandbox.seed import AccountSeed, seed
from tests.sandbox.conftest import connect, policy, statement
from tests.sandbox.refusals import refusal

ACCOUNT = "343434343434"
REGIONS = {"aws": "eu-west-2", "aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}
LACKING = [
    ("aws-cn", "codestar-notifications.amazonaws.com"),
    ("aws-cn", "lambda.amazonaws.com.cn"),
    ("aws-us-gov", "budgets.amazonaws.com"),
    ("aws-us-gov", "costalerts.amazonaws.com"),
]
TAKEN = [
    ("aws", "budgets.amazonaws.com"),
    ("aws", "codestar-notifications.amazonaws.com"),
    ("aws-cn", "budgets.amazonaws.com"),
    ("aws-cn", "logs.cn-north-1.amazonaws.com.cn"),
    ("aws-us-gov", "cloudwatch.amazonaws.com"),
    ("aws-us-gov", "nobody-has-asked.amazonaws.com"),
]
Connect = Callable[[str, str], Any]


@pytest.fixture(scope="module")
def connected(url: str) -> Connect:
    """A client of a service in a partition, called by a user of an account there."""
    keys = {partition: seed(url, ACCOUNT, [AccountSeed(ACCOUNT, partition)], []) for partition in REGIONS}

    def make(partition: str, service: str) -> Any:
        key = keys[partition]
        return connect(url, service, REGIONS[partition], (key.access_key_id, key.secret_access_key, None))

    return make


def key_policy(partition: str, service: str) -> str:
    root = statement("Root", {"AWS": f"arn:{partition}:iam::{ACCOUNT}:root"}, "kms:*")
    return policy(root, statement("ServiceUsesTheKey", {"Service": service}, "kms:Decrypt"))


@pytest.mark.parametrize(("partition", "service"), LACKING)
def test_a_key_refuses_a_service_that_the_partition_lacks(connected: Connect, partition: str, service: str) -> None:
    kms, text = connected(partition, "kms"), key_policy(partition, service)
    refused = "MalformedPolicyDocumentException", "Policy contains a statement with one or more invalid principals."
    assert refusal(kms.create_key, Policy=text) == refused
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    assert refusal(kms.put_key_policy, KeyId=key, Policy=text) == refused


@pytest.mark.parametrize(("partition", "service"), TAKEN)
def test_a_key_takes_whatever_nobody_says_is_lacking(connected: Connect, partition: str, service: str) -> None:
    text = key_policy(partition, service)
    assert connected(partition, "kms").create_key(Policy=text)["KeyMetadata"]["Enabled"]


@pytest.mark.parametrize(("partition", "service"), LACKING)
def test_a_topic_refuses_it_too(connected: Connect, partition: str, service: str) -> None:
    sns = connected(partition, "sns")
    arn = sns.create_topic(Name="alerts")["TopicArn"]
    text = policy({**statement("Publishes", {"Service": service}, "sns:Publish"), "Resource": arn})
    refused = "InvalidParameter", "Invalid parameter: Policy Error: PrincipalNotFound"
    wrong = {"TopicArn": arn, "AttributeName": "Policy", "AttributeValue": text}
    assert refusal(sns.set_topic_attributes, **wrong) == refused
    assert refusal(sns.create_topic, Name="others", Attributes={"Policy": text}) == refused
    assert service not in sns.get_topic_attributes(TopicArn=arn)["Attributes"]["Policy"]


def test_a_topic_takes_a_service_that_the_partition_has(connected: Connect) -> None:
    sns = connected("aws-us-gov", "sns")
    arn = sns.create_topic(Name="alerts")["TopicArn"]
    publishes = {**statement("Publishes", {"Service": "events.amazonaws.com"}, "sns:Publish"), "Resource": arn}
    sns.set_topic_attributes(TopicArn=arn, AttributeName="Policy", AttributeValue=policy(publishes))
    assert json.loads(sns.get_topic_attributes(TopicArn=arn)["Attributes"]["Policy"])["Statement"] == [publishes]


def test_a_bucket_refuses_it_too(connected: Connect) -> None:
    s3 = connected("aws-us-gov", "s3")
    s3.create_bucket(Bucket="bills", CreateBucketConfiguration={"LocationConstraint": REGIONS["aws-us-gov"]})
    writes = statement("Writes", {"Service": "budgets.amazonaws.com"}, "s3:PutObject")
    text = policy({**writes, "Resource": "arn:aws-us-gov:s3:::bills/*"})
    refused = "MalformedPolicy", "Invalid principal in policy"
    assert refusal(s3.put_bucket_policy, Bucket="bills", Policy=text) == refused
