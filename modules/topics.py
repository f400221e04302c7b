"""Encrypted topics with their policies and subscriptions."""

from cdktf import TerraformProvider, TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.sns_topic import SnsTopic
from cdktf_cdktf_provider_aws.sns_topic_policy import SnsTopicPolicy
from cdktf_cdktf_provider_aws.sns_topic_subscription import SnsTopicSubscription
from constructs import Construct

from baseline.features.topics import Topic
from modules.resources import key_arn, literal, named


def topic(scope: Construct, topic: Topic, key: str, provider: TerraformProvider) -> None:
    """A topic that is encrypted with the key at this address, its policy, and its subscriptions."""
    arn = f"${{aws_sns_topic.{topic.address}.arn}}"
    named(
        SnsTopic(
            scope,
            f"sns_{topic.address}",
            provider=provider,
            name=topic.name,
            kms_master_key_id=key_arn(key),
            lifecycle=TerraformResourceLifecycle(prevent_destroy=True),
        ),
        topic.address,
    )
    named(
        SnsTopicPolicy(scope, f"sns_policy_{topic.address}", provider=provider, arn=arn, policy=literal(topic.policy)),
        topic.address,
    )
    for subscription in topic.subscriptions:
        named(
            SnsTopicSubscription(
                scope,
                f"sns_{subscription.address}",
                provider=provider,
                topic_arn=arn,
                protocol=subscription.protocol,
                endpoint=literal(subscription.endpoint),
            ),
            subscription.address,
        )
