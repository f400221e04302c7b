"""Real processes for the tests, and whether they are still there."""

import os
import time
from collections.abc import Callable
from pathlib import Path

LONG = 300
"""Seconds that a process would stay if nobody ended it."""


def written(file: Path) -> int:
    """The process id that a script has written into a file."""
    assert soon(lambda: file.exists() and file.read_text().strip() != "")
    return int(file.read_text())


def alive(pid: int) -> bool:
    """Whether a process runs. One that has ended and was not collected yet does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    return not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] != "Z"


def soon(holds: Callable[[], bool], seconds: float = 10) -> bool:
    """Whether something comes true within some seconds."""
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True
