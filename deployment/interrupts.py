"""Who hears Ctrl-C while children run, and what becomes of it between them."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Self

from baseline.errors import Exit, KmsBaselineError

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupted(KmsBaselineError):
    """A person, or the machine that runs us, asked to stop."""

    exit_code = Exit.INTERRUPTED


class Interrupts:
    """Takes over the signals that ask us to stop, in the main thread, until it is left.

    What the process ignores already (`nohup`) stays ignored.
    """

    def __init__(self) -> None:
        self._listener: Callable[[int], None] | None = None
        self._raises = False
        self._missed = False
        self._before: dict[int, Callable[[int, FrameType | None], object] | int | None] = {}

    def __enter__(self) -> Self:
        for number in SIGNALS:
            if signal.getsignal(number) is not signal.SIG_IGN:
                self._before[number] = signal.signal(number, self._hear)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    @contextmanager
    def heard_by(self, listener: Callable[[int], None]) -> Iterator[None]:
        """Within it a signal goes to the listener, which must not take a lock."""
        before, self._raises = self._raises, False
        self._listener = listener
        try:
            yield
        finally:
            self._listener = None
            self._raises = before

    @contextmanager
    def raised(self) -> Iterator[None]:
        """Within it a signal raises Interrupted, also one that came since the last listener left."""
        self._raises = True
        try:
            if self._missed:
                raise Interrupted("interrupted")
            yield
        finally:
            self._raises = False

    def _hear(self, number: int, _: FrameType | None) -> None:
        if self._listener:
            self._listener(number)
        elif self._raises:
            raise Interrupted("interrupted")
        else:
            self._missed = True
