"""No plan stays confirmable that was not applied, and what is said of an interrupted apply is what its run says."""

import os
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any, NoReturn

import pytest

from deployment.apply import StackResult
from deployment.deploy import Rollout, apply_stacks, plan_stacks
from deployment.events import Event, Notice, StackEvent
from deployment.hcp import runs as module
from deployment.hcp.client import Client, HcpError, Unreachable
from tests.deployment.conftest import Synthesize

URL = "https://app.terraform.io/app/example/w-data/runs/run-1"
ACTIONS = {
    "planning": (True, False),
    "planned_and_saved": (False, True),
    "confirmed": (True, False),
    "applying": (True, False),
}


class Api:
    """In place of the API: one run, whose status is given, and what was asked of it."""

    def __init__(self, status: str) -> None:
        self.status = status
        self.done: list[str] = []
        self.failing: list[HcpError] = []

    def get(self, *path: str) -> Mapping[str, Any]:
        if self.failing:
            raise self.failing.pop(0)
        cancelable, discardable = ACTIONS.get(self.status, (False, False))
        actions = {"is-cancelable": cancelable, "is-discardable": discardable}
        return {"data": {"id": path[-1], "attributes": {"status": self.status, "actions": actions}}}

    def post(self, *path: str) -> None:
        self.done.append(path[-1])
        self.status = {"discard": "discarded", "cancel": "canceled"}[path[-1]]


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Api:
    api = Api("planned_and_saved")
    monkeypatch.setattr(Client, "of", lambda *_: api)
    monkeypatch.setattr(module, "_PAUSE", 0)
    return api


Deploying = Callable[..., Rollout]


@pytest.fixture
def remote(stand_in: Callable[..., object], deploying: Deploying, synthesize: Synthesize) -> Deploying:
    """A deployment of one stack whose plan runs in HCP Terraform."""
    synthesize("data")
    return lambda **parts: deploying(stand_in({"plan": f"echo '{URL}'; exit 2"} | parts))


def _notices(events: list[Event]) -> list[str]:
    return [event.text for event in events if isinstance(event, Notice)]


def test_a_plan_that_is_not_applied_is_discarded(remote: Deploying, api: Api, events: list[Event]) -> None:
    with plan_stacks(remote(), ["data"]) as planned:
        assert planned.plans[0].run == URL
    assert api.done == ["discard"]
    assert _notices(events) == ["nothing of it can be confirmed in HCP Terraform any more: 1 run discarded"]


def test_a_plan_that_cannot_be_shown_is_discarded(remote: Deploying, api: Api) -> None:
    with plan_stacks(remote(show="echo 'Error: no'; exit 1"), ["data"]) as planned:
        (failure,) = planned.failures
    assert failure.run == URL
    assert api.done == ["discard"]


def test_a_plan_that_is_still_being_made_is_cancelled(remote: Deploying, api: Api) -> None:
    api.status = "planning"
    with plan_stacks(remote(plan=f"echo '{URL}'; exit 1"), ["data"]):
        pass
    assert api.done == ["cancel"]


def test_a_plan_that_changes_nothing_is_over_by_itself(remote: Deploying, api: Api, events: list[Event]) -> None:
    with plan_stacks(remote(plan=f"echo '{URL}'; exit 0"), ["data"]):
        pass
    assert (api.done, _notices(events)) == ([], [])


def test_a_plan_that_is_applied_is_left_alone(remote: Deploying, api: Api) -> None:
    with plan_stacks(remote(), ["data"]) as planned:
        assert apply_stacks(planned).error() is None
    assert api.done == []


def test_a_plan_that_cannot_be_discarded_is_named(remote: Deploying, api: Api, events: list[Event]) -> None:
    api.failing = [Unreachable("the network is down")] * 3
    with plan_stacks(remote(), ["data"]):
        pass
    (said,) = _notices(events)
    assert said.startswith("warning: data: its run could not be discarded: the network is down")
    assert said.endswith(URL)


def test_a_plan_is_discarded_when_the_network_comes_back(remote: Deploying, api: Api, events: list[Event]) -> None:
    api.failing = [Unreachable("the network is down"), HcpError("it is tired", status=503)]
    with plan_stacks(remote(), ["data"]):
        pass
    assert api.done == ["discard"]
    assert _notices(events) == ["nothing of it can be confirmed in HCP Terraform any more: 1 run discarded"]


def test_the_token_may_be_gone_when_a_plan_is_discarded(
    remote: Deploying, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: object) -> NoReturn:
        raise HcpError("there is no token")

    with plan_stacks(remote(), ["data"]):
        monkeypatch.setattr(Client, "of", gone)
    assert api.done == ["discard"]


def test_a_plan_that_somebody_confirmed_meanwhile_is_not_cancelled(
    remote: Deploying, api: Api, events: list[Event]
) -> None:
    with plan_stacks(remote(), ["data"]):
        api.status = "applying"
    assert api.done == []
    assert "it was confirmed, and is applying" in _notices(events)[0]


class TestApply:
    """What a failed or interrupted apply is called."""

    @pytest.fixture
    def applied(self, remote: Deploying, api: Api) -> Callable[[str], Iterator[StackResult]]:
        def apply(status: str) -> Iterator[StackResult]:
            with plan_stacks(remote(apply=f"echo '{URL}'; echo 'Error: lost'; exit 1"), ["data"]) as planned:
                api.status = status
                yield from apply_stacks(planned).results

        return apply

    @pytest.mark.parametrize(
        ("status", "outcome", "done"),
        [
            ("applying", "goes on", []),
            ("applied", "applied", []),
            ("errored", "failed", []),
            ("canceled", "failed", []),
            ("confirmed", "failed", ["cancel"]),
            ("planned_and_saved", "failed", ["discard"]),
        ],
    )
    def test_a_terraform_that_fails_says_nothing_about_its_run(
        self, applied: Callable[[str], Iterator[StackResult]], api: Api, status: str, outcome: str, done: list[str]
    ) -> None:
        (result,) = applied(status)
        assert (result.outcome, api.done) == (outcome, done)

    def test_a_run_that_was_cancelled_there_is_told(self, remote: Deploying, api: Api) -> None:
        with plan_stacks(remote(apply=f"echo '{URL}'; exit 1"), ["data"]) as planned:
            api.status = "canceled"
            error = apply_stacks(planned).error()
        assert f"data: the run was cancelled in HCP Terraform (run: {URL}" in str(error)


def test_two_interrupts_leave_the_run_to_go_on_and_say_so(remote: Deploying, api: Api, events: list[Event]) -> None:
    """Its worker is not reached by Ctrl-C, so nothing is cut short."""

    def interrupt(event: Event) -> None:
        events.append(event)
        if isinstance(event, StackEvent) and event.phase == "apply" and event.line == "now":
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(0.1)
            os.kill(os.getpid(), signal.SIGINT)

    rollout = remote(apply=f"echo '{URL}'; trap 'exit 1' INT; echo now; sleep 5 & wait $!")
    with plan_stacks(replace(rollout, on_event=interrupt), ["data"]) as planned:
        api.status = "applying"
        error = apply_stacks(planned).error()
    assert str(error) == f"interrupted\n  goes on in HCP Terraform: data: {URL}"
    assert api.done == []
