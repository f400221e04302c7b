"""What an operation says while it takes long. It is given who says it."""

import time
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from baseline.words import count

T = TypeVar("T")
Say = Callable[[str], None]
"""Takes a line about the work."""

SECONDS_BETWEEN = 1.0
FEW = 3
"""So few are no progress to speak of."""


class Counting:
    """Says how many of all are done, once a second at most, and nothing in the first."""

    def __init__(self, doing: str, noun: str, say: Say) -> None:
        self._doing, self._noun, self._say = doing, noun, say
        self._said = time.monotonic()

    def __call__(self, done: int, of: int) -> None:
        now = time.monotonic()
        if FEW < of != done and now - self._said >= SECONDS_BETWEEN:
            self._said = now
            self._say(f"{self._doing} {done} of {count(of, self._noun)}")


def counted(items: Sequence[T], doing: str, noun: str, say: Say) -> Iterator[T]:
    """The items, with words about how many of them were taken."""
    counting = Counting(doing, noun, say)
    for number, item in enumerate(items):
        counting(number, len(items))
        yield item
