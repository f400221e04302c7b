"""What could not be asked of AWS."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Unread:
    """A region of an account that could not be asked."""

    account: str
    region: str
    problem: str
