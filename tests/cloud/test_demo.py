"""The demo through HCP Terraform: the real Terraform on both sides, the real AWS provider, an embedded AWS."""

import os
import re
import signal
import subprocess
from pathlib import Path

import pytest

from tests.conftest import COMMAND, ROOT, Run
from tests.forever.world import terraforms

CONFIGURATION = """
version: 1
organization: {namespace: baseline, home_region: eu-west-2, regions: [eu-west-2]}
deployment: {role: kms-baseline-deploy}
accounts:
  - {name: workloads, id: "222222222222"}
  - {name: data, id: "033333333333"}
"""


@pytest.mark.usefixtures("provider_mirror")
def test_two_workspaces_are_deployed_by_workers_and_a_second_plan_is_empty(run: Run, tmp_path: Path) -> None:
    (tmp_path / "organization.yaml").write_text(CONFIGURATION)
    done = run("demo", "--cloud", limit=600)
    assert done.returncode == 0, done.stderr
    assert "plan: no resource changes in 2 stacks" in done.stdout
    keys = [line for line in done.stdout.splitlines() if "alias/baseline/" in line]
    assert len({line.split()[5] for line in keys}) == len(keys) == 6
    assert [path.name for path in tmp_path.iterdir()] == ["organization.yaml"]
    shown = (ROOT / "README.md").read_text(encoding="utf-8").split("<!-- demo --cloud -->\n```text\n")[1]
    rest = iter(without_numbers(done.stdout).splitlines())
    for line in without_numbers(shown.split("```\n<!-- /demo -->")[0]).splitlines():
        assert line == "..." or line in rest, "if this is meant: put it into README"


def without_numbers(text: str) -> str:
    """An output without what another organization, or another day, has otherwise."""
    text = re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "KEY", text)
    return re.sub(r" +", " ", re.sub(r"\d+", "N", text)).strip()


@pytest.mark.usefixtures("provider_mirror")
def test_an_interrupt_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "organization.yaml").write_text(CONFIGURATION)
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    process = subprocess.Popen(
        [str(COMMAND), "demo", "--cloud"],
        cwd=tmp_path,
        env={**os.environ, "TMPDIR": str(temporary)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
        text=True,
    )
    assert process.stderr
    with process.stderr:
        assert any(": planning" in line for line in process.stderr)
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does: the command and what it runs
        assert process.stderr.read().splitlines()[-1] == "interrupted"
    assert process.wait(60) == 130
    assert list(temporary.iterdir()) == []
    assert terraforms(temporary) == []
