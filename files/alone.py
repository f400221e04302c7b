"""Two runs that write into one folder do so one after the other."""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path


@contextmanager
def alone(*folders: Path, say: Callable[[str], None]) -> Iterator[None]:
    """While nobody else who asks for one of these folders has it: two runs write one after the other.

    File systems without such locks let everybody in.
    """
    with ExitStack() as opened:
        for folder in sorted({folder.resolve() for folder in folders}):
            descriptor = os.open(folder, os.O_RDONLY)
            opened.callback(os.close, descriptor)
            with suppress(OSError):
                try:
                    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    say(f"waiting for another run, which writes to {folder}")
                    fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
