"""Runs one child in a session of its own, so that the terminal's Ctrl-C does not reach it.

The child writes straight into its log, which is read as it grows. A pipe would end with us:
were we killed, Terraform would die of it in the middle of creating keys and lose track of them.
"""

import shlex
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from baseline.errors import WorldError
from deployment.leftovers import end_group, send_to_group
from deployment.output import plain

_PAUSE = 0.05
"""Seconds between two looks at the child and its log."""


class Stopped(Exception):
    """The work was stopped before this child was started."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One child to run."""

    arguments: tuple[str, ...]
    folder: Path
    environment: Mapping[str, str]
    """The whole environment of the child: nothing is inherited."""
    log: Path
    """Takes the command and all that the child writes, after what is there already."""
    answer: Path | None = None
    """Takes the standard output instead, when that is data."""
    patience: float | None = None
    """Seconds in which the child must end once it was told to; None: it is never ended by force."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a child ended, and where in the log its part starts."""

    code: int
    """The exit code; negative: the number of the signal that ended it."""
    log: Path
    offset: int

    def lines(self) -> list[str]:
        """What the child wrote into the log, without escapes: a worker of HCP Terraform may color in spite of `-no-color`."""
        with self.log.open("rb") as file:
            file.seek(self.offset)
            return [plain(line) for line in file.read().decode(errors="replace").splitlines()]


class Children:
    """The children that run now. A stop reaches all of them, and none is started after it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: set[int] = set()
        self._stopped_at: float | None = None

    @property
    def stopped(self) -> bool:
        return self._stopped_at is not None

    @property
    def seconds_since_stop(self) -> float:
        """0 while there was no stop."""
        return 0.0 if self._stopped_at is None else time.monotonic() - self._stopped_at

    def stop(self) -> None:
        """Sends SIGINT to the group of every child. Terraform then ends in good order."""
        with self._lock:
            self._stopped_at = time.monotonic()
            for pid in self._running:
                send_to_group(pid, signal.SIGINT)

    def start(self, command: Command, log: IO[bytes]) -> subprocess.Popen[bytes]:
        """Starts a child. Raises Stopped after a stop, and WorldError when the program does not run."""
        with self._lock:
            if self.stopped:
                raise Stopped
            process = _popen(command, log)
            self._running.add(process.pid)
        return process

    def ended(self, process: subprocess.Popen[bytes]) -> bool:
        """Whether a child has ended. One that has gets no signal any more."""
        with self._lock:  # a signal to a child that was just reaped could reach a stranger
            if process.poll() is None:
                return False
            self._running.discard(process.pid)
        return True


def start_log(log: Path) -> None:
    """Makes an empty log. Raises WorldError when it cannot be written."""
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_bytes(b"")
    except OSError as error:
        raise WorldError(f"the log `{log}` cannot be written: {error.strerror}") from error


def run(command: Command, children: Children, on_line: Callable[[str], None]) -> Ended:
    """Runs a child to its end and ends what it left behind in its group; `on_line` gets each line as it comes.

    Raises Stopped when the work was stopped before, and WorldError when the program does not run.
    """
    with command.log.open("ab") as log:
        log.write(f"$ {shlex.join(command.arguments)}\n".encode())
        log.flush()
        offset = log.tell()
        process = children.start(command, log)
    with command.log.open("rb") as reader:
        reader.seek(offset)
        lines = _Lines(reader)
        try:
            while not children.ended(process):
                lines.pass_on(on_line)
                _lose_patience(command, children, process)
                time.sleep(_PAUSE)
        finally:
            end_group(process.pid)
        lines.pass_on(on_line)
    return Ended(process.returncode, command.log, offset)


class _Lines:
    """The complete lines of a file that grows."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._rest = b""

    def pass_on(self, on_line: Callable[[str], None]) -> None:
        *complete, self._rest = (self._rest + self._file.read()).split(b"\n")
        for line in complete:
            on_line(line.decode(errors="replace"))


def _popen(command: Command, log: IO[bytes]) -> subprocess.Popen[bytes]:
    output = command.answer.open("wb") if command.answer else None
    try:
        return subprocess.Popen(
            command.arguments,
            cwd=command.folder,
            env=dict(command.environment),
            stdin=subprocess.DEVNULL,
            stdout=output or log,
            stderr=log,
            start_new_session=True,
        )
    except OSError as error:
        raise WorldError(f"`{command.arguments[0]}` does not run: {error}") from error
    finally:
        if output:
            output.close()


def _lose_patience(command: Command, children: Children, process: subprocess.Popen[bytes]) -> None:
    if command.patience is not None and children.seconds_since_stop > command.patience:
        send_to_group(process.pid, signal.SIGKILL)
