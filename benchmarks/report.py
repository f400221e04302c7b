"""The page with what was measured."""

import json
import os
import platform
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.measure import clean_environment
from benchmarks.runs import COMMAND, ROOT, Run, Size

DOCUMENT = ROOT / "docs" / "performance.md"
NAMES = {
    "plain_json": "alternative: Python writes the JSON itself",
    "plain_cdktf": "alternative: plain CDKTF imports and constructs",
    "typed": "alternative: our typed constructs without shapes",
    "aws_cdk": "alternative: AWS CDK for Python (CloudFormation)",
}
TEMPLATE = Path(__file__).with_name("performance.template.md")


def document(
    runs: Sequence[Run], growth: Mapping[str, Sequence[Run]], largest: Size, sections: Mapping[str, str]
) -> str:
    """The text of the page."""
    return TEMPLATE.read_text(encoding="utf-8").format(
        machine=_machine(),
        sizes=_sizes(runs),
        growth="\n\n".join(_growth(of, series) for of, series in growth.items()),
        **sections,
        keys=f"{largest.keys:,}",
        profile=_profile(largest),
    )


def renew(name: str, text: str) -> None:
    """Print a section, and put it into the page between its two marks."""
    print(text)  # noqa: T201
    begin, end = f"<!-- {name} -->\n", f"\n<!-- /{name} -->"
    before, rest = DOCUMENT.read_text(encoding="utf-8").split(begin)
    DOCUMENT.write_text(before + begin + text + end + rest.split(end)[1], encoding="utf-8")


def _machine() -> str:
    libraries = ("cdktf", "cdktf-cdktf-provider-aws", "jsii")
    node = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout.strip()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    versions = ", ".join(f"{library} {version(library)}" for library in libraries)
    return (
        f"{date.today():%d %B %Y}; {os.cpu_count()} cores {platform.machine()}, {memory:.0f} GB of memory; "
        f"Python {platform.python_version()}, Node {node.removeprefix('v')}, {versions}."
    )


def _sizes(runs: Sequence[Run]) -> str:
    return "\n".join(table(("keys", "shapes", "what", "CPU s", "wall s", "MB", "CPU, times ours cold"), _rows(runs)))


def _rows(runs: Sequence[Run]) -> Iterator[tuple[str, ...]]:
    cold = {run.size: run.figures.cpu for run in runs if run.what == "synth, cold"}
    for run in runs:
        figures = run.figures
        ratio = f"{figures.cpu / cold[run.size]:.2f}" if run.what in NAMES else ""
        yield (
            f"{run.size.keys:,}", str(run.size.kinds), NAMES.get(run.what, f"`{run.what}`"),
            f"{figures.cpu:.1f}", f"{figures.wall:.1f}", f"{figures.megabytes:.0f}", ratio,
        )  # fmt: skip


def table(head: Sequence[str], rows: Iterator[tuple[str, ...]]) -> Iterator[str]:
    """The lines of a table."""
    yield f"| {' | '.join(head)} |"
    yield f"|{' --- |' * len(head)}"
    yield from (f"| {' | '.join(row)} |" for row in rows)


def _growth(of: str, series: Sequence[Run]) -> str:
    sizes = {"accounts": [run.size.accounts for run in series], "regions": [run.size.regions for run in series]}
    across = sizes.get(of, [run.size.kinds for run in series])
    cpu = [round(run.figures.cpu, 1) for run in series]
    first = series[0].size
    fixed = {
        "accounts": f"{first.regions} regions, {first.kinds} shapes",
        "regions": f"{first.accounts} accounts, {first.kinds} shapes",
        "shapes": f"{first.accounts} accounts, {first.regions} regions",
    }[of]
    chart = f'xychart-beta\n  title "{of} ({fixed})"\n  x-axis "{of}" {across}\n  y-axis "CPU seconds" 0 --> {max(cpu) * 1.1:.0f}'
    return f"```mermaid\n{chart}\n  line {cpu}\n```"


def _profile(size: Size) -> str:
    seconds = _phases(size)
    total = sum(seconds.values())
    rows = ((what, f"{spent:.2f}", f"{spent / total:.0%}") for what, spent in seconds.items())
    phases = "\n".join(table(("phase", "CPU s", "share"), iter([*rows, ("all", f"{total:.2f}", "")])))
    most = sorted(seconds, key=lambda what: -seconds[what])[:3]
    return f"{phases}\n\nWhat is left is linear in the keys; the most of it is: {'; '.join(most)}."


def _phases(size: Size) -> dict[str, float]:
    with TemporaryDirectory() as temporary:
        folder = Path(temporary)
        (folder / "organization.yaml").write_text(size.text(), encoding="utf-8")
        environment = {**clean_environment(), "XDG_CACHE_HOME": str(folder / "cache"), "PYTHONPATH": str(ROOT)}
        subprocess.run([str(COMMAND), "synth", "--quiet"], cwd=folder, env=environment, check=True, capture_output=True)
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.phases", "organization.yaml", "cdktf.out"],
            cwd=folder, env=environment, check=True, capture_output=True, text=True,
        )  # fmt: skip
        seconds: dict[str, float] = json.loads(done.stdout)
        return seconds
