"""Measurements, side by side with alternatives in one run. Never part of the tests."""
