"""How stacks are planned and applied in HCP Terraform: what becomes of runs, and what is said of those that fail.

The stacks need no provider.
"""

import json
import os
import re
import signal
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from baseline.errors import WorldError
from deployment.binaries import Terraform
from deployment.deploy import Rollout, apply_stacks, plan_stacks
from deployment.events import Event, Notice, StackEvent
from deployment.interrupts import Interrupted
from sandbox.cloud.calls import Refused
from sandbox.cloud.records import Role
from sandbox.cloud.server import Cloud
from tests.cloud_server import ORGANIZATION, of_machine

NOBODY = "no-such-token"


class Stacks:
    """A deployment of stacks that are workspaces of the server."""

    main = "cdk.tf.json"

    def __init__(self, hcp: Cloud, terraform: Terraform, folder: Path) -> None:
        self.hcp, self.terraform, self.folder = hcp, terraform, folder
        self.events: list[Event] = []
        (folder / "home").mkdir()

    def write(self, name: str, *, organization: str = ORGANIZATION, hostname: str = "", broken: bool = False) -> None:
        """A stack of one resource; the broken one cannot be planned."""
        place = {"hostname": hostname or self.hcp.hostname, "organization": organization, "workspaces": {"name": name}}
        made = {"input": '${file("missing")}' if broken else "first"}
        stack = {"terraform": {"cloud": place}, "resource": {"terraform_data": {"one": made}}}
        target = self.folder / "output" / "stacks" / name
        target.mkdir(parents=True)
        (target / self.main).write_text(json.dumps(stack))

    def rollout(
        self,
        role: Role = "admin",
        on_event: Callable[[Event], None] | None = None,
        variables: Mapping[str, str] | None = None,
    ) -> Rollout:
        """What `deploy` makes, with the token of a role."""
        environment = self.hcp.environment({**of_machine(), "HOME": str(self.folder / "home")}, role)
        return Rollout(
            terraform=self.terraform,
            output=self.folder / "output",
            folder=self.folder,
            environment=environment | dict(variables or {}),
            on_event=on_event or self.events.append,
        )

    @property
    def notices(self) -> list[str]:
        """What was said of no stack."""
        return [event.text for event in self.events if isinstance(event, Notice)]

    def log(self, name: str) -> str:
        """The log of a stack."""
        return (self.folder / "logs" / f"{name}.log").read_text()

    @property
    def token_variable(self) -> str:
        """The variable that has the token."""
        return "TF_TOKEN_" + self.hcp.hostname.replace(".", "_")


@pytest.fixture
def stacks(hcp: Cloud, terraform: Terraform, tmp_path: Path) -> Stacks:
    return Stacks(hcp, terraform, tmp_path)


def _statuses(hcp: Cloud, name: str) -> list[str]:
    return [run.status for run in hcp.runs(name)]


def test_what_is_not_applied_cannot_be_confirmed_and_what_is_applied_is_left(hcp: Cloud, stacks: Stacks) -> None:
    """Of two stacks one cannot be planned: nothing is applied, and the other one's plan does not wait for anybody."""
    stacks.write("fine")
    stacks.write("broken", broken=True)
    with plan_stacks(stacks.rollout(), ["fine", "broken"]) as planned:
        (failure,) = planned.failures
        assert _statuses(hcp, "fine") == ["planned_and_saved"]
    (run,) = hcp.runs("fine")
    assert (run.status, *_statuses(hcp, "broken")) == ("discarded", "errored")
    with pytest.raises(Refused):
        hcp.act(run, "apply")
    assert stacks.notices == ["nothing of it can be confirmed in HCP Terraform any more: 1 run discarded"]
    (broken,) = hcp.runs("broken")
    assert failure.run == f"https://{hcp.hostname}/app/{ORGANIZATION}/broken/runs/{broken.id}"
    assert "Invalid function argument" in str(failure)

    hcp.workspace("broken").structured = False  # "Console UI": colours, whatever -no-color says
    with plan_stacks(stacks.rollout(), ["broken"]) as planned:
        (colored,) = planned.failures
    assert "\x1b[" in stacks.log("broken")
    assert colored.excerpt == failure.excerpt
    assert colored.excerpt[0] == "Invalid function argument"

    with plan_stacks(stacks.rollout(), ["fine"]) as planned:
        assert apply_stacks(planned).error() is None
    with plan_stacks(stacks.rollout(), ["fine"]) as planned:
        assert not planned.anything_to_do
    assert _statuses(hcp, "fine") == ["discarded", "applied", "planned_and_finished"]
    assert len(stacks.notices) == 1


def test_a_token_without_admin_leaves_nothing_to_confirm(hcp: Cloud, stacks: Stacks) -> None:
    stacks.write("weak")
    with plan_stacks(stacks.rollout(), ["weak"]):
        pass
    with plan_stacks(stacks.rollout("write"), ["weak"]) as planned:
        (failure,) = planned.failures
    assert "the token may not read the plan" in str(failure)
    assert "admin on the workspaces" in failure.causes[0].help
    with plan_stacks(stacks.rollout("plan"), ["weak"]):
        pass
    assert _statuses(hcp, "weak") == ["discarded", "discarded", "planned_and_saved"]
    (said,) = [notice for notice in stacks.notices if notice.startswith("warning")]
    assert said.startswith("warning: weak: its run could not be discarded: ")
    assert said.endswith(f"/app/{ORGANIZATION}/weak/runs/{hcp.runs('weak')[-1].id}")


