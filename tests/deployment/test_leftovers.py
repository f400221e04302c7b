import subprocess
import sys
import time
from pathlib import Path

import pytest

from deployment.leftovers import RUN_VARIABLE, end_marked
from tests.deployment.processes import LONG, alive, soon, written

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux shows the environment of a process")


def _start(folder: Path, mark: str, script: str) -> int:
    """Starts a process that leaves its parent's session, as cdktf's Terraforms do."""
    environment = {"PATH": "/usr/bin:/bin", RUN_VARIABLE: mark}
    subprocess.run(["sh", "-c", f"setsid sh -c '{script}' >/dev/null 2>&1 &"], cwd=folder, env=environment, check=True)
    return written(folder / "pid")


def test_a_marked_process_in_a_session_of_its_own_is_ended(tmp_path: Path) -> None:
    pid = _start(tmp_path, "one", f"echo $$ > pid; exec sleep {LONG}")
    end_marked("one", grace=0)
    assert soon(lambda: not alive(pid))


def test_a_process_of_another_run_is_left_alone(tmp_path: Path) -> None:
    pid = _start(tmp_path, "two", f"echo $$ > pid; exec sleep {LONG}")
    end_marked("one", grace=0)
    assert alive(pid)
    end_marked("two", grace=0)
    assert soon(lambda: not alive(pid))


def test_a_process_that_is_still_writing_gets_the_time_to_end(tmp_path: Path) -> None:
    _start(tmp_path, "three", "echo $$ > pid; sleep 1; touch saved")
    end_marked("three", grace=20)
    assert soon((tmp_path / "saved").exists, seconds=0)


def test_it_takes_no_time_when_nothing_is_left() -> None:
    start = time.monotonic()
    end_marked("nothing", grace=20)
    assert time.monotonic() - start < 5
