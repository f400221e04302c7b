"""What Ctrl-C, a closing terminal and a stopping machine do to a deployment."""

import os
import signal
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from deployment.binaries import Terraform
from deployment.crew import HELD_BACK, STILL_STOPPING, STOPPING
from deployment.deploy import Rollout, apply_stacks, plan_stacks
from deployment.events import Event, OnEvent, StackEvent
from deployment.interrupts import SIGNALS, Interrupted
from tests.deployment.events import notices, of_stacks, outcomes
from tests.deployment.processes import LONG, alive, written

StandIn = Callable[[Mapping[str, str]], Terraform]
Deploying = Callable[..., Rollout]


def _interrupting(events: list[Event], said: str, *signals: signal.Signals) -> OnEvent:
    """A callback that sends ourselves signals, one whenever a stack says a certain thing."""
    waiting = list(signals)

    def hear(event: Event) -> None:
        events.append(event)
        if isinstance(event, StackEvent) and event.line == said and waiting:
            os.kill(os.getpid(), waiting.pop(0))

    return hear


TAKES_ITS_TIME = "echo busy; sleep 0.5; exit 0"


def test_the_first_interrupt_lets_the_running_apply_finish_and_starts_no_other(
    stand_in: StandIn, deploying: Deploying, two_stacks: tuple[str, str], events: list[Event]
) -> None:
    hear = _interrupting(events, "busy", signal.SIGINT)
    with plan_stacks(deploying(stand_in({"apply": TAKES_ITS_TIME}), hear, 1), two_stacks) as planned:
        applied = apply_stacks(planned)
    error = applied.error()
    assert outcomes(applied.results) == [("data", "applied"), ("logs", "not started")]
    assert notices(events) == [HELD_BACK]
    assert isinstance(error, Interrupted)
    assert (error.exit_code, str(error)) == (130, "interrupted\n  not started: logs")


ENDS_WHEN_INTERRUPTED = """trap 'echo saved; exit 1' INT
echo busy; sleep 0.2; echo busy; while :; do sleep 0.05; done"""


@pytest.mark.parametrize("second", [signal.SIGINT, signal.SIGTERM])
def test_the_second_interrupt_reaches_terraform_and_waits_for_it(
    stand_in: StandIn,
    deploying: Deploying,
    two_stacks: tuple[str, str],
    events: list[Event],
    tmp_path: Path,
    second: signal.Signals,
) -> None:
    hear = _interrupting(events, "busy", signal.SIGINT, second)
    with plan_stacks(deploying(stand_in({"apply": ENDS_WHEN_INTERRUPTED}), hear, 1), two_stacks) as planned:
        applied = apply_stacks(planned)
    assert outcomes(applied.results) == [("data", "interrupted"), ("logs", "not started")]
    assert notices(events) == [HELD_BACK, STOPPING]
    assert "cut short, so that keys may be tainted or missing from the state: data" in str(applied.error())
    assert (tmp_path / "run" / "logs" / "data.log").read_text().endswith("saved\n")


def test_terraform_gets_one_interrupt_however_often_a_person_asks(
    stand_in: StandIn, deploying: Deploying, two_stacks: tuple[str, str], events: list[Event]
) -> None:
    """At its second one Terraform exits at once and loses what it has not written."""
    count = "trap 'echo interrupt' INT; for i in 1 2 3 4 5; do echo busy; sleep 0.3; done; exit 0"
    hear = _interrupting(events, "busy", *[signal.SIGINT] * 4)
    with plan_stacks(deploying(stand_in({"apply": count}), hear, 1), two_stacks[:1]) as planned:
        applied = apply_stacks(planned)
    assert outcomes(applied.results) == [("data", "applied")]
    assert notices(events) == [HELD_BACK, STOPPING, STILL_STOPPING, STILL_STOPPING]
    assert [event.line for event in of_stacks(events)].count("interrupt") == 1


def test_a_terminal_that_closes_lets_the_apply_finish_however_often_it_says_so(
    stand_in: StandIn, deploying: Deploying, two_stacks: tuple[str, str], events: list[Event]
) -> None:
    slow = "echo busy; sleep 0.2; echo busy; sleep 0.2; exit 0"
    hear = _interrupting(events, "busy", signal.SIGHUP, signal.SIGHUP)
    with plan_stacks(deploying(stand_in({"apply": slow}), hear, 1), two_stacks[:1]) as planned:
        applied = apply_stacks(planned)
    assert outcomes(applied.results) == [("data", "applied")]
    assert notices(events) == [HELD_BACK]


@pytest.mark.parametrize("phase", ["init", "plan", "show"])
def test_an_interrupt_before_the_apply_reaches_terraform_at_once(
    stand_in: StandIn,
    deploying: Deploying,
    two_stacks: tuple[str, str],
    events: list[Event],
    tmp_path: Path,
    phase: str,
) -> None:
    shell = f"echo $$ > ../../pid; trap 'exit 1' INT; echo busy >&2; while :; do sleep 0.05; done; sleep {LONG}"
    hear = _interrupting(events, "busy", signal.SIGINT)
    with (
        pytest.raises(Interrupted, match="nothing was applied"),
        plan_stacks(deploying(stand_in({phase: shell}), hear, 1), two_stacks),
    ):
        pytest.fail("the block must not run")
    assert notices(events) == [STOPPING]
    assert not alive(written(tmp_path / "output" / "pid"))
    assert {event.stack for event in of_stacks(events)} == {"data"}


@pytest.mark.parametrize("number", SIGNALS)
def test_an_interrupt_while_the_person_thinks_removes_the_plans(
    stand_in: StandIn, deploying: Deploying, two_stacks: tuple[str, str], number: signal.Signals
) -> None:
    folders: list[Path] = []

    def think() -> None:
        with plan_stacks(deploying(stand_in({})), two_stacks) as planned:
            folders.append(planned.plans[0].file.parent)
            os.kill(os.getpid(), number)
            pytest.fail("the signal must have been raised")

    with pytest.raises(Interrupted):
        think()
    assert not folders[0].exists()


def test_the_signal_handlers_are_put_back(stand_in: StandIn, deploying: Deploying, two_stacks: tuple[str, str]) -> None:
    before = [signal.getsignal(number) for number in SIGNALS]
    with plan_stacks(deploying(stand_in({})), two_stacks):
        assert [signal.getsignal(number) for number in SIGNALS] != before
    assert [signal.getsignal(number) for number in SIGNALS] == before


def test_a_signal_that_is_ignored_stays_ignored(
    stand_in: StandIn, deploying: Deploying, two_stacks: tuple[str, str]
) -> None:
    """`nohup` asks for that."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with plan_stacks(deploying(stand_in({})), two_stacks):
            os.kill(os.getpid(), signal.SIGHUP)
    finally:
        signal.signal(signal.SIGHUP, before)
