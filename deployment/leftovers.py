"""Ends the processes that a child leaves behind."""

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

RUN_VARIABLE = "KMS_BASELINE_RUN"
"""Marks the processes of one run of cdktf, which gives each Terraform a session of its own."""

_SECONDS_TO_OBEY = 3.0
_PAUSE = 0.05

Send = Callable[[int], bool]
"""Sends a signal (0: none) to all that is left, and says whether anything was."""


def send_to_group(group: int, number: int) -> bool:
    """Sends a signal to a process group (0: none), and says whether anything of it was there."""
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):  # macOS: PermissionError when only zombies are left
        return False
    return True


def end_group(group: int) -> None:
    """Ends the processes of a process group: SIGTERM, then SIGKILL for those that ignore it."""
    _end(lambda number: send_to_group(group, number))


def end_marked(mark: str, grace: float) -> None:
    """Ends the processes that carry `RUN_VARIABLE=mark`, if they do not end by themselves within `grace` seconds.

    A Terraform that was interrupted is writing its state in that time. Where the system has no
    /proc (macOS), nothing is found.
    """

    def send(number: int) -> bool:
        left = [pid for pid in _marked(mark) if _send(pid, number)]
        return bool(left)

    if not _gone(send, grace):
        _end(send)


def _end(send: Send) -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        if not send(number) or _gone(send, _SECONDS_TO_OBEY):
            return


def _gone(send: Send, seconds: float) -> bool:
    end = time.monotonic() + seconds
    while send(0):
        if time.monotonic() > end:
            return False
        time.sleep(_PAUSE)
    return True


def _send(pid: int, number: int) -> bool:
    try:
        os.kill(pid, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def _marked(mark: str) -> list[int]:
    wanted = f"{RUN_VARIABLE}={mark}".encode()
    return [int(path.parent.name) for path in Path("/proc").glob("[0-9]*/environ") if wanted in _variables(path)]


def _variables(path: Path) -> list[bytes]:
    try:
        return path.read_bytes().split(b"\0")
    except OSError:  # another user's, or just gone
        return []
