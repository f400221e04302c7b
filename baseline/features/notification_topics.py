"""Topics of the organization, each encrypted with its region's SNS key."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, ValidationInfo, field_validator

from baseline import names
from baseline.features.feature import (
    Context,
    Feature,
    FeatureInAccount,
    FeatureSettings,
    KeyUse,
    Part,
    Problem,
    Publication,
    Resource,
    Site,
    Thing,
    repeated,
)
from baseline.features.topics import PUBLISHERS, Topic
from baseline.fields import limits
from baseline.fields.written import OnDemand, Written, no_items
from baseline.iam.arns import Arn
from baseline.purposes.sns import SNS
from baseline.regions import is_opt_in, partition_of
from baseline.words import count

NAME = "notification_topics"
ENDPOINTS = {
    "email": limits.EMAIL,
    "https": limits.HTTPS_URL,
    "sqs": limits.QUEUE_ARN,
    "lambda": limits.FUNCTION_ARN,
}
"""What an endpoint is, by protocol: https://docs.aws.amazon.com/sns/latest/api/API_Subscribe.html"""
CONFIRMED_BY_HAND = ("email", "https")
PUBLISHER = limits.OneOf(tuple(PUBLISHERS), "a publisher", limits.NOT_PUBLISHERS)


def _by_protocol(schema: dict[str, Any]) -> None:
    """The limits of the endpoint, which depend on the protocol, as JSON Schema says such a thing."""
    schema["allOf"] = [
        {
            "if": {"properties": {"protocol": {"const": protocol}}},
            "then": {"properties": {"endpoint": {"pattern": f"^(?:{limit.pattern})$"}}},
        }
        for protocol, limit in ENDPOINTS.items()
    ]


class SubscriptionSettings(Written):
    """One that gets a topic's messages."""

    model_config = ConfigDict(json_schema_extra=_by_protocol)

    protocol: Literal["email", "https", "sqs", "lambda"] = Field(description="How messages are delivered.")
    endpoint: str = Field(
        description="Where to: an email address, an address that begins with https://, or the full ARN of a queue or "
        "function of the topic's account."
    )

    @field_validator("endpoint")
    @classmethod
    def _is_of_the_protocol(cls, endpoint: str, info: ValidationInfo) -> str:
        protocol = info.data.get("protocol")
        return ENDPOINTS[protocol].check(endpoint) if protocol else endpoint


class TopicSettings(Written):
    """One topic."""

    name: Annotated[str, limits.TOPIC_NAME] = Field(description="The name of the topic.")
    home_region_only: bool = Field(
        False, description="Create it in the home region of an account only, instead of in every enabled region."
    )
    publishers: list[Annotated[str, PUBLISHER]] = Field(
        default_factory=no_items,
        description="The services that may publish, by the first label of their service principal; the SNS key must "
        "let them in too. (The account's own principals may by their IAM policies.)",
    )
    subscriptions: list[OnDemand[SubscriptionSettings]] = Field(
        default_factory=no_items, description="Who gets the messages."
    )


class NotificationTopicsSettings(FeatureSettings):
    """Which topics."""

    topics: list[OnDemand[TopicSettings]] = Field(default_factory=no_items, description="Topics to create.")


@dataclass(frozen=True, kw_only=True)
class NotificationTopics(Part):
    """The topics of one region, with the key that encrypts them all."""

    key: str
    topics: tuple[Topic, ...]

    def resources(self) -> Iterator[Resource]:
        for topic in self.topics:
            yield from topic.resources()

    def things(self) -> Iterator[Thing]:
        return (topic.thing for topic in self.topics)

    def uses(self) -> Iterator[KeyUse]:
        for topic in self.topics:
            yield from topic.uses()

    def publications(self) -> Iterator[Publication]:
        for topic in self.topics:
            yield from topic.publications()


def _build(settings: NotificationTopicsSettings, site: Site) -> NotificationTopics | None:
    topics = tuple(
        Topic(
            site,
            address=names.of_path("topic", topic.name, site.region),
            name=topic.name,
            publishers=topic.publishers,
            endpoints=tuple((s.protocol, s.endpoint) for s in topic.subscriptions),
        )
        for topic in settings.topics
        if site.is_home_region or not topic.home_region_only
    )
    return NotificationTopics(site=site, key=site.key("sns"), topics=topics) if topics else None


