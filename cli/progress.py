"""What people see while something takes long: a line a step, so that logs of CI read as well as a terminal."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from cli import output
from deployment.events import Event, Notice, StackEvent

T = TypeVar("T")
_DOING = {"init": "preparing", "plan": "planning", "show": "reading the plan", "apply": "applying"}
_STEPS = 4
"""How often a stack reports while it is applied."""


@dataclass
class Progress:
    """Prints events on standard error."""

    shown: dict[str, int] = field(default_factory=dict)

    def __call__(self, event: Event) -> None:
        if isinstance(event, Notice):
            output.say(event.text)
        elif event.status == "started" and event.phase in ("plan", "apply"):
            output.say(f"{event.stack}: {_DOING[event.phase]}")
        elif event.status == "progress":
            self._count(event)
        elif event.status == "finished" and event.phase == "apply":
            output.say(f"{event.stack}: applied")
        elif event.status == "failed":
            output.say(f"{event.stack}: failed while {_DOING[event.phase]}")

    def _count(self, event: StackEvent) -> None:
        step = max(1, event.total // _STEPS)
        if event.done // step > self.shown.get(event.stack, 0) and event.done < event.total:
            self.shown[event.stack] = event.done // step
            output.say(f"{event.stack}: {event.done} of {event.total}")


SECONDS_BETWEEN = 1.0
FEW = 3
"""So few are no progress to speak of."""


class Counting:
    """Says how many of all are done, once a second at most, and nothing in the first."""

    def __init__(self, doing: str, noun: str, say: Callable[[str], None] = output.say) -> None:
        self._doing, self._noun, self._say = doing, noun, say
        self._said = time.monotonic()

    def __call__(self, done: int, of: int) -> None:
        now = time.monotonic()
        if FEW < of != done and now - self._said >= SECONDS_BETWEEN:
            self._said = now
            self._say(f"{self._doing} {done} of {output.count(of, self._noun)}")


def counted(items: Sequence[T], doing: str, noun: str) -> Iterator[T]:
    """The items, with words about how many of them were taken."""
    counting = Counting(doing, noun)
    for number, item in enumerate(items):
        counting(number, len(items))
        yield item
