"""Notification topics and the budgets for Savings Plans, deployed. The tests follow each other."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from baseline.features.topics import PUBLISHERS
from sandbox.pages import ask
from tests.features.deployed import IDS, PLACES, Deployment, deployment
from tests.features.synthesis import TWO_BY_TWO

PAYER = "role: null, features: {savings_plans_notifications: {emails: [finops@example.com], utilization_below: 85}}"
TOPICS = """\
  notification_topics:
    topics:
      - name: alerts
        publishers: [cloudwatch, events, s3, cloudtrail, codestar-notifications]
        subscriptions: [{protocol: email, endpoint: ops@example.com}]
      - {name: bills, home_region_only: true, publishers: [costalerts, budgets]}
"""
PUBLISHERS_OF_KEYS = "cloudwatch, events, budgets, costalerts, s3, cloudtrail, codestar-notifications"
OFF = TWO_BY_TWO + f"keys: {{purposes: {{sns: {{publishers: [{PUBLISHERS_OF_KEYS}]}}}}}}\n"
ON = OFF.replace("role: null", PAYER) + "features:\n" + TOPICS
ALERTS = [(account, region, "alerts") for account, region in PLACES]
BILLS = [(account, "eu-west-2", "bills") for account in IDS]
SAVINGS_PLANS = ("payer", "eu-west-2", "baseline-savings-plans-notifications")
OF_THE_PAYER = [place for place in (*ALERTS, *BILLS, SAVINGS_PLANS) if place[0] == "payer"]
ALLOWED = {
    "alerts": {"cloudwatch", "events", "s3", "cloudtrail", "codestar-notifications"},
    "bills": {"costalerts", "budgets"},
    SAVINGS_PLANS[2]: {"budgets"},
}


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    with deployment(ON, tmp_path_factory) as running:
        yield running


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


def test_they_are_deployed(deployed: Deployment) -> None:
    """That the next plan is empty the demo shows, in more accounts."""
    done = deployed.deploy(ON)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(("account", "region", "name"), [*ALERTS, *BILLS, SAVINGS_PLANS])
def test_every_topic_has_the_sns_key_of_its_account_and_region(
    deployed: Deployment, account: str, region: str, name: str
) -> None:
    sns = deployed.client("sns", account, region)
    attributes = sns.get_topic_attributes(TopicArn=topic_arn(account, region, name))["Attributes"]
    assert attributes["KmsMasterKeyId"] == deployed.key_arn(account, region, "sns")


@pytest.mark.parametrize("account", IDS)
def test_a_topic_of_the_home_region_is_there_only(deployed: Deployment, account: str) -> None:
    names = {
        region: {topic["TopicArn"].rpartition(":")[2] for topic in found["Topics"]}
        for region in ("eu-west-2", "us-east-1")
        for found in [deployed.client("sns", account, region).list_topics()]
    }
    own = {SAVINGS_PLANS[2]} if account == "payer" else set()
    assert names == {"eu-west-2": {"alerts", "bills"} | own, "us-east-1": {"alerts"}}


@pytest.mark.parametrize(("account", "region", "name"), [*ALERTS, *BILLS, SAVINGS_PLANS])
def test_a_message_of_a_listed_publisher_goes_through_and_one_of_a_stranger_is_refused(
    deployed: Deployment, account: str, region: str, name: str
) -> None:
    topic = topic_arn(account, region, name)
    for label in PUBLISHERS:
        own = publish(deployed, label, topic, IDS[account])
        assert own["delivered"] == (label in ALLOWED[name]), own
        foreign = publish(deployed, label, topic, "999999999999")
        assert (foreign["delivered"], foreign["code"]) == (False, "AuthorizationError"), foreign


def test_whoever_may_in_the_account_publishes(deployed: Deployment) -> None:
    topic = topic_arn("data", "us-east-1", "alerts")
    assert deployed.client("sns", "data", "us-east-1").publish(TopicArn=topic, Message="hello")["MessageId"]


def test_the_budgets_tell_the_topic_when_savings_plans_are_low(deployed: Deployment) -> None:
    found = budgets(deployed)
    assert {name: (b["BudgetType"], b["TimeUnit"], b["BudgetLimit"]) for name, b in found.items()} == {
        f"baseline-savings-plans-{measure}": (
            f"SAVINGS_PLANS_{measure.upper()}", "MONTHLY", {"Amount": "100.0", "Unit": "PERCENTAGE"}
        )
        for measure in ("utilization", "coverage")
    }  # fmt: skip
    client = deployed.client("budgets", "payer", "us-east-1")
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


def test_the_subscriptions_are_those_of_the_configuration(deployed: Deployment) -> None:
    for place in ALERTS:
        assert subscriptions(deployed, *place) == [("email", "ops@example.com")]
    assert subscriptions(deployed, *SAVINGS_PLANS) == [("email", "finops@example.com")]


def test_switched_off_the_topics_stay_as_they_were_and_the_budgets_go(deployed: Deployment) -> None:
    done = deployed.deploy(OFF, "--account", "payer")
    assert done.returncode == 0, done.stderr
    assert budgets(deployed) == {}
    for account, region, name in OF_THE_PAYER:
        topic = topic_arn(account, region, name)
        for label in PUBLISHERS:
            assert publish(deployed, label, topic, IDS[account])["delivered"] == (label in ALLOWED[name])


def test_switched_on_again_they_are_taken_up_as_they_are(deployed: Deployment) -> None:
    done = deployed.deploy(ON, "--account", "payer")
    assert done.returncode == 0, done.stderr
    assert set(budgets(deployed)) == {"baseline-savings-plans-utilization", "baseline-savings-plans-coverage"}
    for place in OF_THE_PAYER:
        attributes = deployed.client("sns", *place[:2]).get_topic_attributes(TopicArn=topic_arn(*place))["Attributes"]
        assert attributes["KmsMasterKeyId"] == deployed.key_arn(*place[:2], "sns")
    assert "no changes" in deployed.deploy(ON, "--account", "payer").stderr
