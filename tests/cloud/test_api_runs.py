"""Runs that are begun by the API, without a Terraform on this machine. The stacks need no provider."""

import os
import signal
import tarfile
import time
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from threading import Lock

import pytest

from deployment.binaries import Terraform
from deployment.deploy import Rollout, apply_stacks, plan_stacks
from deployment.events import Event, OnEvent, StackEvent
from deployment.hcp import api_run, engine
from deployment.hcp.client import Client
from deployment.hcp.engine import ApiEngine
from deployment.hcp.workspaces import Places
from deployment.interrupts import Interrupted
from sandbox.cloud.records import Role
from sandbox.cloud.server import Cloud
from tests.cloud.test_stacks import Stacks
from tests.cloud_server import ORGANIZATION


class ByApi(Stacks):
    """The same, by the API: workspaces are made first, and files are called as in an export."""

    main = "main.tf.json"

    def make(self, *names: str, directory: str = "") -> None:
        """Stacks with their workspaces."""
        places = Places(Client.of(self.hcp.hostname, self.hcp.environment({})), ORGANIZATION)
        for name in names:
            self.write(name, broken=name.startswith("broken"))
            places.make_workspace(name, None, {"working-directory": directory} if directory else {})

    def by_api(self, role: Role = "admin", on_event: OnEvent | None = None) -> Rollout:
        """What `workspaces run` makes, with the token of a role."""
        rollout = self.rollout(role, on_event)
        names = {path.name: path.name for path in (self.folder / "output" / "stacks").iterdir()}
        client = Client.of(self.hcp.hostname, rollout.environment)
        return replace(rollout, engine=ApiEngine(client, ORGANIZATION, names))


@pytest.fixture
def stacks(hcp: Cloud, terraform: Terraform, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ByApi:
    for module in (api_run, engine):
        monkeypatch.setattr(module, "_PAUSE", 0.1)
    return ByApi(hcp, terraform, tmp_path)


def test_what_is_planned_is_applied_or_discarded(hcp: Cloud, stacks: ByApi) -> None:
    """In a workspace with a working directory too."""
    stacks.make("api-fine", directory="export/api-fine")
    stacks.make("broken-api")
    with plan_stacks(stacks.by_api(), ["api-fine", "broken-api"]) as planned:
        (failure,) = planned.failures
        assert planned.changes["api-fine"].create == 1
    assert [run.status for run in hcp.runs("api-fine")] == ["discarded"]
    (broken,) = hcp.runs("broken-api")
    assert f"(run: https://{hcp.hostname}/app/{ORGANIZATION}/broken-api/runs/{broken.id}" in str(failure)
    assert "Invalid function argument" in str(failure)
    with plan_stacks(stacks.by_api(), ["api-fine"]) as planned:
        applied = apply_stacks(planned)
    assert [(result.outcome, result.failure) for result in applied.results] == [("applied", None)]
    assert "terraform_data.one: Creation complete" in stacks.log("api-fine")
    assert "Apply complete!" in stacks.log("api-fine")
    with plan_stacks(stacks.by_api(), ["api-fine"]) as planned:
        assert not planned.anything_to_do
    assert [run.status for run in hcp.runs("api-fine")] == ["discarded", "applied", "planned_and_finished"]


def test_a_token_without_admin_leaves_nothing_to_confirm(hcp: Cloud, stacks: ByApi) -> None:
    stacks.make("api-weak")
    with plan_stacks(stacks.by_api("write"), ["api-weak"]) as planned:
        (failure,) = planned.failures
    assert "the token may not read the plan" in str(failure)
    assert failure.run.endswith(hcp.runs("api-weak")[0].id)
    assert [run.status for run in hcp.runs("api-weak")] == ["discarded"]


def test_a_workspace_that_is_missing_keeps_the_others_planned(stacks: ByApi) -> None:
    stacks.make("api-there")
    stacks.write("api-missing")
    with plan_stacks(stacks.by_api(), ["api-there", "api-missing"]) as planned:
        (failure,) = planned.failures
        assert list(planned.changes) == ["api-there"]
    assert f"has no organizations/{ORGANIZATION}/workspaces/api-missing" in str(failure)


def test_what_is_tainted_needs_a_terraform(stacks: ByApi) -> None:
    stacks.make("api-tainted")
    with plan_stacks(stacks.by_api(), ["api-tainted"]) as planned:
        (failure,) = planned.again(["api-tainted"], untaint={"api-tainted": ["aws_kms_key.sns_eu_west_2"]}).failures
    assert "`kms-baseline deploy` untaints it" in failure.causes[0].help


def test_an_interrupt_while_planning_ends_the_run(hcp: Cloud, stacks: ByApi) -> None:
    stacks.make("api-stopped")

    def once(event: Event) -> None:
        if isinstance(event, StackEvent) and "/runs/run-" in event.line:
            os.kill(os.getpid(), signal.SIGINT)

    at_once, hcp.workers.at_once = hcp.workers.at_once, 0
    try:
        with pytest.raises(Interrupted), plan_stacks(stacks.by_api(on_event=once), ["api-stopped"]):
            pass
    finally:
        hcp.workers.at_once = at_once
    assert [run.status for run in hcp.runs("api-stopped")] == ["discarded"]


def test_two_interrupts_leave_a_run_to_go_on_and_a_run_that_waits_is_ended(hcp: Cloud, stacks: ByApi) -> None:
    stacks.make("api-goes-on", "api-waits")
    rollout = stacks.by_api()
    with plan_stacks(rollout, ["api-goes-on", "api-waits"]) as planned, hcp.held():
        (going,) = hcp.runs("api-goes-on")
        hcp.lock("api-waits")

        def twice(event: Event) -> None:
            if isinstance(event, StackEvent) and event.status == "waits" and event.stack == "api-waits":
                assert "which a-person locked" in event.line
                hcp.wait(going, "applying")
                os.kill(os.getpid(), signal.SIGINT)
                time.sleep(0.1)
                os.kill(os.getpid(), signal.SIGINT)

        applied = apply_stacks(replace(planned, rollout=replace(rollout, on_event=twice)))
    hcp.lock("api-waits", "")
    assert {result.stack: result.outcome for result in applied.results} == {
        "api-goes-on": "goes on",
        "api-waits": "not started",
    }
    assert f"goes on in HCP Terraform: api-goes-on: https://{hcp.hostname}/" in str(applied.error())
    hcp.wait(going, "applied")


def test_a_run_that_is_cancelled_there_is_told(hcp: Cloud, stacks: ByApi) -> None:
    stacks.make("api-cancelled")
    rollout = stacks.by_api()
    with plan_stacks(rollout, ["api-cancelled"]) as planned, hcp.held():
        (run,) = hcp.runs("api-cancelled")
        first = Lock()  # a busy machine tells it more than once, from several threads

        def cancel(event: Event) -> None:
            told = isinstance(event, StackEvent) and event.phase == "apply" and "/runs/run-" in event.line
            if told and first.acquire(blocking=False):
                hcp.wait(run, "applying")
                hcp.act(run, "cancel")

        error = apply_stacks(replace(planned, rollout=replace(rollout, on_event=cancel))).error()
    assert "api-cancelled: the run was cancelled in HCP Terraform (run: https://" in str(error)


def test_a_folder_is_packed_where_the_workspace_looks_for_it(tmp_path: Path) -> None:
    (tmp_path / "main.tf.json").write_text("{}")
    for directory, name in (("", "./main.tf.json"), ("/export/data/", "export/data/main.tf.json")):
        with tarfile.open(fileobj=BytesIO(api_run.packed(tmp_path, directory))) as archive:
            assert name in archive.getnames()
