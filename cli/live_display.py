"""One display on a terminal for many stacks: how many are done, what runs, what waits, how long it will take."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from baseline.words import count
from cli import output
from cli.progress import DOING, Progress
from deployment.events import Event, Notice, OnEvent, StackEvent, Work

_LINES_ELSEWHERE = 6
"""So many lines of the terminal are left to what stands above the display, and to its own head."""
_BAR = 60
"""The width of the bar."""
_FIRST_GUESS = 2
"""So many stacks must have ended before anything is said of the time left."""


@contextmanager
def shown() -> Iterator[OnEvent]:
    """Shows what happens as long as the block lasts: by the display, or by lines where nothing can be put in its place."""
    console = Console(stderr=True, highlight=False)
    if not sys.stderr.isatty() or console.is_dumb_terminal:
        yield Progress()
        return
    display = Display(console)
    try:
        yield display
    finally:
        display.stop()


class Display:
    """Is there while stacks are worked on, and gone when somebody is asked. Whatever else is said stands above it."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._live: Live | None = None
        self._work = Work("plan", 0)
        self._doing: dict[str, str] = {}
        """What each stack that runs does."""
        self._began: dict[str, float] = {}
        self._failed = 0
        self._since = 0.0

    def __call__(self, event: Event) -> None:
        if isinstance(event, Notice):
            output.say(event.text)
        elif isinstance(event, Work):
            self._count(event)
        else:
            self._follow(event)

    def stop(self) -> None:
        """Take it away. Stopping twice is fine."""
        if self._live:
            self._live.stop()
            self._live = None

    def _count(self, work: Work) -> None:
        self._work = work
        self._doing.pop(work.ended, None)
        if work.over:
            self.stop()
            output.say(f"{self._counts()}, in {_duration(time.monotonic() - self._since)}")
        elif self._live is None:
            self._doing, self._began, self._failed, self._since = {}, {}, 0, time.monotonic()
            self._live = Live(console=self._console, transient=True, get_renderable=self._render)
            self._live.start()

    def _follow(self, event: StackEvent) -> None:
        doing = DOING[event.phase]
        self._began.setdefault(event.stack, time.monotonic())
        if event.status == "started":
            self._doing[event.stack] = doing
        elif event.status == "progress":
            self._doing[event.stack] = f"{doing}, {event.done} of {event.total}"
        elif event.status == "waits":
            self._doing[event.stack] = event.line
        elif event.status == "failed":
            self._failed += 1
            output.say(f"{event.stack}: failed while {doing}")

    def _render(self) -> RenderableType:
        work, running = self._work, list(self._doing.items())
        waiting = max(0, work.total - work.done - len(running))
        head = [self._counts(), f"{len(running)} running", f"{waiting} waiting", self._left()]
        room = max(1, self._console.size.height - _LINES_ELSEWHERE)
        rows = Table.grid(padding=(0, 2))
        for stack, doing in running[:room]:
            rows.add_row(f"  {stack}", doing, _duration(time.monotonic() - self._began[stack]))
        more = [Text(f"  and {len(running) - room} more")] if len(running) > room else []
        bar = Table.grid()
        bar.add_row(ProgressBar(max(1, work.total), work.done, width=min(_BAR, self._console.size.width)))
        return Group(Text(", ".join(filter(None, head))), bar, rows, *more)

    def _counts(self) -> str:
        work = self._work
        failed = f", {self._failed} failed" if self._failed else ""
        return f"{DOING[work.phase]}: {work.done} of {count(work.total, 'stack')}{failed}"

    def _left(self) -> str:
        """What the others take, if they take as long as those that have ended."""
        done, total = self._work.done, self._work.total
        if done < _FIRST_GUESS:
            return ""
        return f"about {_duration((time.monotonic() - self._since) / done * (total - done))} left"


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
