"""Whether a topic's policy and its key let somebody publish, an IAM principal or a service."""

import json
from collections.abc import Iterable, Mapping

from moto.core.exceptions import ServiceException
from moto.sns.exceptions import SNSInvalidParameter
from moto.sns.models import Topic

from baseline.iam.request import Caller, IamCaller, Request
from sandbox.extensions.callers import arn_of
from sandbox.extensions.key_uses import refusal
from sandbox.extensions.principals import unknown_principals
from sandbox.extensions.resource_policies import judge_call

KEY_USES = ("kms:GenerateDataKey", "kms:Decrypt")
"""https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html"""

_CODES = {
    "AccessDeniedException": "KMSAccessDenied",
    "DisabledException": "KMSDisabled",
    "KMSInvalidStateException": "KMSInvalidState",
    "NotFoundException": "KMSNotFound",
}
"""SNS's name of each error of KMS. https://docs.aws.amazon.com/sns/latest/api/API_Publish.html"""


class NotPublished(ServiceException):
    """SNS's error, with the reason in full."""

    def __init__(self, code: str, message: str, note: str) -> None:
        super().__init__(code, message)
        self.note = note


def encryption_context(topic: Topic) -> dict[str, str]:
    """What SNS binds the messages of a topic to.

    https://docs.aws.amazon.com/sns/latest/dg/sns-enable-encryption-for-topic.html
    """
    return {"aws:sns:topicArn": topic.arn}


def require_known_principals(text: str, partition: str) -> None:
    """Raises SNS's own error for a topic's policy that names somebody whom AWS does not know."""
    if unknown_principals(json.loads(text), partition):
        raise SNSInvalidParameter("Invalid parameter: Policy Error: PrincipalNotFound")


def require_topic_policy(topic: Topic, caller: Caller, context: Mapping[str, str]) -> None:
    """Raises NotPublished when the topic's policy does not let the caller publish.

    A principal of the topic's account may do so by its IAM policies too, which are not judged.
    """
    decision = judge_call(json.loads(topic.policy), caller, "sns:Publish", topic.arn, context)
    is_own = isinstance(caller, IamCaller) and caller.account_id == topic.account_id
    if decision.effect == "allowed" or (is_own and decision.effect == "not allowed"):
        return
    name = arn_of(caller) if isinstance(caller, IamCaller) else caller.name
    is_denied = decision.effect == "denied"
    why = (
        "with an explicit deny in a resource-based policy"
        if is_denied
        else "because no resource-based policy allows the SNS:Publish action"
    )
    message = f"User: {name} is not authorized to perform: SNS:Publish on resource: {topic.arn} {why}"
    note = f"denied by {decision.sid}" if is_denied else "; ".join(decision.notes)
    raise NotPublished("AuthorizationError", message, f"the topic's policy: {note}")


def require_key(topic: Topic, requests: Iterable[Request]) -> None:
    """Raises NotPublished when the topic is encrypted and its key refuses one of the requests.

    (SNS uses a data key for five minutes, in which AWS would not ask the key again.)
    """
    key = topic.kms_master_key_id
    refused = key and refusal(key, topic.account_id, topic.sns_backend.region_name, requests)
    if refused:
        raise NotPublished(_CODES[refused.code], refused.message, refused.note or refused.message)
