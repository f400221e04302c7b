"""A real Chromium that opens pages of the report.

python -m tests.report.browser    takes the pictures of the documentation (`make pictures`)
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.conftest import ROOT

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
STORY = Path(__file__).with_name("story.cjs")
SAMPLE = ROOT / "docs" / "report.html"
PICTURES = ROOT / "docs" / "pictures"


def chromium() -> str | None:
    """The browser of this machine, if it has one."""
    return next(filter(None, map(shutil.which, NAMES)), None)


def lacking() -> str:
    """What this machine lacks to open a page; empty: nothing."""
    if chromium() is None:
        return f"none of {', '.join(NAMES)} is on the PATH"
    missing = [name for name in ("playwright-core", "axe-core") if not (ROOT / "node_modules" / name).is_dir()]
    return f"{' and '.join(missing)} is not in node_modules (`make install`)" if missing else ""


def story(sample: Path, failing: Path | None = None, pictures: Path | None = None) -> Any:
    """What was seen of the pages; with a folder for pictures, nothing but these."""
    asked = {
        "chromium": chromium(),
        "sample": str(sample),
        "failing": failing and str(failing),
        "pictures": pictures and str(pictures),
    }
    done = subprocess.run(
        ["node", str(STORY), json.dumps(asked)], capture_output=True, text=True, check=False, timeout=300
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    return json.loads(done.stdout) if pictures is None else None


def main() -> int:
    """Take the pictures."""
    if reason := lacking():
        print(f"no pictures can be taken: {reason}", file=sys.stderr)  # noqa: T201
        return 3
    PICTURES.mkdir(exist_ok=True)
    story(SAMPLE, pictures=PICTURES)
    return 0


if __name__ == "__main__":
    sys.exit(main())
