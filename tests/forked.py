"""Processes that are forked from one which has loaded what they need: commands, and the embedded AWS.

A short command spends most of its time on loading, and so does an embedded AWS. All else is as where they are started:
streams, folder, environment, exit code. Tests of what a process does while it starts or ends start it instead.

The process that is forked is one for all workers of a test run, with a socket in a folder; a second one, forked from it,
has loaded moto as well. They end with their standard input, so with whoever started them.
"""

import atexit
import contextlib
import fcntl
import gc
import importlib
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import termios
import time
import traceback
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, partial
from pathlib import Path
from pkgutil import walk_packages
from typing import IO, Any

from sandbox.process import server_environment

FOLDER = "KMS_BASELINE_TESTS_FORK"
"""The variable that names the folder with the sockets, once the processes are started."""
SERVER = "sandbox.server"
_STREAMS = 3


def begin() -> Path:
    """Start the processes, if no worker or controller of this run has; returns the folder of their sockets."""
    if FOLDER not in os.environ:
        folder = tempfile.mkdtemp()
        # Its standard input ends with this process, however this one ends.
        ends_with_us, end = os.pipe()
        process = subprocess.Popen(
            [sys.executable, "-c", f"from tests.forked import serve; serve({folder!r})"],
            cwd=Path(__file__).parent.parent,
            env=server_environment(os.environ),
            stdin=ends_with_us,
            start_new_session=True,
        )
        os.close(ends_with_us)
        os.environ[FOLDER] = folder
        atexit.register(_end, process, end, folder)
    return Path(os.environ[FOLDER])


def _end(process: subprocess.Popen[bytes], end: int, folder: str) -> None:
    os.close(end)
    process.wait()
    shutil.rmtree(folder)


class Forked:
    """A process that runs."""

    def __init__(
        self,
        program: str,
        arguments: Sequence[str],
        folder: Path,
        environment: Mapping[str, str],
        streams: Sequence[int],
    ) -> None:
        """`program` is a module with `main`; the three streams are file descriptors."""
        self._answers = _connected(begin() / ("aws" if program == SERVER else "commands"))
        what = json.dumps([program, list(arguments), str(folder), dict(environment)]).encode()
        socket.send_fds(self._answers, [len(what).to_bytes(4, "big")], streams)
        self._answers.sendall(what)
        self.pid = self._number()

    def wait(self, seconds: float) -> int:
        """Its exit code, negative where a signal ended it. Raises TimeoutError, and the process is ended."""
        self._answers.settimeout(seconds)
        try:
            return self._number()
        except TimeoutError:
            os.kill(self.pid, signal.SIGKILL)
            raise
        finally:
            self._answers.close()

    def _number(self) -> int:
        return int.from_bytes(self._answers.recv(4, socket.MSG_WAITALL), "big", signed=True)


class Running:
    """A command of ours in a folder, with nothing on standard input and a process group of its own."""

    def __init__(
        self, command: Sequence[str], folder: Path, environment: Mapping[str, str], program: str = "cli.main"
    ) -> None:
        self._command = command
        self._printed = tempfile.TemporaryFile(), tempfile.TemporaryFile()  # noqa: SIM115
        with Path(os.devnull).open() as nothing:
            streams = [stream.fileno() for stream in (nothing, *self._printed)]
            self._process = Forked(program, command, folder, environment, streams)
        self.pid = self._process.pid

    def end(self, limit: float) -> subprocess.CompletedProcess[str]:
        """Its end. Raises TimeoutExpired where it takes more seconds, and the process is ended."""
        with contextlib.closing(self._printed[0]), contextlib.closing(self._printed[1]):
            try:
                code = self._process.wait(limit)
            except TimeoutError:
                raise subprocess.TimeoutExpired(self._command, limit) from None
            return subprocess.CompletedProcess(self._command, code, *map(self._so_far, self._printed))

    def _so_far(self, stream: IO[bytes]) -> str:
        return os.pread(stream.fileno(), os.fstat(stream.fileno()).st_size, 0).decode()


def run(
    command: Sequence[str], folder: Path, environment: Mapping[str, str], limit: float
) -> subprocess.CompletedProcess[str]:
    """Run a command of ours in the folder to its end. Raises TimeoutExpired."""
    return Running(command, folder, environment).end(limit)


@contextlib.contextmanager
def sandbox() -> Iterator[str]:
    """An embedded AWS without accounts; yields its URL."""
    url, said = os.pipe()
    alive, end = os.pipe()
    with tempfile.TemporaryFile() as complaints:
        streams = [alive, said, complaints.fileno()]
        process = Forked(SERVER, ["sandbox"], Path.cwd(), server_environment(os.environ), streams)
        os.close(alive)
        os.close(said)
        with os.fdopen(url) as answer:
            yield json.loads(answer.readline())["url"]
        os.close(end)
        process.wait(10)


