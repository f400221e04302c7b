"""Encrypted SNS topics: who may publish to them, who gets the messages, and what their key must allow for that.

The key's policy is not enough: the topic's own policy must let a publisher in as well.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from baseline import names
from baseline.features.feature import KeyUse, Publication, Resource, Site, Thing
from baseline.iam.access import AccessStatement, When, render
from baseline.iam.request import ServiceCaller
from baseline.iam.services import SERVICES
from baseline.regions import via_service

ACCOUNT_MAY = (
    "sns:AddPermission",
    "sns:DeleteTopic",
    "sns:GetTopicAttributes",
    "sns:ListSubscriptionsByTopic",
    "sns:Publish",
    "sns:RemovePermission",
    "sns:SetTopicAttributes",
    "sns:Subscribe",
)
"""What SNS's default policy gives to the topic's account.
https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-language-api-permissions-reference.html"""
PUBLISHING_CALLS = ("kms:GenerateDataKey", "kms:Decrypt")
"""What a publisher needs of the topic's key: https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html"""
_DOCS = "https://docs.aws.amazon.com/"


@dataclass(frozen=True, slots=True)
class Publisher:
    """A service that publishes to topics, and how a topic's policy takes only what it does for one account."""

    does: str
    """As in: `EventBridge publishes` to the topic x."""
    sid: str
    source: str
    """Where AWS says what the topic's policy needs."""
    sends_account: bool = True
    """Whether AWS says that `aws:SourceAccount` comes with a message."""

    @property
    def operator(self) -> str:
        """How the account is compared; where nobody says that it is sent, it counts if it is."""
        return "StringEquals" if self.sends_account else "StringEqualsIfExists"


PUBLISHERS: Mapping[str, Publisher] = {
    "cloudwatch": Publisher(
        "CloudWatch alarms publish", "AlarmsPublish", _DOCS + "sns/latest/dg/sns-access-policy-use-cases.html"
    ),
    "events": Publisher(
        "EventBridge publishes", "EventBridgePublishes", _DOCS + "eventbridge/latest/userguide/eb-use-conditions.html"
    ),
    "budgets": Publisher(
        "AWS Budgets publishes", "BudgetsPublish", _DOCS + "cost-management/latest/userguide/budgets-sns-policy.html"
    ),
    "costalerts": Publisher(
        "Cost Anomaly Detection publishes", "CostAlertsPublish", _DOCS + "cost-management/latest/userguide/ad-SNS.html"
    ),
    "s3": Publisher(
        "S3 publishes", "S3Publishes", _DOCS + "AmazonS3/latest/userguide/grant-destinations-permissions-to-s3.html"
    ),
    "cloudtrail": Publisher(
        "CloudTrail publishes",
        "CloudTrailPublishes",
        _DOCS + "awscloudtrail/latest/userguide/cloudtrail-permissions-for-sns-notifications.html",
    ),
    "codestar-notifications": Publisher(
        "CodeStar Notifications publishes",
        "CodeStarPublishes",
        _DOCS + "dtconsole/latest/userguide/troubleshooting.html",
    ),
    "backup": Publisher(
        "AWS Backup publishes",
        "BackupPublishes",
        _DOCS + "aws-backup/latest/devguide/backup-notifications.html",
        sends_account=False,
    ),
}
"""By the first label of its service principal, every service that the SNS key can let in."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """One that gets a topic's messages."""

    address: str
    protocol: str
    endpoint: str


@dataclass(frozen=True, slots=True)
class Topic:
    """One encrypted topic, its policy and its subscriptions."""

    site: Site
    address: str
    """Of the topic and of its policy."""
    name: str
    publishers: Collection[str]
    """Labels of `PUBLISHERS`, in any order."""
    endpoints: tuple[tuple[str, str], ...]
    """Who gets the messages: protocol and address."""

    @property
    def arn(self) -> str:
        return self.site.arn("sns", self.name)

    @property
    def subscriptions(self) -> Iterator[Subscription]:
        for protocol, endpoint in self.endpoints:
            path = f"{self.name}/{protocol}/{endpoint}"
            yield Subscription(names.of_path("subscription", path, self.site.region), protocol, endpoint)

    @property
    def policy(self) -> str:
        """The account keeps control, and each publisher publishes what it does for this account.

        The account is named. SNS's default has `*` with `AWS:SourceOwner` instead, and services send that too: https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-use-cases.html
        """
        account = AccessStatement(
            sid="AccountKeepsTheTopic",
            accounts=(self.site.arn("iam", "root", regional=False),),
            actions=ACCOUNT_MAY,
            resources=(self.arn,),
        )
        return render(account, *(self._statement(label, publisher) for label, publisher in self._publishers()))

    def _publishers(self) -> Iterator[tuple[str, Publisher]]:
        return ((label, publisher) for label, publisher in PUBLISHERS.items() if label in self.publishers)

    def _statement(self, label: str, publisher: Publisher) -> AccessStatement:
        return AccessStatement(
            sid=publisher.sid,
            services=(_principal(label),),
            actions=("sns:Publish",),
            resources=(self.arn,),
            conditions=(When(publisher.operator, "aws:SourceAccount", (self.site.account_id,)),),
        )

    def resources(self) -> Iterator[Resource]:
        """Switched off, topic and policy stay as they are: others may have subscribed, and alarms may point to it.

        Destroying the policy would put SNS's default in its place, which lets in others than those that were listed.
        A subscription is what the configuration says and nothing else, so it goes.
        """
        yield Resource("aws_sns_topic", self.address, "forget", called=self.name)
        yield Resource("aws_sns_topic_policy", self.address, "forget")
        for subscription in self.subscriptions:
            yield Resource("aws_sns_topic_subscription", subscription.address, "destroy")

    @property
    def thing(self) -> Thing:
        return Thing("topic", self.arn, self.site.key("sns"))

    def uses(self) -> Iterator[KeyUse]:
        """What each publisher needs of the key."""
        for label, publisher in self._publishers():
            yield KeyUse(
                what=f"{publisher.does} to the topic `{self.name}`",
                key=self.site.key("sns"),
                caller=ServiceCaller(_principal(label)),
                actions=PUBLISHING_CALLS,
                context=self._sent(label),
            )

    def publications(self) -> Iterator[Publication]:
        """Who publishes to it."""
        return (Publication(self.arn, _principal(label)) for label, _ in self._publishers())

    def _sent(self, label: str) -> dict[str, str]:
        """What AWS says, or somebody saw, that the service sends to KMS; which alarm or rule it is for is not known."""
        possible = {
            "aws:SourceAccount": self.site.account_id,
            "kms:EncryptionContext:aws:sns:topicArn": self.arn,
            "kms:ViaService": via_service("sns", self.site.region),
        }
        known = {sent.key for sent in SERVICES[label].sent if sent.evidence != "inferred"}
        return {key: value for key, value in possible.items() if key in known}


def _principal(label: str) -> str:
    return f"{label}.amazonaws.com"
