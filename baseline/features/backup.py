"""AWS Backup: its key, where the feature is on."""

from baseline.features.feature import Feature

BACKUP = Feature(name="backup", title="AWS Backup vaults", place="every region")