def _connected(path: Path) -> socket.socket:
    """The process listens before it loads anything."""
    until = time.monotonic() + 60
    while True:
        connection = socket.socket(socket.AF_UNIX)
        try:
            connection.connect(str(path))
        except OSError:
            connection.close()
            if time.monotonic() > until:
                raise
            time.sleep(0.02)
        else:
            return connection


def serve(path: str) -> None:
    """Load, and fork what is asked for, until standard input ends."""
    folder = Path(path)
    if os.fork() == 0:
        sys.stdin.buffer.read()
        os.killpg(0, signal.SIGTERM)
    for name in ("baseline", "cli", "operations", "live"):
        package = importlib.import_module(name)
        for module in walk_packages(package.__path__, f"{name}."):
            importlib.import_module(module.name)
    of_aws = os.fork() == 0
    if of_aws:
        _load_aws()
    else:
        _load_sdk()
        _load_sample()
    gc.collect()
    gc.freeze()
    _Nursery(folder / ("aws" if of_aws else "commands")).run()


class _Nursery:
    """Forks what is asked for at a socket, says its number there, and its exit code when it ended."""

    def __init__(self, path: Path) -> None:
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        self._listener.listen(64)
        self._waiting: dict[int, socket.socket] = {}
        """Who asked for the process of a number."""

    def run(self) -> None:
        ended, at_an_end = os.pipe()
        for end in (ended, at_an_end):
            os.set_blocking(end, False)
        signal.signal(signal.SIGCHLD, _noticed)
        signal.set_wakeup_fd(at_an_end, warn_on_full_buffer=False)
        while True:
            ready, _, _ = select.select([self._listener.fileno(), ended], [], [])
            if ended in ready:
                os.read(ended, 4096)
                self._report()
            if self._listener.fileno() in ready:
                self._start(self._listener.accept()[0])

    def _start(self, asker: socket.socket) -> None:
        length, streams, _, _ = socket.recv_fds(asker, 4, _STREAMS)
        asked = asker.recv(int.from_bytes(length, "big"), socket.MSG_WAITALL)
        pid = os.fork()
        if pid == 0:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            for connection in (self._listener, asker, *self._waiting.values()):
                connection.close()
            _become(json.loads(asked), streams)
        for stream in streams:
            os.close(stream)
        self._waiting[pid] = asker
        _tell(asker, pid)

    def _report(self) -> None:
        with contextlib.suppress(ChildProcessError):  # none is left
            while True:
                pid, status = os.waitpid(-1, os.WNOHANG)
                if not pid:
                    return
                if asker := self._waiting.pop(pid, None):
                    with asker:
                        _tell(asker, os.waitstatus_to_exitcode(status))


def _tell(asker: socket.socket, number: int) -> None:
    """Whoever asked may have ended since."""
    with contextlib.suppress(OSError):
        asker.sendall(number.to_bytes(4, "big", signed=True))


def _noticed(*_: object) -> None:
    """So that a signal is told at the file descriptor for it."""


def _load_sample() -> None:
    """What commands would find out again: models, and what the prover remembers of words and patterns."""
    with contextlib.suppress(Exception):  # what is wrong with it is for a test to say, and not for all that fork
        importlib.import_module("baseline.configuration.schema").render()
        importlib.import_module("operations.project").Project(Path("organization.yaml")).check_policies()


def _load_sdk() -> None:
    """The descriptions of the services that commands ask, parsed once: each session would parse them again."""
    loader = importlib.import_module("botocore.loaders").JSONFileLoader
    by_path = cache(partial(loader.load_file, loader()))
    loader.load_file = lambda _, path: by_path(path)
    finder = importlib.import_module("botocore.loaders").Loader
    by_type = cache(finder().list_available_services)
    finder.list_available_services = lambda _, type_name: by_type(type_name)
    sdk = importlib.import_module("boto3").Session("nobody", "nothing", region_name="eu-west-2")
    for service in ("cloudtrail", "iam", "kms", "logs", "organizations", "s3", "ssm", "sts"):
        sdk.client(service)


def _load_aws() -> None:
    importlib.import_module(SERVER)
    application = importlib.import_module("sandbox.application")
    moto = importlib.import_module("moto.core.utils")
    for service, (extension, _) in application.EXTENSIONS.items():
        importlib.import_module(extension)
        importlib.import_module(f"moto.{service}.urls")
        moto.get_service_model(service.removeprefix("aws"))


def _become(asked: list[Any], streams: Sequence[int]) -> None:
    program, sys.argv, folder, environment = asked
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    os.setsid()
    if os.isatty(0):  # its own terminal, whose Ctrl-C is for it
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    # As Python makes them of what they are.
    sys.stdin, sys.stdout = os.fdopen(0, closefd=False), os.fdopen(1, "w", closefd=False)
    sys.stderr = os.fdopen(2, "w", buffering=1, errors="backslashreplace", closefd=False)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    if program == SERVER:
        importlib.import_module("moto.moto_api._internal").mock_random.seed()  # else all make keys of the same IDs
    try:
        sys.exit(importlib.import_module(program).main())
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        traceback.print_exc()
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
