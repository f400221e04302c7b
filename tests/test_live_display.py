"""What a deployment of many stacks looks like on a terminal, and on one that cannot move its cursor."""

import os
import re
from pathlib import Path

import pytest

from tests.conftest import COMMAND, SAMPLE
from tests.stand_in_terraform import stand_in_terraform
from tests.terminal import typed

HIDDEN, THERE = "\x1b[?25l", "\x1b[?25h"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Five accounts, and a stand-in for Terraform, whose plans of one of them fail."""
    (tmp_path / "organization.yaml").write_bytes(SAMPLE.read_bytes())
    stand_in_terraform(
        tmp_path,
        plan='sleep 0.5; case "$PWD" in */data) echo "Error: no way"; exit 1 ;; esac; exit 2',
        show="""echo '{"resource_changes": []}'""",
    )
    return tmp_path


def planned(folder: Path, terminal: str) -> str:
    variables = {**os.environ, "PATH": f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}", "TERM": terminal}
    command = [str(COMMAND), "deploy", "--dry-run", "--keep-going", "--parallelism", "2"]
    code, shown = typed(command, folder, variables, question="?never?", answer="")
    assert code == 3, shown
    return shown


def test_what_runs_and_waits_is_shown_in_one_place_which_is_gone_afterwards(folder: Path) -> None:
    shown = planned(folder, "xterm")
    assert re.search(r"planning: 0 of 5 stacks, 2 running, 3 waiting\n", shown)
    assert re.search(r"planning: [234] of 5 stacks, 1 failed, [12] running, [01] waiting, about \d s left\n", shown)
    assert re.search(r"  network +planning +\d s", shown)
    assert "\ndata: failed while planning\n" in re.sub(r"\x1b\[\d?[AK]", "\n", shown)
    during, _, after = shown.rpartition(THERE)
    assert HIDDEN in during
    assert re.search(r"planning: 5 of 5 stacks, 1 failed, in \d+ s\n", after)
    assert "running" not in after
    assert "error: 1 of 5 stacks could not be planned; nothing was applied" in after


def test_elsewhere_every_step_is_a_line(folder: Path) -> None:
    shown = planned(folder, "dumb")
    assert "\x1b" not in shown
    assert "\nnetwork: planning\n" in shown
    assert "\ndata: failed while planning\n" in shown
