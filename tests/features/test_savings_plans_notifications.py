"""The budgets for Savings Plans and their topic: what is written for Terraform, where, and what people are told."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from baseline.chains import broken_chains, check_chains
from baseline.errors import Mistakes, Refusal
from baseline.expansion import expand
from operations.notes import deployment_notes
from tests.conftest import Stacks, configuration, inventory
from tests.features.synthesis import TWO_BY_TWO, removed, resources, synthesize
from tests.test_synthesized import strangers

SETTINGS = "savings_plans_notifications: {emails: [finops@example.com], coverage_below: 60}"
PAYER = TWO_BY_TWO.replace("role: null", f"role: null, features: {{{SETTINGS}}}")
EVERYWHERE = TWO_BY_TWO + "features: {savings_plans_notifications: {emails: [a@example.com, b@example.com]}}\n"
NAME = "savings_plans_notifications_eu_west_2"
TOPIC = "arn:aws:sns:eu-west-2:111111111111:baseline-savings-plans-notifications"


@pytest.fixture(scope="module")
def stacks(tmp_path_factory: pytest.TempPathFactory) -> Stacks:
    return synthesize(inventory(PAYER), tmp_path_factory.mktemp("payer"))


def written(resource: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in resource.items() if name != "//"}


def test_the_two_budgets_notify_the_topic_when_the_month_is_below_the_percentage(stacks: Stacks) -> None:
    budgets = resources(stacks["payer"], "aws_budgets_budget")
    below = {"utilization": 80, "coverage": 60}
    assert {name: written(budget) for name, budget in budgets.items()} == {
        f"savings_plans_{measure}": {
            "provider": "aws.eu_west_2",
            "name": f"baseline-savings-plans-{measure}",
            "budget_type": f"SAVINGS_PLANS_{measure.upper()}",
            "time_unit": "MONTHLY",
            "limit_amount": "100",
            "limit_unit": "PERCENTAGE",
            "notification": [
                {
                    "notification_type": "ACTUAL",
                    "comparison_operator": "LESS_THAN",
                    "threshold": percentage,
                    "threshold_type": "PERCENTAGE",
                    "subscriber_sns_topic_arns": [f"${{aws_sns_topic_policy.{NAME}.arn}}"],
                }
            ],
        }
        for measure, percentage in below.items()
    }


def test_the_topic_has_the_key_of_its_region_and_is_never_destroyed(stacks: Stacks) -> None:
    assert written(resources(stacks["payer"], "aws_sns_topic")[NAME]) == {
        "provider": "aws.eu_west_2",
        "name": "baseline-savings-plans-notifications",
        "kms_master_key_id": "${aws_kms_alias.sns_eu_west_2.target_key_arn}",
        "lifecycle": {"prevent_destroy": True},
    }


def test_the_account_keeps_the_topic_and_budgets_publishes_for_the_account_only(stacks: Stacks) -> None:
    policy = resources(stacks["payer"], "aws_sns_topic_policy")[NAME]
    assert policy["arn"] == f"${{aws_sns_topic.{NAME}.arn}}"
    account, budgets = json.loads(policy["policy"])["Statement"]
    assert (account["Principal"], account["Resource"]) == ({"AWS": "arn:aws:iam::111111111111:root"}, TOPIC)
    assert {"sns:Publish", "sns:Subscribe", "sns:SetTopicAttributes", "sns:DeleteTopic"} <= set(account["Action"])
    assert budgets == {
        "Sid": "BudgetsPublish",
        "Effect": "Allow",
        "Principal": {"Service": "budgets.amazonaws.com"},
        "Action": "sns:Publish",
        "Resource": TOPIC,
        "Condition": {"StringEquals": {"aws:SourceAccount": "111111111111"}},
    }


def test_every_address_is_subscribed(stacks: Stacks) -> None:
    [subscription] = resources(stacks["payer"], "aws_sns_topic_subscription").values()
    assert written(subscription) == {
        "provider": "aws.eu_west_2",
        "topic_arn": f"${{aws_sns_topic.{NAME}.arn}}",
        "protocol": "email",
        "endpoint": "finops@example.com",
    }


def test_the_provider_knows_every_argument(stacks: Stacks) -> None:
    assert strangers(stacks["payer"]["resource"]) == []


def test_it_is_in_the_home_region_of_the_accounts_where_it_is_on(stacks: Stacks) -> None:
    assert resources(stacks["data"], "aws_budgets_budget") == {}
    own_home = EVERYWHERE.replace('"033333333333"', '"033333333333", home_region: us-east-1')
    parts = [part for stack in inventory(own_home).stacks for part in stack.parts]
    assert [(part.site.account, part.site.region) for part in parts] == [("data", "us-east-1"), ("payer", "eu-west-2")]


def test_an_address_more_changes_no_other_name() -> None:
    def addresses(emails: str) -> set[str]:
        text = PAYER.replace("[finops@example.com]", f"[{emails}]")
        return {r.address for stack in inventory(text).stacks for part in stack.parts for r in part.resources()}

    before = addresses("finops@example.com")
    assert len(addresses("another@example.com, finops@example.com") - before) == 1
    assert before < addresses("another@example.com, finops@example.com")


def test_when_home_moves_the_budgets_stay_what_they_are_and_the_old_topic_is_forgotten() -> None:
    before = inventory(PAYER)
    moved = PAYER.replace("role: null", "role: null, home_region: us-east-1")
    [_, payer] = expand(configuration(moved).organization, before.lock).stacks
    addresses = {resource.address for part in payer.parts for resource in part.resources()}
    assert {address for address in addresses if "budget" in address} == {
        "aws_budgets_budget.savings_plans_utilization",
        "aws_budgets_budget.savings_plans_coverage",
    }
    assert "aws_sns_topic.savings_plans_notifications_us_east_1" in addresses
    assert payer.forgotten == (f"aws_sns_topic.{NAME}", f"aws_sns_topic_policy.{NAME}")


PLACES = """\
version: 1
organization: {{home_region: {home}, regions: [{home}], partition: {partition}}}
accounts: [{{name: payer, id: "111111111111"}}]
features: {{savings_plans_notifications: {{emails: [finops@example.com]}}}}
"""


def test_in_govcloud_it_is_refused_where_it_is_switched_on() -> None:
    with pytest.raises(Mistakes) as caught:
        configuration(PLACES.format(home="us-gov-west-1", partition="aws-us-gov"))
    assert str(caught.value) == (
        "organization.yaml:4: features.savings_plans_notifications: the partition aws-us-gov lacks what this feature "
        "configures\n  help: remove it: AWS Budgets is in the standard account that is billed"
    )


def test_in_china_it_is_there_once_the_key_lets_budgets_in() -> None:
    """Nobody tried whether KMS knows the service there, so it is in no key's policy by default."""
    text = PLACES.format(home="cn-north-1", partition="aws-cn")
    assert "does not allow `budgets.amazonaws.com`" in str(next(broken_chains(inventory(text))))
    found = inventory(text + "keys: {purposes: {sns: {publishers: [budgets]}}}\n")
    assert list(broken_chains(found)) == []
    [part] = found.stacks[0].parts
    assert "arn:aws-cn:sns:cn-north-1:111111111111:baseline-savings-plans-notifications" in part.topic.policy  # type: ignore[attr-defined]
    assert "savings_plans_notifications waits for 1 confirmation by email: 1 address in 1 account" in list(
        deployment_notes(found)
    )


