"""CloudTrail: its key, where the feature is on."""

from baseline.features.feature import Feature, FeatureSettings

CLOUDTRAIL = Feature(
    name="cloudtrail",
    title="CloudTrail log files",
    place="home region",
    settings=FeatureSettings,
    build=lambda _settings, _site: None,
)
