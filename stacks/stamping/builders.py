"""The processes that build stacks: as many as pay and as the memory allows."""

import json
import os
import pickle
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import SimpleQueue
from typing import NamedTuple

from baseline.errors import WorldError
from baseline.inventory import Stack

KEYS_A_PROCESS = 1_000
"""A second process takes almost a second of CPU to start: it pays where so many keys are to be built."""
MOST_PROCESSES = 4
BYTES_A_PROCESS = 350_000_000
KEYS_UNTIL_RESTART = 6_000
"""Node keeps everything that it ever built; another process begins with nothing."""
SECONDS_TO_END = 10
_SMALL_YOUNG_SPACE = "--max-semi-space-size=2"
"""In MiB, of V8's 16: most of what is built stays, so that a larger space is 30 MB more, and no less CPU."""
_ROOT = Path(__file__).parents[2]
_LAZY_BINDINGS = Path(__file__).with_name("lazy_bindings.cjs")


class Built(NamedTuple):
    """What CDKTF wrote of one stack: its JSON, and the manifest of an app without other stacks."""

    stack: str
    manifest: str


def processes(keys: int, stacks: int, memory: int | None) -> int:
    """How many processes build so many keys: at least one. `memory` is in bytes, None: unknown."""
    paying = -(-keys // KEYS_A_PROCESS)
    fitting = MOST_PROCESSES if memory is None else memory // BYTES_A_PROCESS
    return max(1, min(paying, stacks, os.cpu_count() or 1, MOST_PROCESSES, fitting))


def build_all(stacks: Sequence[Stack], done: Callable[[int, Built], None], memory: int | None) -> Iterator[int]:
    """Build every stack by its typed constructs. `done` gets each with its position, in threads, as they come.

    Yields the number of those that are done. Raises WorldError when Node fails.
    """
    count = processes(sum(len(stack.keys) for stack in stacks), len(stacks), memory)
    with _temporary_folder() as folder:
        crew = [_Builder(folder) for _ in range(count)]
        free: SimpleQueue[_Builder] = SimpleQueue()
        for builder in crew:
            free.put(builder)

        def build(position: int) -> None:
            builder = free.get()
            try:
                done(position, builder.build(stacks[position]))
            finally:
                free.put(builder)

        with ThreadPoolExecutor(count) as pool:
            try:
                work = [pool.submit(build, position) for position in range(len(stacks))]
                for number, one in enumerate(as_completed(work), start=1):
                    one.result()
                    yield number
                for builder in crew:
                    builder.close()
            finally:
                pool.shutdown(wait=False, cancel_futures=True)
                for builder in crew:
                    builder.end()


@contextmanager
def _temporary_folder() -> Iterator[Path]:
    """Where Node unpacks and CDKTF writes; it goes with all that an interrupted Node leaves behind."""
    folder = Path(tempfile.mkdtemp(prefix="kms-baseline-node-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class _Builder:
    """One process, started when it is first needed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self._keys = 0
        self._ended = False

    def build(self, stack: Stack) -> Built:
        """Build one stack. Raises WorldError when Node fails."""
        self._keys += len(stack.keys)
        if self._process and self._keys > KEYS_UNTIL_RESTART:
            self.close()
            self._keys = len(stack.keys)
        process = self._process = self._process or self._started()
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            pickle.dump(stack, process.stdin)
            process.stdin.flush()
            answer = pickle.load(process.stdout)
        except (OSError, EOFError, pickle.UnpicklingError):
            raise _failed("it ended") from None
        if "failed" in answer:
            raise _failed(answer["failed"])
        if "defect" in answer:
            raise RuntimeError(answer["defect"].strip())
        return Built(*answer["built"])

    def close(self) -> None:
        """Let the process end with its Node, now that all is built."""
        process, self._process = self._process, None
        if process is not None:
            with suppress(OSError, subprocess.TimeoutExpired):
                if process.stdin:
                    process.stdin.close()
                process.wait(SECONDS_TO_END)
            _kill(process)

    def end(self) -> None:
        """End the process with its Node at once. It builds nothing any more."""
        self._ended = True
        process, self._process = self._process, None
        if process is not None:
            _kill(process)

    def _started(self) -> subprocess.Popen[bytes]:
        if self._ended:
            raise _failed("it was ended")
        # A group of its own: Ctrl-C is for us, who end it, and its Node ends with it.
        return subprocess.Popen(
            [sys.executable, "-O", "-P", "-m", "stacks.stamping.builder"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment(self._folder),
            start_new_session=True,
        )


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End all that is left of a process and its Node."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    for pipe in (process.stdin, process.stdout):
        with suppress(OSError):
            if pipe:
                pipe.close()


def environment(folder: Path) -> dict[str, str]:
    """What a building process finds. `folder` takes what Node unpacks.

    Nothing in it comes from the cdktf command, which speaks to its program that way: the output follows from the
    Inventory alone.
    """
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("CDKTF_") and name != "SYNTH_HCL_OUTPUT"
    }
    path = os.pathsep.join(filter(None, (str(_ROOT), kept.get("PYTHONPATH"))))
    # Node takes a path in quotation marks as JSON writes it. https://nodejs.org/api/cli.html#node_optionsoptions
    preload = f"--require {json.dumps(str(_LAZY_BINDINGS), ensure_ascii=False)}"
    options = " ".join(filter(None, (_SMALL_YOUNG_SPACE, kept.get("NODE_OPTIONS"), preload)))
    return kept | {"TMPDIR": str(folder), "PYTHONPATH": path, "NODE_OPTIONS": options}


def _failed(reason: str) -> WorldError:
    return WorldError(
        f"Node failed while synthesizing: {reason}",
        "see that Node runs and that the disk has room; nothing was written",
    )
