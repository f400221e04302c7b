"""Measures this program and its alternatives in one run, prints the tables, and writes docs/performance.md.

    python -m benchmarks            all of it, some twenty minutes (`make bench`)
    python -m benchmarks --quick    30 and 510 keys; prints and writes nothing

CPU seconds and ratios hold on a busy machine, wall times do not.
"""

import sys
from collections.abc import Iterator

from benchmarks import fleet, page, policies_of_others, verification
from benchmarks.report import DOCUMENT, document
from benchmarks.runs import Run, Size, alternative, ours, warm_up

SMALL, MEDIUM = Size(5, 2), Size(10, 17)
LARGE, LARGEST, MANY_SHAPES = Size(100, 17, 5), Size(1000, 17, 5), Size(1000, 17, 51)
EVERY_PURPOSE = Size(1000, 17, 5, every_purpose=True)
ALTERNATIVES = {
    SMALL: ("plain_json", "plain_cdktf"),
    MEDIUM: ("plain_json", "plain_cdktf", "aws_cdk"),
    LARGE: ("plain_json", "typed"),
    LARGEST: ("plain_json",),
    MANY_SHAPES: (),
    EVERY_PURPOSE: (),
}
GROWTH = {
    "accounts": tuple(Size(accounts, 17, 5) for accounts in (50, 100, 250, 500)),
    "regions": tuple(Size(200, regions, 5) for regions in (1, 4, 9, 17)),
    "shapes": tuple(Size(1000, 4, kinds) for kinds in (1, 5, 21, 51)),
}


def sizes(quick: bool) -> Iterator[Run]:
    for size, names in ALTERNATIVES.items():
        if quick and size not in (SMALL, MEDIUM):
            continue
        yield from ours(size)
        for name in names:
            if run := alternative(size, name):
                yield run


def said(run: Run) -> Run:
    """Print what was measured when it was."""
    figures = run.figures
    print(  # noqa: T201
        f"{run.size.keys:>6} keys  {run.what:<40}{figures.cpu:>8.2f} s CPU {figures.wall:>8.2f} s {figures.megabytes:>6.0f} MB",
        flush=True,
    )
    return run


def main(quick: bool) -> None:
    warm_up()
    runs = [said(run) for run in sizes(quick)]
    if quick:
        return
    growth = {of: [said(run) for size in series for run in ours(size, only_cold=True)] for of, series in GROWTH.items()}
    sections = {
        "verification": verification.section(),
        "policies_of_others": policies_of_others.section(),
        "report": page.section(),
        "fleet": fleet.section(),
    }
    DOCUMENT.write_text(document(runs, growth, LARGEST, sections), encoding="utf-8")
    print(f"written to {DOCUMENT.relative_to(DOCUMENT.parent.parent)}")  # noqa: T201


if __name__ == "__main__":
    main("--quick" in sys.argv[1:])
