"""What a feature is."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Feature:
    """A part of the baseline that an organization or an account switches on."""

    name: str
    """Its name under `features:`."""
    title: str
    """What it is, as people say it."""
    place: Literal["every region", "home region"]
    """Where in an account it lives, and so where the key of its purpose exists."""