def _interrupting(stacks: Stacks, when: Callable[[StackEvent], bool], times: int) -> Callable[[Event], None]:
    left = [times]

    def hear(event: Event) -> None:
        stacks.events.append(event)
        if isinstance(event, StackEvent) and left[0] and when(event):
            for _ in range(left[0]):
                os.kill(os.getpid(), signal.SIGINT)
                time.sleep(0.1)
            left[0] = 0

    return hear


def test_an_interrupt_while_planning_ends_the_run(hcp: Cloud, stacks: Stacks) -> None:
    stacks.write("stopped")
    at_once, hcp.workers.at_once = hcp.workers.at_once, 0
    hear = _interrupting(stacks, lambda event: "/runs/run-" in event.line, 1)
    try:
        with pytest.raises(Interrupted), plan_stacks(stacks.rollout(on_event=hear), ["stopped"]):
            pass
    finally:
        hcp.workers.at_once = at_once
    assert _statuses(hcp, "stopped") == ["discarded"]


def test_two_interrupts_leave_a_run_that_is_applied_to_go_on(hcp: Cloud, stacks: Stacks) -> None:
    stacks.write("goes-on")
    with plan_stacks(stacks.rollout(), ["goes-on"]) as planned, hcp.held():
        (run,) = hcp.runs("goes-on")

        def twice(event: Event) -> None:
            if isinstance(event, StackEvent) and event.phase == "apply" and "/runs/run-" in event.line:
                hcp.wait(run, "applying")
                os.kill(os.getpid(), signal.SIGINT)
                time.sleep(0.1)
                os.kill(os.getpid(), signal.SIGINT)

        error = apply_stacks(replace(planned, rollout=stacks.rollout(on_event=twice))).error()
    assert str(error) == (
        f"interrupted\n  goes on in HCP Terraform: goes-on: https://{hcp.hostname}/app/{ORGANIZATION}/goes-on/runs/{run.id}"
    )
    hcp.wait(run, "applied")


def test_a_run_that_waits_for_a_locked_workspace_says_so_and_ends_with_us(hcp: Cloud, stacks: Stacks) -> None:
    stacks.write("locked")
    with plan_stacks(stacks.rollout(), ["locked"]) as planned:
        hcp.lock("locked")

        def twice(event: Event) -> None:
            stacks.events.append(event)
            if isinstance(event, StackEvent) and event.status == "waits":
                os.kill(os.getpid(), signal.SIGINT)
                time.sleep(0.1)
                os.kill(os.getpid(), signal.SIGINT)

        given_up = threading.Timer(60, hcp.lock, ("locked", ""))  # else Terraform waits for ever when this fails
        given_up.start()
        (result,) = apply_stacks(replace(planned, rollout=stacks.rollout(on_event=twice))).results
        given_up.cancel()
    hcp.lock("locked", "")
    assert result.outcome == "not started"
    (waits,) = {e.line for e in stacks.events if isinstance(e, StackEvent) and e.status == "waits"}
    assert waits.startswith("waiting for the workspace, which a-person locked (https://")
    assert _statuses(hcp, "locked") == ["canceled"]


def test_a_run_that_is_cancelled_there_is_told(hcp: Cloud, stacks: Stacks) -> None:
    stacks.write("cancelled")
    with plan_stacks(stacks.rollout(), ["cancelled"]) as planned, hcp.held():
        (run,) = hcp.runs("cancelled")

        def cancel(event: Event) -> None:
            if isinstance(event, StackEvent) and event.phase == "apply" and "/runs/run-" in event.line:
                hcp.wait(run, "applying")
                hcp.act(run, "cancel")

        error = apply_stacks(replace(planned, rollout=stacks.rollout(on_event=cancel))).error()
    assert "cancelled: the run was cancelled in HCP Terraform (run: https://" in str(error)


def test_a_state_that_a_person_locked_names_the_workspace_and_not_us(hcp: Cloud, stacks: Stacks) -> None:
    stacks.write("kept-here")
    with plan_stacks(stacks.rollout(), ["kept-here"]):
        pass
    hcp.workspace("kept-here").execution_mode = "local"
    hcp.lock("kept-here")
    with plan_stacks(stacks.rollout(), ["kept-here"]) as planned:
        (failure,) = planned.failures
    hcp.lock("kept-here", "")
    assert f"the workspace {ORGANIZATION}/kept-here is locked by a-person" in str(failure)
    assert failure.causes[0].help.endswith(f"force-unlock {ORGANIZATION}/kept-here")
    assert failure.run == ""


def test_what_is_wrong_with_token_organization_or_host_is_said_without_the_token(hcp: Cloud, stacks: Stacks) -> None:
    stacks.write("token")
    stacks.write("organization", organization="nobody")
    stacks.write("host", hostname="127.0.0.1:1")
    down = {"TF_TOKEN_127_0_0_1:1": NOBODY}
    told = {}
    for name, variables in (
        ("token", {stacks.token_variable: NOBODY}),
        ("organization", {}),
        ("host", down),
    ):
        with plan_stacks(stacks.rollout(variables=variables), [name]) as planned:
            (failure,) = planned.failures
            with pytest.raises(WorldError, match="nothing was applied"):
                planned.refuse_failures()
        told[name] = str(failure)
        assert NOBODY not in str(failure) + stacks.log(name) + repr(stacks.events)
    assert f"{hcp.hostname} does not accept the token" in told["token"]
    assert f"{hcp.hostname} has no organization nobody" in told["organization"]
    assert "HCP Terraform cannot be reached: connection refused" in told["host"]
    with plan_stacks(stacks.rollout(variables={stacks.token_variable: ""}), ["token"]) as planned:
        (failure,) = planned.failures
    assert f"there is no token for {hcp.hostname}" in str(failure)
    assert re.search(rf"`terraform login {hcp.hostname}`", failure.causes[0].help)
