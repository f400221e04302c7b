"""A command in a process of its own, which is forked from one that has loaded the program.

A short command spends most of its time on loading. All else is as a person runs it: streams, folder, environment, exit
code. Tests of what a process does while it starts or ends run the installed command instead.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from multiprocessing import get_context
from pathlib import Path
from pkgutil import walk_packages

import baseline
import cli
import operations
from cli.main import main

_FORKING = get_context("forkserver")
_FORKING.set_forkserver_preload(
    [
        module.name
        for package in (baseline, cli, operations)
        for module in walk_packages(package.__path__, f"{package.__name__}.")
    ]
)


def run(
    command: Sequence[str], folder: Path, environment: Mapping[str, str], limit: float
) -> subprocess.CompletedProcess[str]:
    """Run the command in the folder, with nothing on standard input."""
    with tempfile.TemporaryDirectory() as made:
        streams = [Path(os.devnull), Path(made) / "stdout", Path(made) / "stderr"]
        process = _FORKING.Process(target=_run, args=(command, folder, dict(environment), streams))
        process.start()
        process.join(limit)
        if process.exitcode is None:
            process.kill()
            raise subprocess.TimeoutExpired(command, limit)
        stdout, stderr = (stream.read_text(encoding="utf-8") for stream in streams[1:])
        return subprocess.CompletedProcess(command, process.exitcode, stdout, stderr)


def _run(command: Sequence[str], folder: Path, environment: Mapping[str, str], streams: Sequence[Path]) -> None:
    for descriptor, stream in enumerate(streams):
        os.dup2(os.open(stream, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC), descriptor)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = list(command)
    sys.exit(main())
