import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from baseline.errors import WorldError
from deployment.run import Children, Command, Ended, Stopped, run, start_log
from tests.deployment.processes import LONG, alive, soon, written

Run = Callable[..., Ended]


@pytest.fixture
def children() -> Children:
    return Children()


@pytest.fixture
def shell(tmp_path: Path, children: Children, environment: dict[str, str]) -> Run:
    """Runs a piece of shell as a child."""

    def start(
        text: str,
        on_line: Callable[[str], None] = lambda line: None,
        answer: Path | None = None,
        patience: float | None = None,
    ) -> Ended:
        command = Command(
            arguments=("/bin/sh", "-c", text),
            folder=tmp_path,
            environment=environment,
            log=tmp_path / "log",
            answer=answer,
            patience=patience,
        )
        return run(command, children, on_line)

    return start


def test_both_streams_are_told_line_by_line_and_kept_in_the_log(shell: Run, tmp_path: Path) -> None:
    heard: list[str] = []
    ended = shell("echo one; echo two >&2; printf 'no end'; exit 3", on_line=heard.append)
    assert (ended.code, heard) == (3, ["one", "two"])
    assert ended.lines() == ["one", "two", "no end"]
    assert (tmp_path / "log").read_text().startswith("$ /bin/sh -c ")


def test_a_line_is_told_while_the_child_still_runs(shell: Run, tmp_path: Path) -> None:
    go = tmp_path / "go"
    shell("echo first; while [ ! -e go ]; do sleep 0.05; done", on_line=lambda line: go.touch())


def test_the_parts_of_two_children_in_one_log_are_kept_apart(shell: Run) -> None:
    first, second = shell("echo one"), shell("echo two")
    assert (first.lines()[0], second.lines()) == ("one", ["two"])


def test_data_on_standard_output_stays_out_of_the_log(shell: Run, tmp_path: Path) -> None:
    ended = shell("echo secret; echo note >&2", answer=tmp_path / "answer")
    assert (tmp_path / "answer").read_text() == "secret\n"
    assert ended.lines() == ["note"]


def test_a_child_gets_the_given_environment_and_no_input(shell: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "real")
    assert shell('cat; echo "${AWS_PROFILE-unset}"').lines() == ["unset"]


def test_a_program_that_does_not_run_is_named(tmp_path: Path, children: Children) -> None:
    command = Command(arguments=("/no/such",), folder=tmp_path, environment={}, log=tmp_path / "log")
    with pytest.raises(WorldError, match="`/no/such` does not run"):
        run(command, children, print)


def test_a_log_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(WorldError, match="cannot be written: "):
        start_log(tmp_path / "file" / "data.log")


def test_a_child_does_not_share_the_terminals_process_group(shell: Run) -> None:
    group, session = (int(number) for number in shell("ps -o pgid=,sid= -p $$").lines()[0].split())
    assert group == session
    assert group != os.getpgrp()


def test_a_grandchild_that_stays_is_ended(shell: Run, tmp_path: Path) -> None:
    shell(f"sleep {LONG} & echo $! > pid")
    assert not alive(written(tmp_path / "pid"))


def test_a_grandchild_that_ignores_every_polite_signal_is_ended(shell: Run, tmp_path: Path) -> None:
    shell("sh -c 'trap \"\" INT TERM HUP; echo $$ > pid; while :; do sleep 0.2; done' & sleep 0.5")
    assert not alive(written(tmp_path / "pid"))


def test_a_stop_interrupts_the_whole_group_of_a_child(shell: Run, children: Children) -> None:
    """The child is a script that waits for its own child, as a wrapper around Terraform does."""
    heard: list[str] = []

    def hear(line: str) -> None:
        heard.append(line)
        if line == "ready":
            children.stop()

    inner = "trap 'echo inner; exit 0' INT; echo ready; while :; do sleep 0.05; done"
    ended = shell(f"trap 'echo outer' INT; sh -c \"{inner}\"; exit 1", on_line=hear)
    assert (ended.code, sorted(heard)) == (1, ["inner", "outer", "ready"])


def test_a_child_that_changes_things_may_take_as_long_as_it_wants(shell: Run, children: Children) -> None:
    ended = shell("trap '' INT; echo ready; sleep 1; echo saved; exit 0", on_line=lambda line: children.stop())
    assert (ended.code, ended.lines()) == (0, ["ready", "saved"])


def test_a_child_that_changes_nothing_is_ended_when_it_ignores_the_interrupt(
    shell: Run, children: Children, tmp_path: Path
) -> None:
    script = "trap '' INT TERM; echo $$ > pid; echo ready; while :; do sleep 0.2; done"
    ended = shell(script, on_line=lambda line: children.stop(), patience=0.5)
    assert ended.code == -signal.SIGKILL
    assert not alive(written(tmp_path / "pid"))


def test_nothing_is_started_after_a_stop(shell: Run, children: Children, tmp_path: Path) -> None:
    children.stop()
    with pytest.raises(Stopped):
        shell("touch started")
    assert not (tmp_path / "started").exists()


DRIVER = """
import os, sys
from pathlib import Path
from deployment.run import Children, Command, run
folder = Path(sys.argv[1])
script = "echo ready; echo $$ > pid; while [ ! -e go ]; do sleep 0.05; done; echo saved; echo more; touch finished"
command = Command(arguments=("/bin/sh", "-c", script), folder=folder, environment=dict(os.environ), log=folder / "log")
run(command, Children(), lambda line: None)
"""


def test_a_child_ends_its_work_even_when_we_are_killed(tmp_path: Path) -> None:
    """Terraform must be able to write its state: a pipe to us would break under it."""
    driver = subprocess.Popen([sys.executable, "-c", DRIVER, str(tmp_path)], cwd=Path(__file__).parents[2])
    pid = written(tmp_path / "pid")
    driver.kill()
    driver.wait()
    (tmp_path / "go").touch()
    assert soon((tmp_path / "finished").exists)
    assert soon(lambda: not alive(pid))
    assert (tmp_path / "log").read_text().endswith("saved\nmore\n")
