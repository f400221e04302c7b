"""Budgets: notifications with their subscribers, tags, and the limit of Savings Plans budgets."""

from typing import Any
from uuid import uuid4

import pytest

from tests.sandbox.conftest import ACCOUNT, CALLER_ACCOUNT, DEPLOY_ROLE, REGION, Client
from tests.sandbox.refusals import refusal

TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:notify"
ELSEWHERE = f"arn:aws:sns:us-east-1:{ACCOUNT}:notify"
BELOW_90 = {"NotificationType": "ACTUAL", "ComparisonOperator": "LESS_THAN", "Threshold": 90.0}
BELOW_50 = {**BELOW_90, "Threshold": 50.0, "ThresholdType": "PERCENTAGE"}
MISSING = "NotFoundException"


def to_topic(address: str) -> dict[str, str]:
    return {"SubscriptionType": "SNS", "Address": address}


def to_person(address: str) -> dict[str, str]:
    return {"SubscriptionType": "EMAIL", "Address": address}


@pytest.fixture(scope="module")
def budgets(client: Client) -> Any:
    """Budgets in the second account."""
    return client("budgets", DEPLOY_ROLE, "us-east-1")


@pytest.fixture
def where(budgets: Any) -> dict[str, str]:
    """The account and the name of a budget of the test's own."""
    where = {"AccountId": ACCOUNT, "BudgetName": f"budget-{uuid4()}"}
    create(budgets, where)
    return where


def create(budgets: Any, where: dict[str, str], **more: Any) -> None:
    """A budget of Savings Plans, with nothing that has a default."""
    kind = more.pop("BudgetType", "SAVINGS_PLANS_UTILIZATION")
    budget = {"BudgetName": where["BudgetName"], "BudgetType": kind, "TimeUnit": "MONTHLY", **more.pop("Budget", {})}
    budgets.create_budget(AccountId=where["AccountId"], Budget=budget, **more)


def subscribers(budgets: Any, where: dict[str, str], notification: dict[str, Any]) -> list[str]:
    found = budgets.describe_subscribers_for_notification(**where, Notification=notification)["Subscribers"]
    return [subscriber["Address"] for subscriber in found]


@pytest.mark.parametrize("kind", ["SAVINGS_PLANS_UTILIZATION", "SAVINGS_PLANS_COVERAGE"])
def test_the_limit_of_savings_plans_is_100_percent_and_nothing_else(budgets: Any, kind: str) -> None:
    where = {"AccountId": ACCOUNT, "BudgetName": f"budget-{uuid4()}"}
    limit = {"Amount": "90", "Unit": "PERCENTAGE"}
    code, message = refusal(create, budgets=budgets, where=where, BudgetType=kind, Budget={"BudgetLimit": limit})
    assert (code, "must be 100" in message) == ("InvalidParameterException", True)
    create(budgets, where, BudgetType=kind, Budget={"BudgetLimit": {"Amount": "100", "Unit": "PERCENTAGE"}})
    budget = budgets.describe_budget(**where)["Budget"]
    assert budget["BudgetLimit"] == {"Amount": "100.0", "Unit": "PERCENTAGE"}
    assert "CostTypes" not in budget


def test_a_budget_has_the_notifications_that_it_was_created_with(budgets: Any) -> None:
    where = {"AccountId": ACCOUNT, "BudgetName": f"budget-{uuid4()}"}
    create(budgets, where, NotificationsWithSubscribers=[{"Notification": BELOW_90, "Subscribers": [to_topic(TOPIC)]}])
    assert subscribers(budgets, where, BELOW_90) == [TOPIC]


def test_a_notification_is_found_whatever_is_left_to_its_defaults(budgets: Any, where: dict[str, str]) -> None:
    budgets.create_notification(
        **where, Notification=BELOW_90, Subscribers=[to_topic(TOPIC), to_person("a@example.com")]
    )
    found = budgets.describe_notifications_for_budget(**where)["Notifications"]
    assert found == [{"NotificationState": "OK", **BELOW_90}]
    in_full = {**BELOW_90, "ThresholdType": "PERCENTAGE", "NotificationState": "ALARM"}
    for notification in (BELOW_90, in_full, found[0]):
        assert subscribers(budgets, where, notification) == [TOPIC, "a@example.com"]
    budgets.delete_notification(**where, Notification=in_full)
    assert budgets.describe_notifications_for_budget(**where)["Notifications"] == []
    assert refusal(budgets.delete_notification, **where, Notification=BELOW_90)[0] == MISSING


def test_notifications_of_a_budget_differ(budgets: Any, where: dict[str, str]) -> None:
    budgets.create_notification(**where, Notification=BELOW_90, Subscribers=[to_topic(TOPIC)])
    again = {**where, "Notification": BELOW_90, "Subscribers": [to_topic(TOPIC)]}
    assert refusal(budgets.create_notification, **again)[0] == "DuplicateRecordException"
    budgets.create_notification(**{**again, "Notification": BELOW_50})
    change = {"OldNotification": BELOW_90, "NewNotification": BELOW_50}
    assert refusal(budgets.update_notification, **where, **change)[0] == "DuplicateRecordException"
    budgets.delete_notification(**where, Notification=BELOW_50)
    budgets.update_notification(**where, **change)
    assert subscribers(budgets, where, BELOW_50) == [TOPIC]


