"""What AWS services send to KMS when they call with their own service principal.

A condition on a key that the service does not send never holds, so an Allow with it gives nothing.
(Services that act with the credentials of an IAM principal are not here: they send what that principal sends.)
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from baseline.iam.condition_keys import ENCRYPTION_CONTEXT, GLOBAL, of_services, spelled
from baseline.iam.evidence import Evidence

_DOCS = "https://docs.aws.amazon.com/"
_CLOUDTRAIL_KEY = _DOCS + "awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html"
_DISTRIBUTIONS = _DOCS + "AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-s3.html"
_CODE_ARCHIVES = _DOCS + "lambda/latest/dg/encrypt-zip-package.html"
_CONFIG_BUCKET = _DOCS + "config/latest/developerguide/s3-kms-key-policy.html"
_CODESTAR = _DOCS + "dtconsole/latest/userguide/set-up-sns.html"
_COST_ANOMALIES = _DOCS + "cost-management/latest/userguide/ad-SNS.html"
_GAMELIFT = "https://docs.amazonaws.cn/en_us/gamelift/latest/flexmatchguide/queue-notification-sns-sse.html"
_INVENTORY = _DOCS + "AmazonS3/latest/userguide/configure-inventory.html"
_LOG_DELIVERY = _DOCS + "AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-S3.html"
_LOG_GROUPS = _DOCS + "AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html"
_LOG_QUERIES = _DOCS + "AmazonCloudWatch/latest/logs/CloudWatchLogs-Insights-Query-Encrypt.html"
_QUEUES = _DOCS + "AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html"
_SENDS_TO_QUEUES = "https://github.com/aws/aws-cdk/issues/33169"
_TOPICS = _DOCS + "sns/latest/dg/sns-enable-encryption-for-topic.html"
_TRAIL_CALLS = _DOCS + "awscloudtrail/latest/userguide/how-kms-works-with-cloudtrail.html"
_ALARMS = (
    "https://aws.github.io/modern-data-architecture-accelerator/typedocs/functions/"
    "_aws-mdaa_cloudwatch-constructs.grantCloudWatchAlarmsTopicAccess.html"
)
_BUDGETS = "https://github.com/cds-snc/notification-terraform/pull/2057"
_CAPTURES = "https://github.com/radkawar/stackd"

TOPIC_CONTEXT = ENCRYPTION_CONTEXT + "aws:sns:topicArn"
QUEUE_CONTEXT = ENCRYPTION_CONTEXT + "aws:sqs:arn"


@dataclass(frozen=True, slots=True)
class SentKey:
    """A condition key that the service sends, how that is known, and where it is written."""

    key: str
    evidence: Evidence
    source: str


@dataclass(frozen=True, slots=True)
class CallingService:
    """An AWS service that calls KMS with its own service principal."""

    principal: str
    """Its service principal, with `{region}` where that has the region in it."""
    sent: tuple[SentKey, ...]

    @property
    def is_regional(self) -> bool:
        """Whether each region has a service principal of its own."""
        return "{region}" in self.principal

    def find(self, key: str) -> SentKey | None:
        """What is known about the service sending this key; letter case does not count."""
        return next((sent for sent in self.sent if sent.key.lower() == key.lower()), None)


def _documented(key: str, source: str) -> SentKey:
    return SentKey(key, "documented", source)


def _reported(key: str, source: str) -> SentKey:
    return SentKey(key, "reported", source)


def _inferred(key: str, source: str) -> SentKey:
    return SentKey(key, "inferred", source)


SERVICES: Mapping[str, CallingService] = {
    "backup": CallingService("backup.amazonaws.com", (_inferred(TOPIC_CONTEXT, _TOPICS),)),
    "budgets": CallingService(
        "budgets.amazonaws.com", (_reported("aws:SourceAccount", _BUDGETS), _inferred(TOPIC_CONTEXT, _TOPICS))
    ),
    "cloudfront": CallingService("cloudfront.amazonaws.com", (_documented("aws:SourceArn", _DISTRIBUTIONS),)),
    "cloudtrail": CallingService(
        "cloudtrail.amazonaws.com",
        (
            _documented("aws:SourceArn", _CLOUDTRAIL_KEY),
            _documented("aws:SourceAccount", _CLOUDTRAIL_KEY),
            _documented(ENCRYPTION_CONTEXT + "aws:cloudtrail:arn", _CLOUDTRAIL_KEY),
            _documented(ENCRYPTION_CONTEXT + "aws:s3:arn", _TRAIL_CALLS),
            _reported(TOPIC_CONTEXT, _CAPTURES),
        ),
    ),
    "cloudwatch": CallingService(
        "cloudwatch.amazonaws.com",
        (
            _reported("aws:SourceAccount", _ALARMS),
            _reported("aws:SourceArn", _ALARMS),
            _reported(TOPIC_CONTEXT, _CAPTURES),
        ),
    ),
    "codestar-notifications": CallingService(
        "codestar-notifications.amazonaws.com",
        (_documented("kms:ViaService", _CODESTAR), _inferred(TOPIC_CONTEXT, _TOPICS)),
    ),
    "config": CallingService(
        "config.amazonaws.com",
        (_documented("aws:SourceAccount", _CONFIG_BUCKET), _documented("aws:SourceArn", _CONFIG_BUCKET)),
    ),
    "costalerts": CallingService(
        "costalerts.amazonaws.com",
        (
            _documented("aws:SourceAccount", _COST_ANOMALIES),
            _documented("aws:SourceArn", _COST_ANOMALIES),
            _inferred(TOPIC_CONTEXT, _TOPICS),
        ),
    ),
    "delivery.logs": CallingService(
        "delivery.logs.amazonaws.com",
        (_documented("aws:SourceAccount", _LOG_DELIVERY), _documented("aws:SourceArn", _LOG_DELIVERY)),
    ),
    # AWS calls aws:SourceAccount, aws:SourceArn and aws:SourceOrgID unsupported for EventBridge, so they are
    # not here: https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
    "events": CallingService(
        "events.amazonaws.com",
        (_reported(TOPIC_CONTEXT, _CAPTURES), _reported(QUEUE_CONTEXT, _SENDS_TO_QUEUES)),
    ),
    "gamelift": CallingService("gamelift.amazonaws.com", (_documented(TOPIC_CONTEXT, _GAMELIFT),)),
    "lambda": CallingService(
        "lambda.amazonaws.com", (_documented(ENCRYPTION_CONTEXT + "aws:lambda:FunctionArn", _CODE_ARCHIVES),)
    ),
    # The source keys are documented for query results only; whether calls for log groups have them is not known.
    "logs": CallingService(
        "logs.{region}.amazonaws.com",
        (
            _documented(ENCRYPTION_CONTEXT + "aws:logs:arn", _LOG_GROUPS),
            _inferred("aws:SourceAccount", _LOG_QUERIES),
            _inferred("aws:SourceArn", _LOG_QUERIES),
        ),
    ),
    # The source keys are documented for reports and for messages to an encrypted queue, not to a topic.
    "s3": CallingService(
        "s3.amazonaws.com",
        (
            _reported(TOPIC_CONTEXT, _CAPTURES),
            _documented("aws:SourceAccount", _INVENTORY),
            _documented("aws:SourceArn", _INVENTORY),
        ),
    ),
    "sns": CallingService(
        "sns.amazonaws.com",
        (
            _documented(TOPIC_CONTEXT, _TOPICS),
            _documented("aws:SourceArn", _QUEUES),
            _documented("aws:SourceAccount", _QUEUES),
        ),
    ),
}
"""Services under what their service principal is before its region and `.amazonaws.com`."""

_PRINCIPAL = re.compile(
    r"(?P<label>[a-z0-9-]+(\.[a-z0-9-]+)*?)(?P<region>\.[a-z]{2}(-[a-z]+)+-[0-9]+)?\.amazonaws\.com(\.cn)?"
)


@cache
def calling_service(principal: str) -> CallingService | None:
    """The entry of a service principal, such as `logs.eu-west-2.amazonaws.com`; None if there is none.

    A service that calls KMS in another region has its region in its name, so `s3.me-south-1.amazonaws.com` is S3:
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
    """
    match = _PRINCIPAL.fullmatch(principal)
    service = SERVICES.get(match["label"]) if match else None
    return None if service and match and service.is_regional and not match["region"] else service


# https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
_UNSUPPORTED: Mapping[str, tuple[str, ...]] = {
    "events.amazonaws.com": ("aws:SourceAccount", "aws:SourceArn", "aws:SourceOrgID")
}


def is_unsupported(principal: str, key: str) -> bool:
    """Whether AWS documents that it does not support the condition key for what the service sends to topics."""
    return spelled(key) in _UNSUPPORTED.get(principal, ())


@cache
def describes_an_iam_principal(key: str) -> bool:
    """Whether the key never comes with a service's own call, whatever the service, as far as is known.

    AWS does not say what `aws:PrincipalAccount` is for a service; it is no account of a customer.
    """
    return of_services(key) == "never" or spelled(key) == "aws:PrincipalAccount"


@cache
def sends(principal: str, key: str) -> bool | None:
    """Whether the service sends the condition key in its own calls; None when that is not known.

    Keys that describe the KMS key or the request itself (`kms:KeySpec`, `kms:GrantIsForAWSResource`) come with
    the call, whoever makes it. Raises PolicyError for an unknown key.
    """
    key = spelled(key)
    if describes_an_iam_principal(key):
        return False
    if not _depends_on_the_service(key):
        return None if key in GLOBAL and of_services(key) in ("sometimes", "unknown") else True
    service = calling_service(principal)
    if service is None:
        return None
    return any(_tells(sent.key, key) for sent in service.sent)


def _depends_on_the_service(key: str) -> bool:
    return key.startswith(("aws:Source", "kms:EncryptionContext")) or key == "kms:ViaService"


def _tells(sent: str, key: str) -> bool:
    """Whether sending one key means sending the other: a pair of the context makes the list of its names."""
    if key == "kms:EncryptionContextKeys":
        return sent.startswith(ENCRYPTION_CONTEXT)
    return sent.lower() == key.lower()
