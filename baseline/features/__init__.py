"""The features of the baseline: one file each, listed here."""

from collections.abc import Mapping

from baseline.features.backup import BACKUP
from baseline.features.cloudtrail import CLOUDTRAIL
from baseline.features.feature import Feature

FEATURES: Mapping[str, Feature] = {feature.name: feature for feature in (CLOUDTRAIL, BACKUP)}
"""Every feature by its name in the configuration. Explicit: nothing is discovered."""
