"""CPU seconds and peak memory of a command with all its children."""

import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

SECONDS_BETWEEN_LOOKS = 0.05


@dataclass(frozen=True, slots=True)
class Figures:
    """What one run took."""

    cpu: float
    """Seconds, user and system, of all processes."""
    wall: float
    megabytes: float
    """The highest sum of proportional set sizes over all processes; 0 where the system does not tell."""


def measure(command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> Figures:
    """Run a command to its end. Raises CalledProcessError when it fails."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.monotonic()
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            list(command), cwd=folder, env=dict(environment), stdout=subprocess.DEVNULL, stderr=said
        )
        peak = _Peak(process.pid)
        peak.start()
        code = process.wait()
        wall = time.monotonic() - started
        peak.done.set()
        peak.join()
        if code:
            said.seek(0)
            sys.stderr.write(said.read().decode(errors="replace")[-2000:])
            raise subprocess.CalledProcessError(code, list(command))
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Figures(cpu, wall, peak.kilobytes / 1000)


class _Peak(threading.Thread):
    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.pid = pid
        self.kilobytes = 0
        self.done = threading.Event()

    def run(self) -> None:
        while not self.done.wait(SECONDS_BETWEEN_LOOKS):
            self.kilobytes = max(self.kilobytes, sum(_proportional(pid) for pid in _tree(self.pid)))


def _tree(pid: int) -> list[int]:
    """A process and all that it started, by whichever of its threads."""
    children: list[str] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            children += task.read_text().split()
    return [pid, *(found for child in children for found in _tree(int(child)))]


def _proportional(pid: int) -> int:
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    except OSError:
        pass
    return 0


def clean_environment() -> dict[str, str]:
    """The environment of a measured command: Python may keep its bytecode, as it does for every user."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
