"""The features of the baseline: one file each, listed here."""

from collections.abc import Mapping
from typing import Any

from baseline.features.backup import BACKUP
from baseline.features.cloudtrail import CLOUDTRAIL
from baseline.features.ebs_default_encryption import EBS_DEFAULT_ENCRYPTION
from baseline.features.feature import Feature
from baseline.features.log_group_encryption import LOG_GROUP_ENCRYPTION
from baseline.features.log_groups import LOG_GROUPS
from baseline.features.notification_topics import NOTIFICATION_TOPICS
from baseline.features.savings_plans_notifications import SAVINGS_PLANS_NOTIFICATIONS

FEATURES: Mapping[str, Feature[Any]] = {
    feature.name: feature
    for feature in (
        EBS_DEFAULT_ENCRYPTION,
        LOG_GROUPS,
        LOG_GROUP_ENCRYPTION,
        SAVINGS_PLANS_NOTIFICATIONS,
        NOTIFICATION_TOPICS,
        CLOUDTRAIL,
        BACKUP,
    )
}
"""Every feature by its name in the configuration. Explicit: nothing is discovered."""
