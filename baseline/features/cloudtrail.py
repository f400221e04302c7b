"""CloudTrail: its key, where the feature is on."""

from baseline.features.feature import Feature

CLOUDTRAIL = Feature(name="cloudtrail", title="CloudTrail log files", place="home region")
