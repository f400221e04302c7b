"""Budgets: with notifications that have subscribers and tags, and the limit that Savings Plans budgets have.

https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_Operations_AWS_Budgets.html
"""

import json
from typing import Any

from moto.budgets.exceptions import DuplicateRecordException, NotFoundException
from moto.budgets.models import Budget, Notification
from moto.budgets.responses import BudgetsResponse
from moto.core.base_backend import BackendDict, BaseBackend
from moto.core.exceptions import JsonRESTError
from moto.utilities.tagging_service import TaggingService
from moto.utilities.utils import PARTITION_NAMES

from baseline.iam.arns import Arn
from baseline.iam.policy_error import PolicyError

_SHARES = frozenset({"RI_UTILIZATION", "RI_COVERAGE", "SAVINGS_PLANS_UTILIZATION", "SAVINGS_PLANS_COVERAGE"})
"""Types that measure a share: they default to a limit of 100, and take no other.

https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_Budget.html
"""
_DONE = "{}"
_WHOLE = {"Amount": "100.0", "Unit": "PERCENTAGE"}

Json = dict[str, Any]


class _TagsBackend(BaseBackend):
    """The tags of budgets by ARN, which moto drops; one of these an account and partition."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.tagger = TaggingService()


_tags = BackendDict(_TagsBackend, "budgets", use_boto3_regions=False, additional_regions=PARTITION_NAMES)


class SandboxBudgets(BudgetsResponse):
    """Moto's Budgets, with everything about what a budget has."""

    def create_budget(self) -> str:
        budget, notifications = self._budget("Budget"), self._get_param("NotificationsWithSubscribers", [])
        for notification in notifications:
            self._require_subscribers(notification["Subscribers"])
        self.backend.create_budget(self._account(), budget, notifications)
        self._tagger.tag_resource(self._arn(budget["BudgetName"]), self._get_param("ResourceTags", []))
        return _DONE

    def update_budget(self) -> str:
        budget = self._budget("NewBudget")
        old = self._found(budget["BudgetName"])
        new = Budget(budget, [])
        new.notifications = old.notifications
        self.backend.budgets[self._account()][budget["BudgetName"]] = new
        return _DONE

    def delete_budget(self) -> str:
        answer = super().delete_budget()
        self._tagger.delete_all_tags_for_resource(self._arn(self._get_param("BudgetName")))
        return answer

    def create_notification(self) -> str:
        budget = self._found()
        self._require_new(budget, self._get_param("Notification"))
        subscribers = self._get_param("Subscribers")
        self._require_subscribers(subscribers)
        budget.add_notification(self._get_param("Notification"), subscribers)
        return _DONE

    def update_notification(self) -> str:
        new = self._get_param("NewNotification")
        notification = self._notification("OldNotification")
        if _identity(new) != _identity(notification.details):
            self._require_new(self._found(), new)
        notification.details = new
        return _DONE

    def delete_notification(self) -> str:
        self._found().notifications.remove(self._notification())
        return _DONE

    def describe_notifications_for_budget(self) -> str:
        details = [{"NotificationState": "OK", **details} for details in self._found().get_notifications()]
        return json.dumps({"Notifications": details})

    def create_subscriber(self) -> str:
        subscriber = self._get_param("Subscriber")
        subscribers = self._subscribers()
        if subscriber in subscribers:
            raise DuplicateRecordException("subscriber", subscriber["Address"])
        self._require_subscribers([subscriber])
        subscribers.append(subscriber)
        return _DONE

    def update_subscriber(self) -> str:
        new = self._get_param("NewSubscriber")
        subscribers = self._subscribers()
        self._require_subscribers([new])
        subscribers[self._position("OldSubscriber", subscribers)] = new
        return _DONE

    def delete_subscriber(self) -> str:
        """The last one takes the notification along."""
        notification, subscribers = self._notification(), self._subscribers()
        del subscribers[self._position("Subscriber", subscribers)]
        if not subscribers:
            self._found().notifications.remove(notification)
        return _DONE

    def describe_subscribers_for_notification(self) -> str:
        return json.dumps({"Subscribers": self._subscribers()})

    def tag_resource(self) -> str:
        self._tagger.tag_resource(self._tagged(), self._get_param("ResourceTags"))
        return _DONE

    def untag_resource(self) -> str:
        self._tagger.untag_resource_using_names(self._tagged(), self._get_param("ResourceTagKeys"))
        return _DONE

    def list_tags_for_resource(self) -> str:
        return json.dumps({"ResourceTags": self._tagger.list_tags_for_resource(self._tagged())["Tags"]})

    @property
    def _tagger(self) -> TaggingService:
        return _tags[self.current_account][self.partition].tagger

    def _account(self) -> str:
        """The account of the call, which can only be the caller's own."""
        account_id: str = self._get_param("AccountId")
        if account_id != self.current_account:
            raise JsonRESTError("AccessDeniedException", f"Account {account_id} is not authorized to be accessed.")
        return account_id

    def _arn(self, name: str) -> str:
        return f"arn:{self.partition}:budgets::{self.current_account}:budget/{name}"

    def _tagged(self) -> str:
        arn: str = self._get_param("ResourceARN")
        if arn not in map(self._arn, self.backend.budgets[self.current_account]):
            raise NotFoundException(f"Resource {arn} does not exist.")
        return arn

    def _budget(self, parameter: str) -> Json:
        """The budget of the call, with the limit that its type has."""
        budget: Json = self._get_param(parameter)
        if budget["BudgetType"] not in _SHARES:
            return budget
        if float(budget.get("BudgetLimit", _WHOLE)["Amount"]) != 100:
            message = f"Unable to create/update budget - the limit of a {budget['BudgetType']} budget must be 100"
            raise JsonRESTError("InvalidParameterException", message)
        return {**budget, "BudgetLimit": _WHOLE}

    def _found(self, name: str = "") -> Budget:
        name = name or self._get_param("BudgetName")
        budget = self.backend.budgets[self._account()].get(name)
        if budget is None:
            raise NotFoundException(f"Unable to get budget: {name} - the budget doesn't exist.")
        return budget

    def _notification(self, parameter: str = "Notification") -> Notification:
        wanted = _identity(self._get_param(parameter))
        for notification in self._found().notifications:
            if _identity(notification.details) == wanted:
                return notification
        raise NotFoundException("Unable to get notification - the notification doesn't exist.")

    def _require_new(self, budget: Budget, details: Json) -> None:
        if _identity(details) in map(_identity, budget.get_notifications()):
            raise DuplicateRecordException("notification", details["NotificationType"])

    def _subscribers(self) -> list[Json]:
        subscribers: Any = self._notification().subscribers
        return subscribers  # type: ignore[no-any-return]

    def _position(self, parameter: str, subscribers: list[Json]) -> int:
        wanted = self._get_param(parameter)
        if wanted not in subscribers:
            raise NotFoundException("Unable to get subscriber - the subscriber doesn't exist.")
        return subscribers.index(wanted)

    def _require_subscribers(self, subscribers: list[Json]) -> None:
        """A topic has to be the account's own; its region is free.

        https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-sns-policy.html
        """
        for subscriber in subscribers:
            if subscriber["SubscriptionType"] == "SNS" and not self._is_own_topic(subscriber["Address"]):
                message = f"Unable to create notification - {subscriber['Address']} is no topic of this account"
                raise JsonRESTError("InvalidParameterException", message)

    def _is_own_topic(self, address: str) -> bool:
        try:
            arn = Arn.parse(address)
        except PolicyError:
            return False
        return (arn.partition, arn.service, arn.account_id) == (self.partition, "sns", self.current_account)


def _identity(details: Json) -> tuple[Any, ...]:
    """What tells a notification from the others of its budget; its state does not."""
    threshold_type = details.get("ThresholdType", "PERCENTAGE")
    return details["NotificationType"], details["ComparisonOperator"], float(details["Threshold"]), threshold_type
