"""Adopting keys that others made."""
