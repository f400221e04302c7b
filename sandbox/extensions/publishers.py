"""AWS services that publish to topics, which no client can do in their place: `POST /sandbox/publish-as`.

A service sends its topic and its key exactly the condition keys of which AWS says so, or somebody who saw it.
"""

from collections.abc import Mapping
from typing import Any

from moto.core.exceptions import ServiceException
from moto.sns.models import Topic, sns_backends

from baseline.iam.arns import Arn, is_account_id
from baseline.iam.policy_error import PolicyError
from baseline.iam.request import ServiceCaller
from baseline.iam.services import calling_service
from sandbox.extensions.key_uses import in_its_own_name
from sandbox.extensions.topics import KEY_USES, NotPublished, encryption_context, require_key, require_topic_policy

_DOCS = "https://docs.aws.amazon.com/"
SOURCES_SENT_TO_TOPICS = {
    "budgets.amazonaws.com": _DOCS + "cost-management/latest/userguide/budgets-sns-policy.html",
    "cloudtrail.amazonaws.com": _DOCS
    + "awscloudtrail/latest/userguide/cloudtrail-permissions-for-sns-notifications.html",
    "cloudwatch.amazonaws.com": _DOCS + "sns/latest/dg/sns-access-policy-use-cases.html",
    "codestar-notifications.amazonaws.com": _DOCS + "dtconsole/latest/userguide/troubleshooting.html",
    "costalerts.amazonaws.com": _DOCS + "cost-management/latest/userguide/ad-SNS.html",
    "events.amazonaws.com": _DOCS + "eventbridge/latest/userguide/eb-use-conditions.html",
    "s3.amazonaws.com": _DOCS + "AmazonS3/latest/userguide/grant-destinations-permissions-to-s3.html",
}
"""Services that let a topic's policy ask for aws:SourceAccount and aws:SourceArn, and where AWS says so."""


def publish_as(values: Any) -> dict[str, Any]:
    """Publish to a topic as a service: `service`, `topic_arn` and, if the service has one, `source_arn`.

    The source's account is that of its ARN, else that of the topic. Raises ValueError for what is not such a request.
    """
    service, topic_arn, source_arn = _request(values)
    try:
        arn = Arn.parse(topic_arn)
        sns = sns_backends[arn.account_id][arn.region]
        topic = sns.get_topic(topic_arn)
        _require_publisher(topic, service, _sources(topic, source_arn))
        sns.publish(f"published as {service}", topic_arn)
    except PolicyError as error:
        raise ValueError(str(error)) from None
    except ServiceException as error:
        note = error.note if isinstance(error, NotPublished) else ""
        return {"delivered": False, "code": error.code, "message": error.message, "note": note}
    return {"delivered": True, "code": "", "message": "", "note": ""}


def _request(values: Any) -> tuple[str, str, str]:
    known = {"service", "topic_arn", "source_arn"}
    if not isinstance(values, Mapping) or not known >= set(values) or not {"service", "topic_arn"} <= set(values):
        raise ValueError("publish-as takes an object with `service`, `topic_arn` and perhaps `source_arn`")
    if not all(isinstance(value, str) for value in values.values()):
        raise ValueError("publish-as takes texts only")
    return values["service"], values["topic_arn"], values.get("source_arn", "")


def _sources(topic: Topic, source_arn: str) -> dict[str, str]:
    account_id = Arn.parse(source_arn).account_id if source_arn else ""
    sources = {"aws:SourceAccount": account_id if is_account_id(account_id) else topic.account_id}
    return {**sources, "aws:SourceArn": source_arn} if source_arn else sources


def _require_publisher(topic: Topic, service: str, sources: Mapping[str, str]) -> None:
    require_topic_policy(topic, ServiceCaller(service), sources if service in SOURCES_SENT_TO_TOPICS else {})
    sent, pairs = _sent_to_the_key(topic, service, sources)
    require_key(topic, in_its_own_name(service, KEY_USES, sent, pairs))


def _sent_to_the_key(
    topic: Topic, service: str, sources: Mapping[str, str]
) -> tuple[dict[str, str], Mapping[str, str]]:
    """The condition keys and the encryption context, without what is only concluded from other facts."""
    caller = calling_service(service)
    known = {sent.key for sent in (caller.sent if caller else ()) if sent.evidence != "inferred"}
    possible = {**sources, "kms:ViaService": f"sns.{topic.sns_backend.region_name}.amazonaws.com"}
    pairs = {k: v for k, v in encryption_context(topic).items() if f"kms:EncryptionContext:{k}" in known}
    return {key: value for key, value in possible.items() if key in known}, pairs
