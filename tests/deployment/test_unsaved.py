"""States that an earlier Terraform could not save are seen before anything is planned."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from baseline.errors import Refusal
from deployment.binaries import Terraform
from deployment.deploy import Rollout, plan_stacks
from deployment.events import Event
from tests.deployment.conftest import Synthesize

StandIn = Callable[[Mapping[str, str]], Terraform]
Deploying = Callable[..., Rollout]


def refused(rollout: Rollout) -> Refusal:
    with pytest.raises(Refusal) as caught, plan_stacks(rollout, ["data"]):
        pytest.fail("nothing may be planned")
    return caught.value


def test_an_errored_state_is_given_back_before_anything_is_planned(
    stand_in: StandIn, deploying: Deploying, synthesize: Synthesize, events: list[Event]
) -> None:
    folder = synthesize("data")
    (folder / "errored.tfstate").write_text("{}")
    said = refused(deploying(stand_in({})))
    assert str(folder / "errored.tfstate") in str(said)
    assert f"-chdir={folder} state push errored.tfstate" in said.help
    assert "mv " not in said.help
    assert events == []


def test_a_state_that_was_cut_off_is_put_aside_first(
    stand_in: StandIn, deploying: Deploying, synthesize: Synthesize, output: Path
) -> None:
    folder = synthesize("data")
    (folder / "errored.tfstate").write_text("{}")
    state = output.parent / "state" / "data.tfstate"
    state.parent.mkdir()
    state.write_text('{"version": 4, "resou')
    said = refused(deploying(stand_in({})))
    assert said.help.index(f"mv {state} {state}.damaged") < said.help.index("state push")


def test_a_damaged_state_alone_is_refused(
    stand_in: StandIn, deploying: Deploying, synthesize: Synthesize, output: Path
) -> None:
    synthesize("data")
    state = output.parent / "state" / "data.tfstate"
    state.parent.mkdir()
    state.write_text("[]")
    assert f"{state} is no state that Terraform can read" in str(refused(deploying(stand_in({}))))


def test_an_empty_and_a_whole_state_are_planned(
    stand_in: StandIn, deploying: Deploying, synthesize: Synthesize, output: Path
) -> None:
    synthesize("data")
    terraform = stand_in({})
    state = output.parent / "state" / "data.tfstate"
    state.parent.mkdir()
    for content in ("", '{"version": 4}'):
        state.write_text(content)
        with plan_stacks(deploying(terraform), ["data"]) as planned:
            assert len(planned.plans) == 1
