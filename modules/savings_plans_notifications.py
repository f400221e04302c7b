"""The topic and the budgets that tell of Savings Plans."""

from cdktf import TerraformProvider
from cdktf_cdktf_provider_aws.budgets_budget import BudgetsBudget, BudgetsBudgetNotification
from constructs import Construct

from baseline.features.savings_plans_notifications import SavingsPlansNotifications
from modules.resources import named
from modules.topics import topic


def savings_plans_notifications(scope: Construct, part: SavingsPlansNotifications, provider: TerraformProvider) -> None:
    """The topic, then the budgets, which wait for the policy that lets Budgets publish."""
    topic(scope, part.topic, part.key, provider)
    for budget in part.budgets:
        named(
            BudgetsBudget(
                scope,
                f"budget_{budget.address}",
                provider=provider,
                name=budget.name,
                budget_type=budget.type,
                time_unit="MONTHLY",
                limit_amount="100",
                limit_unit="PERCENTAGE",
                notification=[
                    BudgetsBudgetNotification(
                        notification_type="ACTUAL",
                        comparison_operator="LESS_THAN",
                        threshold=budget.below,
                        threshold_type="PERCENTAGE",
                        subscriber_sns_topic_arns=[f"${{aws_sns_topic_policy.{part.topic.address}.arn}}"],
                    )
                ],
            ),
            budget.address,
        )