def remarks(text: str) -> list[str]:
    return [note for note in deployment_notes(inventory(text)) if note.startswith("savings_plans")]


def test_for_the_payer_alone_it_says_who_must_confirm() -> None:
    assert remarks(PAYER) == ["savings_plans_notifications waits for 1 confirmation by email: 1 address in 1 account"]


def test_for_several_accounts_it_says_how_many_confirmations_that_makes_and_whom_it_is_meant_for() -> None:
    assert remarks(EVERYWHERE) == [
        "savings_plans_notifications waits for 4 confirmations by email: 2 addresses in 2 accounts",
        "savings_plans_notifications is meant for the payer, whose budgets see the Savings Plans of the whole "
        "organization; it is on in payer, data",
    ]


def test_without_emails_it_says_that_nobody_is_told() -> None:
    assert remarks(PAYER.replace("finops@example.com", "")) == [
        "savings_plans_notifications is on and lists no emails in payer: nobody is told"
    ]


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("utilization_below: 200", "utilization_below: must be 1 to 100 per cent, got `200`"),
        ("coverage_below: 0", "coverage_below: must be 1 to 100 per cent, got `0`"),
        ("coverage_below: 79.5", "coverage_below: must be a whole number, got `79.5`"),
        ("utilization_below: 80%", "utilization_below: must be a whole number, got `80%`"),
        ("emails: [finops]", "emails[0]: must be an email address like finops@example.com, got `finops`"),
        ("emails: finops@example.com", "emails: must be a list, got `finops@example.com`"),
        ("emails: [a@example.com, a@example.com]", "emails: `a@example.com` is listed twice\n  help: keep one"),
        ("email: [a@example.com]", "unknown field `email`\n  help: did you mean `emails`?"),
    ],
)
def test_a_wrong_setting_is_named_with_its_line(setting: str, message: str) -> None:
    with pytest.raises(Mistakes) as caught:
        configuration(TWO_BY_TWO + f"features:\n  savings_plans_notifications:\n    {setting}\n")
    assert str(caught.value).startswith("organization.yaml:8: features.savings_plans_notifications.")
    assert message in str(caught.value)


def test_a_key_that_does_not_let_budgets_in_is_refused_with_the_chain() -> None:
    check_chains(inventory(PAYER))
    with pytest.raises(Refusal) as caught:
        check_chains(inventory(PAYER + "keys: {purposes: {sns: {publishers: [events]}}}\n"))
    assert (
        "organization.yaml:4: accounts[0].features.savings_plans_notifications: payer eu-west-2: AWS Budgets publishes "
        "to the topic `baseline-savings-plans-notifications`, and the key `sns_eu_west_2` does not allow "
        "`budgets.amazonaws.com` kms:GenerateDataKey"
    ) in str(caught.value)


def test_switched_off_the_topic_stays_with_its_policy_and_the_rest_is_destroyed(tmp_path: Path) -> None:
    on = inventory(PAYER)
    off = expand(configuration(TWO_BY_TWO).organization, on.lock)
    stack = synthesize(off, tmp_path)["payer"]
    assert set(removed(stack)) == {f"aws_sns_topic.{NAME}", f"aws_sns_topic_policy.{NAME}"}
    for type in ("aws_sns_topic", "aws_sns_topic_policy", "aws_sns_topic_subscription", "aws_budgets_budget"):
        assert resources(stack, type) == {}
