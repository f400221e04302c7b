"""The real cdktf and the real Terraform over a project that writes its own stacks."""

import json
import os
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from baseline.errors import WorldError
from deployment.binaries import Terraform, find_cdktf, node_major
from deployment.cdktf import run_cdktf_deploy
from deployment.crew import HELD_BACK, STOPPING
from deployment.events import Event, Notice, OnEvent, StackEvent
from deployment.interrupts import Interrupted
from tests.conftest import ROOT, missing
from tests.deployment.processes import LONG, alive

SETTINGS = {
    "language": "python",
    "app": "cp -R written/. $CDKTF_OUTDIR",
    "projectId": "test",
    "sendCrashReports": "false",
}
STACKS = ("data", "workloads-eu-west-2")

Deploy = Callable[..., None]


@pytest.fixture
def cdktf(environment: dict[str, str], terraform: Terraform) -> Path:
    """The real cdktf; the test is skipped without one, or fails where one is required."""
    try:
        node_major(environment)
        return find_cdktf(ROOT, environment)
    except WorldError as error:
        missing(str(error))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "cdktf.json").write_text(json.dumps(SETTINGS))
    return folder


@pytest.fixture
def deploy(cdktf: Path, project: Path, environment: dict[str, str], tmp_path: Path) -> Deploy:
    """Deploys two stacks whose one resource runs a piece of shell while it is created."""

    def run(shell: str, on_event: OnEvent, arguments: Sequence[str] = ()) -> None:
        _write_stacks(project / "written", shell)
        run_cdktf_deploy(cdktf, project, arguments, environment, tmp_path / "logs" / "cdktf.log", on_event)

    return run


def _write_stacks(folder: Path, shell: str) -> None:
    stacks = {}
    for name in STACKS:
        place = folder / "stacks" / name
        place.mkdir(parents=True)
        (place / "cdk.tf.json").write_text(json.dumps(_stack(name, shell)))
        stacks[name] = {
            "name": name,
            "constructPath": name,
            "workingDirectory": f"stacks/{name}",
            "synthesizedStackPath": f"stacks/{name}/cdk.tf.json",
            "annotations": [],
            "dependencies": [],
        }
    (folder / "manifest.json").write_text(json.dumps({"version": "0.21.0", "stacks": stacks}))


def _stack(name: str, shell: str) -> dict[str, object]:
    return {
        "//": {"metadata": {"backend": "local", "stackName": name, "version": "0.21.0"}, "outputs": {name: {"o": "o"}}},
        "terraform": {"backend": {"local": {"path": f"../../../state/{name}.tfstate"}}},
        "output": {"o": {"value": name}},
        "resource": {"terraform_data": {"a": {"provisioner": {"local-exec": {"command": shell}}}}},
    }


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux shows the environment of a process")
@pytest.mark.parametrize("interrupts", [0, 1])
def test_a_terraform_that_outlives_cdktf_may_write_its_state(
    project: Path, environment: dict[str, str], terraform: Terraform, tmp_path: Path, interrupts: int
) -> None:
    """cdktf starts each Terraform in a session of its own, so its process group does not show them."""
    program = tmp_path / "cdktf"
    program.write_text(
        "#!/bin/sh\nsetsid sh -c 'sleep 2; touch saved' >/dev/null 2>&1 &\nsleep 0.3; echo started; sleep 0.3; exit 1\n"
    )
    program.chmod(0o755)

    def hear(event: Event) -> None:
        if isinstance(event, StackEvent) and event.line == "started" and interrupts:
            os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(Interrupted if interrupts else WorldError):
        run_cdktf_deploy(program, project, [], environment, tmp_path / "cdktf.log", hear)
    assert (project / "saved").exists()


def test_all_stacks_are_deployed_and_told_as_events(deploy: Deploy, project: Path, tmp_path: Path) -> None:
    events: list[Event] = []
    deploy("echo $CI", events.append, ["--parallelism", "2", "--outputs-file", str(tmp_path / "outputs.json")])
    assert json.loads((tmp_path / "outputs.json").read_text()) == {name: {"o": name} for name in STACKS}
    ends = {(e.stack, e.done, e.total) for e in events if isinstance(e, StackEvent) and e.status == "finished"}
    assert ends == {(name, 1, 1) for name in STACKS}
    log = (tmp_path / "logs" / "cdktf.log").read_text()
    assert "Apply complete!" in log
    assert "\x1b" not in log
    assert not (tmp_path / "home" / ".terraform.d" / "plugin-cache").exists()


def test_a_stack_that_fails_is_named_with_terraforms_own_words(deploy: Deploy) -> None:
    with pytest.raises(WorldError) as caught:
        deploy('case "$PWD" in */data) exit 3;; esac', [].append, ["--parallelism", "2"])
    assert str(caught.value).startswith("1 of 2 stacks failed\n  data: `terraform apply` failed (log: ")
    assert "exit status 3" in str(caught.value)


def test_a_project_that_does_not_synthesize_shows_why(deploy: Deploy, project: Path) -> None:
    (project / "cdktf.json").write_text(json.dumps(SETTINGS | {"app": "echo the configuration is wrong >&2; exit 2"}))
    with pytest.raises(WorldError, match="the configuration is wrong"):
        deploy("true", [].append)


def test_cdktf_is_held_back_once_then_ends_with_all_its_terraforms(deploy: Deploy, project: Path) -> None:
    events: list[Event] = []

    def hear(event: Event) -> None:
        events.append(event)
        if isinstance(event, StackEvent) and "(local-exec): busy" in event.line:
            os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(Interrupted):
        deploy(f"echo $$ > pid; echo busy; sleep 0.5; echo busy; sleep {LONG}", hear, ["--parallelism", "1"])
    assert [event.text for event in events if isinstance(event, Notice)] == [HELD_BACK, STOPPING]
    (pid,) = project.rglob("pid")
    assert not alive(int(pid.read_text()))