def _problems(uses: Sequence[FeatureInAccount[NotificationTopicsSettings]], _context: Context) -> Iterable[Problem]:
    for i, use in enumerate(uses):
        for name in repeated(topic.name for topic in use.settings.topics):
            yield Problem(i, "topics", f"the topic `{name}` is listed twice", "keep one")
        for topic in use.settings.topics:
            for problem, help in _of_topic(topic, use):
                yield Problem(i, "topics", f"the topic `{topic.name}`: {problem}", help)


Wrong = Iterator[tuple[str, str]]
"""What is wrong with a topic, and what to do."""


def _of_topic(topic: TopicSettings, use: FeatureInAccount[NotificationTopicsSettings]) -> Wrong:
    partition = partition_of(use.home_region)
    for publisher in topic.publishers:
        if partition is not None and publisher not in SNS.services_in(partition.name):
            yield f"there is no `{publisher}` in the partition {partition.name}", "leave it out of its publishers"
    for i, subscription in enumerate(topic.subscriptions):
        if subscription in topic.subscriptions[:i]:
            yield f"`{subscription.endpoint}` is subscribed twice", "keep one"
        if subscription.protocol in ("sqs", "lambda"):
            yield from _cannot_be_reached(subscription, _regions(topic, use), use)


def _regions(topic: TopicSettings, use: FeatureInAccount[NotificationTopicsSettings]) -> tuple[str, ...]:
    return (use.home_region,) if topic.home_region_only else use.regions


def _cannot_be_reached(
    subscription: SubscriptionSettings, regions: Iterable[str], use: FeatureInAccount[NotificationTopicsSettings]
) -> Wrong:
    """A queue or function that gets nothing from a topic in one of these regions.

    One of another account has to be confirmed by that account, and until then Terraform subscribes it anew each time:
    https://docs.aws.amazon.com/sns/latest/api/API_Subscribe.html and
    https://registry.terraform.io/providers/hashicorp/aws/5.100.0/docs/resources/sns_topic_subscription
    """
    endpoint, arn = subscription.endpoint, Arn.parse(subscription.endpoint)
    partition = partition_of(use.home_region)
    if partition is not None and arn.partition != partition.name:
        yield f"`{endpoint}` is of the partition {arn.partition}, the topic of {partition.name}", "no message crosses"
    elif arn.account_id != use.account_id:
        help = "subscribe it from its own account, or list the topic in that account alone"
        yield f"`{endpoint}` is in another account than `{use.account}` ({use.account_id})", help
    for region in regions:
        if not _delivers(subscription.protocol, region, arn.region):
            yield f"SNS does not deliver from {region} to `{endpoint}`", "name one in the topic's own region"


def _delivers(protocol: str, source: str, target: str) -> bool:
    """Whether SNS delivers from one region to another. https://docs.aws.amazon.com/sns/latest/dg/lambda-prereq.html"""
    if source == target or not is_opt_in(target):
        return True
    return protocol == "sqs" and not is_opt_in(source)


def _remarks(uses: Sequence[FeatureInAccount[NotificationTopicsSettings]]) -> Iterable[str]:
    empty = [use.account for use in uses if not use.settings.topics]
    if empty:
        yield f"{NAME} is on and lists no topics in {', '.join(empty)}"
    by_hand = sum(
        len(_regions(topic, use))
        for use in uses
        for topic in use.settings.topics
        for subscription in topic.subscriptions
        if subscription.protocol in CONFIRMED_BY_HAND
    )
    if by_hand:
        yield f"{NAME} waits for {count(by_hand, 'confirmation')} by email or https: one for each topic, account and region"


NOTIFICATION_TOPICS = Feature(
    name=NAME,
    title="Notification topics with their regional key",
    place="every region",
    settings=NotificationTopicsSettings,
    build=_build,
    problems=_problems,
    remarks=_remarks,
)
