"""The notification topics of one region."""

from cdktf import TerraformProvider
from constructs import Construct

from baseline.features.notification_topics import NotificationTopics
from modules.topics import topic


def notification_topics(scope: Construct, part: NotificationTopics, provider: TerraformProvider) -> None:
    """Topics that are all encrypted with the region's SNS key."""
    for each in part.topics:
        topic(scope, each, part.key, provider)
