"""SNS: who can publish to an encrypted topic, and subscriptions that somebody has to confirm."""

import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from baseline.errors import WorldError
from sandbox.pages import ask
from tests.sandbox.conftest import ACCOUNT, CALLER_ACCOUNT, DEPLOY_ROLE, REGION, Client, statement
from tests.sandbox.key_statements import key_with, through
from tests.sandbox.refusals import refusal, status

ROLE = f"arn:aws:sts::{ACCOUNT}:assumed-role/kms-baseline-deploy/test"
USE = ["kms:Decrypt", "kms:GenerateDataKey*"]
OURS = {"StringEquals": {"aws:SourceAccount": ACCOUNT}}
ALARM = f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:cpu"
ALARMS = {"ArnLike": {"aws:SourceArn": ALARM.replace("cpu", "*")}}
TOPIC_CONTEXT = {"ArnLike": {"kms:EncryptionContext:aws:sns:topicArn": f"arn:aws:sns:{REGION}:{ACCOUNT}:*"}}

PublishAs = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def sns(client: Client) -> Any:
    """SNS in the second account."""
    return client("sns", DEPLOY_ROLE)


@pytest.fixture
def publish_as(url: str) -> PublishAs:
    """Publish as `budgets.amazonaws.com` or another service."""

    def publish(service: str, topic: str, **more: str) -> dict[str, Any]:
        body = json.dumps({"service": f"{service}.amazonaws.com", "topic_arn": topic, **more})
        return dict(ask(url, "POST", "/sandbox/publish-as", body))

    return publish


def topic_of(sns: Any, key: str = "", **attributes: str) -> str:
    """The ARN of a topic of the test's own."""
    given = {**({"KmsMasterKeyId": key} if key else {}), **attributes}
    return str(sns.create_topic(Name=f"topic-{uuid4()}", Attributes=given)["TopicArn"])


def let_publish(sns: Any, topic: str, *statements: dict[str, object]) -> None:
    """Set the topic's policy to one that has these statements."""
    written = [{**about, "Resource": topic} for about in statements]
    text = json.dumps({"Version": "2012-10-17", "Statement": written})
    sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=text)


def service(name: str, actions: object = USE, **condition: object) -> dict[str, object]:
    """A statement that allows a service, under a condition or none."""
    given = {"Condition": condition} if condition else {}
    return statement("TheService", {"Service": f"{name}.amazonaws.com"}, actions, **given)


def delivered(answer: dict[str, Any]) -> bool:
    return answer == {"delivered": True, "code": "", "message": "", "note": ""}


@pytest.mark.parametrize("key", ["alias/nobody", "no key at all", f"arn:aws:kms:{REGION}:{ACCOUNT}:key/nobody"])
def test_a_topic_takes_any_key_and_says_so_when_somebody_publishes(sns: Any, key: str) -> None:
    topic = topic_of(sns, key)
    assert sns.get_topic_attributes(TopicArn=topic)["Attributes"]["KmsMasterKeyId"] == key
    assert refusal(sns.publish, TopicArn=topic, Message="x")[0] == "KMSNotFound"
    assert status(sns.publish, TopicArn=topic, Message="x") == 400
    sns.set_topic_attributes(TopicArn=topic, AttributeName="KmsMasterKeyId", AttributeValue="")
    sns.publish(TopicArn=topic, Message="x")


def test_an_iam_publisher_uses_the_key_through_sns_for_that_topic(
    sns: Any, kms: Any, last_call: Callable[[], dict[str, Any]]
) -> None:
    good = topic_of(sns, key_with(kms, through("sns", USE, **TOPIC_CONTEXT)))
    assert sns.publish(TopicArn=good, Message="x")["MessageId"]
    wrong = topic_of(sns, key_with(kms, through("ec2", USE)))
    code, message = refusal(sns.publish, TopicArn=wrong, Message="x")
    assert (code, f"User: {ROLE} is not authorized to perform: kms:GenerateDataKey on" in message) == (
        "KMSAccessDenied",
        True,
    )
    missed = f"AccountThroughTheService: StringEquals kms:ViaService=sns.{REGION}.amazonaws.com"
    assert last_call()["note"].endswith(missed)


def test_an_iam_publisher_needs_decrypt_as_well(sns: Any, kms: Any) -> None:
    topic = topic_of(sns, key_with(kms, through("sns", "kms:GenerateDataKey*")))
    batch = [{"Id": "1", "Message": "x"}]
    assert refusal(sns.publish, TopicArn=topic, Message="x")[0] == "KMSAccessDenied"
    assert refusal(sns.publish_batch, TopicArn=topic, PublishBatchRequestEntries=batch)[0] == "KMSAccessDenied"


def test_the_key_of_aws_serves_iam_publishers_and_no_service(sns: Any, publish_as: PublishAs) -> None:
    topic = topic_of(sns, "alias/aws/sns")
    let_publish(sns, topic, service("cloudwatch", "sns:Publish"))
    sns.publish(TopicArn=topic, Message="x")
    answer = publish_as("cloudwatch", topic)
    assert (answer["delivered"], answer["code"]) == (False, "KMSAccessDenied")