def test_subscribers_come_and_go_and_the_last_takes_the_notification_along(budgets: Any, where: dict[str, str]) -> None:
    of = {**where, "Notification": BELOW_90}
    person = to_person("a@example.com")
    budgets.create_notification(**of, Subscribers=[to_topic(TOPIC)])
    budgets.create_subscriber(**of, Subscriber=person)
    assert refusal(budgets.create_subscriber, **of, Subscriber=person)[0] == "DuplicateRecordException"
    budgets.update_subscriber(**of, OldSubscriber=person, NewSubscriber=to_topic(ELSEWHERE))
    assert subscribers(budgets, where, BELOW_90) == [TOPIC, ELSEWHERE]
    assert refusal(budgets.delete_subscriber, **of, Subscriber=person)[0] == MISSING
    for topic in (TOPIC, ELSEWHERE):
        budgets.delete_subscriber(**of, Subscriber=to_topic(topic))
    assert budgets.describe_notifications_for_budget(**where)["Notifications"] == []


@pytest.mark.parametrize("address", [TOPIC.replace(ACCOUNT, CALLER_ACCOUNT), TOPIC.replace(":sns:", ":sqs:"), "notify"])
def test_a_topic_has_to_be_the_accounts_own(budgets: Any, where: dict[str, str], address: str) -> None:
    of = {**where, "Notification": BELOW_90}
    with_it = [{"Notification": BELOW_50, "Subscribers": [to_topic(address)]}]
    new = {**where, "BudgetName": f"budget-{uuid4()}"}
    refused = refusal(create, budgets=budgets, where=new, NotificationsWithSubscribers=with_it)
    assert refused == (
        "InvalidParameterException",
        f"Unable to create notification - {address} is no topic of this account",
    )
    assert refusal(budgets.describe_budget, **new)[0] == MISSING
    assert refusal(budgets.create_notification, **of, Subscribers=[to_topic(address)]) == refused
    budgets.create_notification(**of, Subscribers=[to_topic(TOPIC)])
    assert refusal(budgets.create_subscriber, **of, Subscriber=to_topic(address)) == refused
    change = {"OldSubscriber": to_topic(TOPIC), "NewSubscriber": to_topic(address)}
    assert refusal(budgets.update_subscriber, **of, **change) == refused


def test_an_updated_budget_keeps_its_notifications_and_tags(budgets: Any, where: dict[str, str]) -> None:
    arn = f"arn:aws:budgets::{ACCOUNT}:budget/{where['BudgetName']}"
    budgets.tag_resource(ResourceARN=arn, ResourceTags=[{"Key": "purpose", "Value": "sns"}])
    budgets.create_notification(**where, Notification=BELOW_90, Subscribers=[to_topic(TOPIC)])
    new = {"BudgetName": where["BudgetName"], "BudgetType": "SAVINGS_PLANS_COVERAGE", "TimeUnit": "QUARTERLY"}
    budgets.update_budget(AccountId=ACCOUNT, NewBudget=new)
    assert budgets.describe_budget(**where)["Budget"]["TimeUnit"] == "QUARTERLY"
    assert subscribers(budgets, where, BELOW_90) == [TOPIC]
    assert budgets.list_tags_for_resource(ResourceARN=arn)["ResourceTags"] == [{"Key": "purpose", "Value": "sns"}]


def test_tags_are_kept_from_the_creation_to_the_deletion(budgets: Any) -> None:
    where = {"AccountId": ACCOUNT, "BudgetName": f"budget-{uuid4()}"}
    arn = f"arn:aws:budgets::{ACCOUNT}:budget/{where['BudgetName']}"
    create(budgets, where, ResourceTags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}])
    budgets.untag_resource(ResourceARN=arn, ResourceTagKeys=["a"])
    assert budgets.list_tags_for_resource(ResourceARN=arn)["ResourceTags"] == [{"Key": "b", "Value": "2"}]
    budgets.delete_budget(**where)
    assert refusal(budgets.list_tags_for_resource, ResourceARN=arn)[0] == MISSING
    create(budgets, where)
    assert budgets.list_tags_for_resource(ResourceARN=arn)["ResourceTags"] == []


def test_a_budget_that_is_not_there_has_nothing(budgets: Any) -> None:
    nowhere = {"AccountId": ACCOUNT, "BudgetName": "nowhere"}
    new = {"BudgetName": "nowhere", "BudgetType": "COST", "TimeUnit": "MONTHLY"}
    assert refusal(budgets.describe_notifications_for_budget, **nowhere)[0] == MISSING
    assert refusal(budgets.create_notification, **nowhere, Notification=BELOW_90, Subscribers=[])[0] == MISSING
    assert refusal(budgets.update_budget, AccountId=ACCOUNT, NewBudget=new)[0] == MISSING


def test_a_cost_budget_still_needs_a_limit_of_its_own(budgets: Any) -> None:
    where = {"AccountId": ACCOUNT, "BudgetName": f"budget-{uuid4()}"}
    assert refusal(create, budgets=budgets, where=where, BudgetType="COST")[0] == "InvalidParameterException"
    create(budgets, where, BudgetType="COST", Budget={"BudgetLimit": {"Amount": "12.5", "Unit": "USD"}})
    assert budgets.describe_budget(**where)["Budget"]["BudgetLimit"]["Amount"] == "12.5"


def test_budgets_of_another_account_are_out_of_reach(budgets: Any) -> None:
    where = {"AccountId": CALLER_ACCOUNT, "BudgetName": "theirs"}
    assert refusal(create, budgets=budgets, where=where)[0] == "AccessDeniedException"
