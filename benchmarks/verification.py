"""What `verify` takes for many accounts, beside a plain loop and beside the time that the calls themselves take.

    python -m benchmarks.verification       prints it, and renews its section of docs/performance.md

`make bench` measures it too. AWS is a stand-in that answers after 30 ms: the embedded AWS is too slow to be measured against.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.request import urlopen

from benchmarks.measure import Figures, clean_environment, measure
from benchmarks.report import renew, table
from benchmarks.runs import COMMAND, ROOT, Size
from live.shared_clients import MOST_AT_ONCE
from sandbox.process import environment

SIZE = Size(100, 2)
MILLISECONDS = 30
RUNS = 3
"""Of which the quickest counts: whatever else the machine does can only add to it."""


def section() -> str:
    """The text between the two marks of the page."""
    busy = os.getloadavg()[0]
    with TemporaryDirectory() as temporary:
        file = Path(temporary) / "organization.yaml"
        file.write_text(SIZE.text(), encoding="utf-8")
        with _slow_aws(file) as url:
            # Nothing of the machine's own AWS settings, and nobody else's proxies.
            variables = environment(url, "AKIA", "secret", clean_environment() | {"PYTHONPATH": str(ROOT)})
            runs = [_measured(url, [str(COMMAND), "verify"], file.parent, variables) for _ in range(RUNS)]
            ours, calls = min(runs, key=lambda run: run[0].wall)
            loop = [sys.executable, "-m", "benchmarks.verify_loop", str(file)]
            theirs, calls_of_loop = _measured(url, loop, file.parent, variables)
    least = calls * MILLISECONDS / 1000 / MOST_AT_ONCE
    alternative = "alternative: a plain loop of boto3, one call after the other"
    rows = [
        (f"the calls alone, {MOST_AT_ONCE} at once", f"{calls:,}", f"{least:.1f}", "", "1.0"),
        _row(f"`verify`, the quickest of {RUNS} runs", ours, calls, least),
        _row(alternative, theirs, calls_of_loop, least),
    ]
    head = ("what", "calls", "wall s", "CPU s", "times the calls alone")
    return (
        f"{SIZE.accounts} accounts, {SIZE.regions} regions, {SIZE.keys} keys, {MILLISECONDS} ms a call. {_machine(busy)}\n\n"
        + "\n".join(table(head, iter(rows)))
    )


def _row(what: str, figures: Figures, calls: int, least: float) -> tuple[str, ...]:
    times = f"{figures.wall / least:.1f}"
    return (what, f"{calls:,}", f"{figures.wall:.1f}", f"{figures.cpu:.1f}", times)


def _machine(busy: float) -> str:
    return (
        f"{date.today():%d %B %Y}; {os.cpu_count()} cores; boto3 {version('boto3')}. Other processes of the machine "
        f"that wanted to run when it began{', and had to wait for this' if os.nice(0) < 0 else ''}: {busy:.0f}."
    )


@contextmanager
def _slow_aws(configuration: Path) -> Iterator[str]:
    command = [sys.executable, "-m", "benchmarks.slow_aws", str(configuration), str(MILLISECONDS)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


def _measured(url: str, command: list[str], folder: Path, variables: dict[str, str]) -> tuple[Figures, int]:
    """What a command takes, and how many calls it made."""
    _calls(url)
    figures = measure(command, folder, variables)
    return figures, _calls(url)


def _calls(url: str) -> int:
    with urlopen(f"{url}/calls") as answer:
        return int(answer.read())


if __name__ == "__main__":
    renew("verification", section())
