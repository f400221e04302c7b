"""Synth of 30 and 510 keys: this program, plain CDKTF, and json.dump, in turn.

    python -m benchmarks.synth [RUNS]

Prints medians. Compare CPU seconds and ratios; wall times move with the machine's neighbours.
"""

import platform
import statistics
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.measure import Figures, clean_environment, measure
from benchmarks.organizations import organization

SIZES = ((5, 2), (10, 17))
"""Accounts and regions: 30 and 510 keys."""
COMMAND = Path(sys.executable).with_name("kms-baseline")
ROOT = Path(__file__).parent.parent


def variants(folder: Path) -> Iterator[tuple[str, list[str]]]:
    configuration = str(folder / "organization.yaml")
    yield "kms-baseline synth", [str(COMMAND), "synth", "--config", configuration, "--output", str(folder / "ours")]
    for name in ("plain_cdktf", "plain_json"):
        yield name, [sys.executable, "-m", f"benchmarks.{name}", configuration, str(folder / name)]


def run(accounts: int, regions: int, runs: int) -> dict[str, list[Figures]]:
    """The figures of every variant; each run makes everything anew, the variants in turn."""
    figures: dict[str, list[Figures]] = {}
    for _ in range(runs):
        with TemporaryDirectory() as temporary:
            folder = Path(temporary)
            (folder / "organization.yaml").write_text(organization(accounts, regions), encoding="utf-8")
            for name, command in variants(folder):
                figures.setdefault(name, []).append(measure(command, ROOT, clean_environment()))
    return figures


def main(runs: int) -> None:
    print(f"Python {platform.python_version()}, {platform.machine()}, medians of {runs}")  # noqa: T201
    print(f"{'keys':>6}  {'variant':<20}{'CPU s':>8}{'wall s':>8}{'MB':>7}{'CPU ratio':>11}")  # noqa: T201
    for accounts, regions in SIZES:
        figures = run(accounts, regions, runs)
        ours = statistics.median(f.cpu for f in figures["kms-baseline synth"])
        for name, of in figures.items():
            cpu, wall, memory = (
                statistics.median(getattr(f, field) for f in of) for field in ("cpu", "wall", "megabytes")
            )
            keys = accounts * regions * 3
            print(f"{keys:>6}  {name:<20}{cpu:>8.2f}{wall:>8.2f}{memory:>7.0f}{cpu / ours:>11.2f}")  # noqa: T201


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
