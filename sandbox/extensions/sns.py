"""SNS: takes any key for a topic, and says at Publish whether it can be used. Nothing is sent to the outside.

https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
"""

from typing import Any

from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult
from moto.sns.exceptions import SNSInvalidParameter
from moto.sns.models import Subscription
from moto.sns.responses import SNSResponse

from baseline.iam.request import IamCaller
from sandbox.calls import leave_note
from sandbox.extensions.callers import UNKNOWN, signed_caller
from sandbox.extensions.key_uses import on_behalf_of
from sandbox.extensions.topics import (
    KEY_USES,
    NotPublished,
    encryption_context,
    require_key,
    require_known_principals,
    require_topic_policy,
)

_CONFIRMED_BY_SOMEBODY = frozenset({"email", "email-json", "http", "https"})
_PENDING = "PendingConfirmation"


class SandboxSns(SNSResponse):
    """Moto's SNS, which takes any policy, asks neither a topic's policy nor its key, and confirms every subscription itself."""

    def create_topic(self) -> ActionResult:
        if text := self._get_attributes().get("Policy"):
            require_known_principals(text, self.partition)
        return super().create_topic()

    def set_topic_attributes(self) -> ActionResult:
        if self._get_param("AttributeName") == "Policy":
            require_known_principals(self._get_param("AttributeValue"), self.partition)
        return super().set_topic_attributes()

    def publish(self) -> ActionResult:
        if arn := self._get_param("TopicArn") or self._get_param("TargetArn"):
            self._require_publisher(arn)
        return super().publish()

    def publish_batch(self) -> ActionResult:
        self._require_publisher(self._get_param("TopicArn"))
        return super().publish_batch()

    def subscribe(self) -> ActionResult:
        """What a person or a web server has to confirm stays pending, for nobody outside gets a message.

        https://docs.aws.amazon.com/sns/latest/api/API_Subscribe.html
        """
        answer = super().subscribe()
        result: Any = answer.result
        subscription = self.backend.subscriptions[result["SubscriptionArn"]]
        if subscription.protocol != "sqs":
            self.backend.subscriptions[subscription.arn] = _Unsent(subscription)
        if not self._is_pending(subscription):
            return answer
        subscription.attributes |= {_PENDING: True, "ConfirmationWasAuthenticated": False}
        return answer if self._get_bool_param("ReturnSubscriptionArn", False) else _PENDING_ANSWER

    def unsubscribe(self) -> ActionResult:
        subscription = self.backend.subscriptions.get(self._get_param("SubscriptionArn"))
        if subscription and self._is_pending(subscription):
            message = "Invalid parameter: Cannot unsubscribe a subscription that is pending confirmation"
            raise SNSInvalidParameter(message)
        return super().unsubscribe()

    def _is_pending(self, subscription: Subscription) -> bool:
        return subscription.protocol in _CONFIRMED_BY_SOMEBODY

    def _require_publisher(self, topic_arn: str) -> None:
        """Raises SNS's own error unless the topic's policy and its key let the caller publish."""
        caller = self._caller()
        topic = self.backend.get_topic(topic_arn)
        requests = on_behalf_of(caller, f"sns.{self.region}", KEY_USES, encryption_context(topic))
        try:
            require_topic_policy(topic, caller, {})
            require_key(topic, requests)
        except NotPublished as error:
            leave_note(self.normalized_request.environ, error.note)
            raise

    def _caller(self) -> IamCaller:
        return signed_caller(self, ServiceException("InvalidClientTokenId", UNKNOWN))


class _Unsent(Subscription):
    """A subscription whose messages end here, where moto would go out to the endpoint."""

    def __init__(self, subscription: Subscription) -> None:
        vars(self).update(vars(subscription))

    def publish(self, *_: object, **__: object) -> None:
        pass


_PENDING_ANSWER = ActionResult({"SubscriptionArn": "pending confirmation"})