def test_a_key_that_cannot_be_used_now_says_so(sns: Any, kms: Any, publish_as: PublishAs) -> None:
    key = key_with(kms, through("sns", USE), service("budgets"))
    topic = topic_of(sns, key)
    let_publish(sns, topic, service("budgets", "SNS:Publish"))
    kms.disable_key(KeyId=key)
    assert refusal(sns.publish, TopicArn=topic, Message="x") == ("KMSDisabled", f"{key} is disabled.")
    assert publish_as("budgets", topic)["code"] == "KMSDisabled"
    kms.schedule_key_deletion(KeyId=key)
    assert refusal(sns.publish, TopicArn=topic, Message="x") == ("KMSInvalidState", f"{key} is pending deletion.")


def test_a_topics_policy_can_stop_its_own_account_only_by_a_deny(
    sns: Any, last_call: Callable[[], dict[str, Any]]
) -> None:
    topic = topic_of(sns)
    let_publish(sns, topic, service("budgets", "sns:Publish"))
    sns.publish(TopicArn=topic, Message="x")
    let_publish(sns, topic, statement("Nobody", "*", "sns:*", Effect="Deny"))
    expected = (
        f"User: {ROLE} is not authorized to perform: SNS:Publish on resource: {topic} "
        "with an explicit deny in a resource-based policy"
    )
    assert refusal(sns.publish, TopicArn=topic, Message="x") == ("AuthorizationError", expected)
    assert status(sns.publish, TopicArn=topic, Message="x") == 403
    assert last_call()["note"] == "the topic's policy: denied by Nobody"


def test_another_account_publishes_if_the_topics_policy_lets_it(sns: Any, client: Client) -> None:
    topic, theirs = topic_of(sns), client("sns")
    assert refusal(theirs.publish, TopicArn=topic, Message="x")[0] == "AuthorizationError"
    let_publish(sns, topic, statement("Them", {"AWS": CALLER_ACCOUNT}, "sns:Publish"))
    assert theirs.publish(TopicArn=topic, Message="x")["MessageId"]


def test_a_service_publishes_when_topic_and_key_let_it(
    sns: Any, kms: Any, client: Client, publish_as: PublishAs
) -> None:
    topic = topic_of(sns, key_with(kms, service("cloudwatch", **OURS)))
    let_publish(sns, topic, service("cloudwatch", "sns:Publish", **ALARMS))
    sqs = client("sqs", DEPLOY_ROLE)
    queue = sqs.create_queue(QueueName=str(uuid4()))["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    assert delivered(publish_as("cloudwatch", topic, source_arn=ALARM))
    message = json.loads(sqs.receive_message(QueueUrl=queue)["Messages"][0]["Body"])
    assert message["Message"] == "published as cloudwatch.amazonaws.com"


def test_a_topics_default_policy_lets_no_service_publish(sns: Any, publish_as: PublishAs) -> None:
    answer = publish_as("events", topic_of(sns))
    assert (answer["delivered"], answer["code"]) == (False, "AuthorizationError")
    missed = "__default_statement_ID: StringEquals AWS:SourceOwner=(absent)"
    assert answer["note"] == f"the topic's policy: {missed}"


def test_a_topics_policy_is_about_its_actions_and_resources(sns: Any, publish_as: PublishAs) -> None:
    topic = topic_of(sns)
    let_publish(sns, topic, service("events", "sns:Subscribe"))
    assert publish_as("events", topic)["note"] == "the topic's policy: TheService: Action"
    let_publish(sns, topic, service("events", ["SNS:Pub*"]))
    assert delivered(publish_as("events", topic))
    text = json.dumps(
        {"Version": "2012-10-17", "Statement": [{**service("events", "sns:Publish"), "Resource": topic[:-1]}]}
    )
    sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=text)
    assert publish_as("events", topic)["code"] == "AuthorizationError"


def test_a_topics_policy_that_is_not_decided_is_refused_by_name(sns: Any, publish_as: PublishAs) -> None:
    topic = topic_of(sns)
    let_publish(sns, topic, {"Effect": "Deny", "Principal": "*", "NotAction": "sns:Subscribe"})
    answer = publish_as("events", topic)
    assert (answer["delivered"], answer["code"]) == (False, "NotImplementedException")
    assert "`NotAction`" in answer["message"]


