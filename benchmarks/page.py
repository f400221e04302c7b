"""The report of many keys: what it takes to make, how large it is, and how long until its page can be used.

python -m benchmarks.page    prints the section, and writes it into docs/performance.md
"""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.measure import clean_environment, measure
from benchmarks.report import renew, table
from benchmarks.runs import COMMAND, ROOT, Size
from tests.report.browser import chromium, lacking

SIZES = (Size(5, 2), Size(100, 17, 5), Size(1000, 17, 5))
FORMS = ("html", "md", "csv", "json")
USED = SIZES[1]
"""The size whose page is opened."""


def section() -> str:
    """Two tables: the reports in each form, and the page in Chromium."""
    with TemporaryDirectory() as temporary:
        folder = Path(temporary)
        reports = "\n".join(table(("keys", "form", "CPU s", "MB of memory", "MB of report"), _reports(folder)))
        return f"{reports}\n\n{_opened(folder / f'{USED.keys}.html')}"


def _reports(folder: Path) -> Iterator[tuple[str, ...]]:
    for size in SIZES:
        (folder / "organization.yaml").write_text(size.text(), encoding="utf-8")
        for form in FORMS:
            target = folder / f"{size.keys}.{form}"
            figures = measure([str(COMMAND), "report", "-o", str(target)], folder, clean_environment())
            megabytes = target.stat().st_size / 1e6
            row = (f"{size.keys:,}", form, f"{figures.cpu:.1f}", f"{figures.megabytes:.0f}", f"{megabytes:.1f}")
            yield row


def _opened(page: Path) -> str:
    if reason := lacking():
        return f"The page was not opened: {reason}."
    script = ROOT / "benchmarks" / "usable.cjs"
    done = subprocess.run(
        ["node", str(script), str(chromium()), str(page)], cwd=ROOT, check=True, capture_output=True, text=True
    )
    seen = json.loads(done.stdout)
    return (
        f"In a headless Chromium the list of {USED.keys:,} keys can be used after {seen['ready']:.1f} s, the overview after "
        f"{seen['overview']:.1f} s; a filter takes {seen['filtered']:.2f} s. The page's JavaScript has {seen['heap']:.0f} MB."
    )


if __name__ == "__main__":
    renew("report", section())
