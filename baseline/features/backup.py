"""AWS Backup: its key, where the feature is on."""

from baseline.features.feature import Feature, FeatureSettings

BACKUP = Feature(
    name="backup",
    title="AWS Backup vaults",
    place="every region",
    settings=FeatureSettings,
    build=lambda _settings, _site: None,
)