KEY_CONDITIONS = {
    "alarms of the account": ("cloudwatch", OURS, True),
    "alarms, by their ARN": ("cloudwatch", ALARMS, True),
    "alarms, by the topic": ("cloudwatch", TOPIC_CONTEXT, True),
    "budgets of the account": ("budgets", OURS, True),
    "budgets, by the topic, which is only concluded": ("budgets", TOPIC_CONTEXT, False),
    "budgets, by a source that they do not send": ("budgets", ALARMS, False),
    "events of the account, which AWS does not support": ("events", OURS, False),
    "events, by the topic": ("events", TOPIC_CONTEXT, True),
    "anomalies of the account": ("costalerts", OURS, True),
    "buckets of the account": ("s3", OURS, True),
    "buckets, by the topic": ("s3", TOPIC_CONTEXT, True),
    "CodeStar through SNS": (
        "codestar-notifications",
        {"StringEquals": {"kms:ViaService": f"sns.{REGION}.amazonaws.com"}},
        True,
    ),
    "alarms through SNS, which they do not come by": (
        "cloudwatch",
        {"StringEquals": {"kms:ViaService": f"sns.{REGION}.amazonaws.com"}},
        False,
    ),
    "the caller's account, which no service has": (
        "cloudwatch",
        {"StringEquals": {"kms:CallerAccount": ACCOUNT}},
        False,
    ),
    "a service that nothing is known of": ("rds", OURS, False),
    "a service that nothing is known of, without condition": ("rds", {}, True),
}


@pytest.mark.parametrize(("name", "condition", "expected"), KEY_CONDITIONS.values(), ids=KEY_CONDITIONS)
def test_a_service_sends_the_key_only_what_it_is_known_to_send(
    sns: Any, kms: Any, publish_as: PublishAs, name: str, condition: dict[str, object], expected: bool
) -> None:
    topic = topic_of(sns, key_with(kms, service(name, **condition)))
    let_publish(sns, topic, service(name, "sns:Publish"))
    answer = publish_as(name, topic, source_arn=ALARM)
    assert (answer["delivered"], answer["code"]) == (expected, "" if expected else "KMSAccessDenied")
    if not expected:
        assert answer["note"].startswith(f"kms:GenerateDataKey by {name}.amazonaws.com: ")


def test_a_source_is_of_the_account_in_its_arn(sns: Any, publish_as: PublishAs) -> None:
    topic = topic_of(sns)
    let_publish(sns, topic, service("cloudwatch", "sns:Publish", **OURS))
    assert delivered(publish_as("cloudwatch", topic))
    assert delivered(publish_as("cloudwatch", topic, source_arn=ALARM))
    other = publish_as("cloudwatch", topic, source_arn=ALARM.replace(ACCOUNT, CALLER_ACCOUNT))
    assert other["note"] == f"the topic's policy: TheService: StringEquals aws:SourceAccount={CALLER_ACCOUNT}"


def test_a_topic_that_is_not_there_gets_nothing(publish_as: PublishAs) -> None:
    answer = publish_as("events", f"arn:aws:sns:{REGION}:{ACCOUNT}:nowhere")
    assert answer == {"delivered": False, "code": "NotFound", "message": "Topic does not exist", "note": ""}


@pytest.mark.parametrize("body", ["[]", "{}", '{"service": "x", "topic_arn": 1}', '{"service": "x", "topic_arn": "y"}'])
def test_a_page_that_is_asked_wrongly_says_so(url: str, body: str) -> None:
    with pytest.raises(WorldError, match="the sandbox refused /sandbox/publish-as: "):
        ask(url, "POST", "/sandbox/publish-as", body)


@pytest.mark.parametrize(("protocol", "endpoint"), [("email", "a@example.com"), ("https", "https://example.com/x")])
def test_somebody_has_to_confirm_what_is_sent_outside(sns: Any, protocol: str, endpoint: str) -> None:
    topic = topic_of(sns)
    subscribe = {"TopicArn": topic, "Protocol": protocol, "Endpoint": endpoint}
    assert sns.subscribe(**subscribe)["SubscriptionArn"] == "pending confirmation"
    arn = sns.subscribe(**subscribe, ReturnSubscriptionArn=True)["SubscriptionArn"]
    found = sns.get_subscription_attributes(SubscriptionArn=arn)["Attributes"]
    assert (found["PendingConfirmation"], found["Endpoint"]) == ("true", endpoint)
    sns.publish(TopicArn=topic, Message="reaches nobody")
    code, message = refusal(sns.unsubscribe, SubscriptionArn=arn)
    assert (code, "Cannot unsubscribe a subscription that is pending confirmation" in message) == (
        "InvalidParameter",
        True,
    )
    sns.delete_topic(TopicArn=topic)
    assert refusal(sns.get_subscription_attributes, SubscriptionArn=arn)[0] == "NotFound"


def test_a_queue_is_subscribed_at_once_and_leaves(sns: Any) -> None:
    topic = topic_of(sns)
    queue = f"arn:aws:sqs:{REGION}:{ACCOUNT}:queue"
    arn = sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue)["SubscriptionArn"]
    assert sns.get_subscription_attributes(SubscriptionArn=arn)["Attributes"]["PendingConfirmation"] == "false"
    sns.unsubscribe(SubscriptionArn=arn)
    assert sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"] == []
