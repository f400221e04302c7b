"""Notification topics and the budgets for Savings Plans, deployed."""

import json
from typing import Any

import pytest

from baseline.features.topics import PUBLISHERS
from sandbox.pages import ask
from tests.deployed.deployment import IDS, PLACES, REGIONS, Deployment

ALERTS = [(account, region, "alerts") for account, region in PLACES]
BILLS = [(account, "eu-west-2", "bills") for account in IDS]
SAVINGS_PLANS = ("payer", "eu-west-2", "baseline-savings-plans-notifications")
OF_THE_PAYER = [place for place in (*ALERTS, *BILLS, SAVINGS_PLANS) if place[0] == "payer"]
ALLOWED = {
    "alerts": {"cloudwatch", "events", "s3", "cloudtrail", "codestar-notifications"},
    "bills": {"costalerts", "budgets"},
    SAVINGS_PLANS[2]: {"budgets"},
}


def topic_arn(account: str, region: str, name: str) -> str:
    return f"arn:aws:sns:{region}:{IDS[account]}:{name}"


def publish(deployed: Deployment, label: str, topic: str, source_account: str) -> dict[str, Any]:
    """Publish as a service does for something that an account has."""
    source = f"arn:aws:{label}:eu-west-2:{source_account}:something"
    body = {"service": f"{label}.amazonaws.com", "topic_arn": topic, "source_arn": source}
    answer: dict[str, Any] = ask(deployed.aws.url, "POST", "/sandbox/publish-as", json.dumps(body))
    return answer


def budgets(deployed: Deployment) -> dict[str, Any]:
    found = deployed.client("budgets", "payer", "us-east-1").describe_budgets(AccountId=IDS["payer"])
    return {budget["BudgetName"]: budget for budget in found.get("Budgets", [])}


@pytest.mark.parametrize(("account", "region", "name"), [*ALERTS, *BILLS, SAVINGS_PLANS])
def test_every_topic_has_the_sns_key_of_its_account_and_region(
    switched_on: Deployment, account: str, region: str, name: str
) -> None:
    sns = switched_on.client("sns", account, region)
    attributes = sns.get_topic_attributes(TopicArn=topic_arn(account, region, name))["Attributes"]
    assert attributes["KmsMasterKeyId"] == switched_on.key_arn(account, region, "sns")


@pytest.mark.parametrize("account", IDS)
def test_a_topic_of_the_home_region_is_there_only(switched_on: Deployment, account: str) -> None:
    names = {
        region: {topic["TopicArn"].rpartition(":")[2] for topic in found["Topics"]}
        for region in REGIONS
        for found in [switched_on.client("sns", account, region).list_topics()]
    }
    own = {SAVINGS_PLANS[2]} if account == "payer" else set()
    assert names == {"eu-west-2": {"alerts", "bills"} | own, "us-east-1": {"alerts"}}


@pytest.mark.parametrize(("account", "region", "name"), [*ALERTS, *BILLS, SAVINGS_PLANS])
def test_a_message_of_a_listed_publisher_goes_through_and_one_of_a_stranger_is_refused(
    switched_on: Deployment, account: str, region: str, name: str
) -> None:
    topic = topic_arn(account, region, name)
    for label in PUBLISHERS:
        own = publish(switched_on, label, topic, IDS[account])
        assert own["delivered"] == (label in ALLOWED[name]), own
        foreign = publish(switched_on, label, topic, "999999999999")
        assert (foreign["delivered"], foreign["code"]) == (False, "AuthorizationError"), foreign


def test_whoever_may_in_the_account_publishes(switched_on: Deployment) -> None:
    topic = topic_arn("data", "us-east-1", "alerts")
    assert switched_on.client("sns", "data", "us-east-1").publish(TopicArn=topic, Message="hello")["MessageId"]


def test_the_budgets_tell_the_topic_when_savings_plans_are_low(switched_on: Deployment) -> None:
    found = budgets(switched_on)
    assert {name: (b["BudgetType"], b["TimeUnit"], b["BudgetLimit"]) for name, b in found.items()} == {
        f"baseline-savings-plans-{measure}": (
            f"SAVINGS_PLANS_{measure.upper()}", "MONTHLY", {"Amount": "100.0", "Unit": "PERCENTAGE"}
        )
        for measure in ("utilization", "coverage")
    }  # fmt: skip
    client = switched_on.client("budgets", "payer", "us-east-1")
    below = {}
    for name in found:
        of = {"AccountId": IDS["payer"], "BudgetName": name}
        [notification] = client.describe_notifications_for_budget(**of)["Notifications"]
        below[name] = notification["Threshold"]
        assert (notification["NotificationType"], notification["ComparisonOperator"]) == ("ACTUAL", "LESS_THAN")
        wanted = {key: value for key, value in notification.items() if key != "NotificationState"}
        subscribers = client.describe_subscribers_for_notification(**of, Notification=wanted)["Subscribers"]
        assert subscribers == [{"SubscriptionType": "SNS", "Address": topic_arn(*SAVINGS_PLANS)}]
    assert below == {"baseline-savings-plans-utilization": 85, "baseline-savings-plans-coverage": 70}


def subscriptions(deployed: Deployment, account: str, region: str, name: str) -> list[tuple[str, str]]:
    sns = deployed.client("sns", account, region)
    found = sns.list_subscriptions_by_topic(TopicArn=topic_arn(account, region, name))["Subscriptions"]
    return [(subscription["Protocol"], subscription["Endpoint"]) for subscription in found]


def test_the_subscriptions_are_those_of_the_configuration(switched_on: Deployment) -> None:
    for place in ALERTS:
        assert subscriptions(switched_on, *place) == [("email", "ops@example.com")]
    assert subscriptions(switched_on, *SAVINGS_PLANS) == [("email", "finops@example.com")]


def test_switched_off_the_topics_stay_as_they_were_and_the_budgets_go(switched_off: Deployment) -> None:
    assert budgets(switched_off) == {}
    for account, region, name in OF_THE_PAYER:
        topic = topic_arn(account, region, name)
        for label in PUBLISHERS:
            assert publish(switched_off, label, topic, IDS[account])["delivered"] == (label in ALLOWED[name])


def test_switched_on_again_they_are_taken_up_as_they_are(switched_on_again: Deployment) -> None:
    assert set(budgets(switched_on_again)) == {"baseline-savings-plans-utilization", "baseline-savings-plans-coverage"}
    for place in OF_THE_PAYER:
        attributes = switched_on_again.client("sns", *place[:2]).get_topic_attributes(TopicArn=topic_arn(*place))[
            "Attributes"
        ]
        assert attributes["KmsMasterKeyId"] == switched_on_again.key_arn(*place[:2], "sns")
