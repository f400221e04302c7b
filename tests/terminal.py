"""A command of ours at a terminal, on which something is typed when it asks."""

import os
import pty
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from select import select

from tests.forked import Forked

SECONDS = 180
"""Until a command must have ended."""
INTERRUPT = "\x03"
"""What Ctrl-C types."""
_PATIENCE = 5.0


def typed(
    command: Sequence[str],
    folder: Path,
    variables: Mapping[str, str],
    question: str,
    answer: str,
    before: Callable[[], object] = bool,
) -> tuple[int, str]:
    """Type an answer at the question; exit code and all that was shown. `before` is done while the question waits."""
    ours, theirs = pty.openpty()
    process = Forked("cli.main", command, folder, variables, [theirs] * 3)
    os.close(theirs)
    shown, asked, end = "", False, time.monotonic() + SECONDS
    while time.monotonic() < end:
        if not select([ours], (), (), _PATIENCE)[0]:
            if asked and answer == INTERRUPT:  # like a person: Python misses one just before it begins to read
                os.write(ours, answer.encode())
            continue
        try:
            shown += os.read(ours, 4096).decode()
        except OSError:  # nobody writes any more
            break
        if question in shown and not asked:
            asked = True
            before()
            os.write(ours, answer.encode())
    else:
        os.kill(process.pid, signal.SIGKILL)
    code = process.wait(60)
    os.close(ours)
    return code, shown.replace("\r\n", "\n")
