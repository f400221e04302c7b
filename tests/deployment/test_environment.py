"""No variable of the environment decides where a state is."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from baseline.errors import UsageError
from deployment.binaries import Terraform
from deployment.cdktf import run_cdktf_deploy
from deployment.deploy import Rollout, plan_stacks
from deployment.events import Event
from tests.deployment.conftest import Synthesize

StandIn = Callable[[Mapping[str, str]], Terraform]
Deploying = Callable[..., Rollout]
REDIRECTING = ["TF_WORKSPACE", "TF_DATA_DIR", "TF_CLI_ARGS", "TF_CLI_ARGS_plan", "TF_CLI_ARGS_init"]


def with_variable(rollout: Rollout, name: str, value: str) -> Rollout:
    return replace(rollout, environment={**rollout.environment, name: value})


@pytest.mark.parametrize("name", REDIRECTING)
def test_a_variable_that_would_move_the_state_is_refused_by_its_name(
    stand_in: StandIn, deploying: Deploying, synthesize: Synthesize, events: list[Event], name: str
) -> None:
    synthesize("data")
    rollout = with_variable(deploying(stand_in({})), name, "elsewhere")
    with pytest.raises(UsageError, match=f"^{name}: ") as caught, plan_stacks(rollout, ["data"]):
        pytest.fail("nothing may be planned")
    assert f"unset {name}" in caught.value.help
    assert events == []


def test_cdktf_is_not_started_with_one_either(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"^TF_DATA_DIR, TF_WORKSPACE: "):
        run_cdktf_deploy(
            tmp_path / "cdktf", tmp_path, [], {"TF_WORKSPACE": "a", "TF_DATA_DIR": "b"}, tmp_path / "log", print
        )


@pytest.mark.parametrize("name", REDIRECTING)
def test_an_empty_one_means_nothing(stand_in: StandIn, deploying: Deploying, synthesize: Synthesize, name: str) -> None:
    synthesize("data")
    with plan_stacks(with_variable(deploying(stand_in({})), name, ""), ["data"]) as planned:
        assert planned.anything_to_do


def test_variables_for_terraforms_input_do_not_reach_it(
    stand_in: StandIn, deploying: Deploying, synthesize: Synthesize
) -> None:
    folder = synthesize("data")
    terraform = stand_in({"plan": "env > seen; exit 2"})
    rollout = with_variable(with_variable(deploying(terraform), "TF_VAR_region", "x"), "TF_LOG", "debug")
    with plan_stacks(rollout, ["data"]):
        pass
    seen = (folder / "seen").read_text().splitlines()
    assert "TF_LOG=debug" in seen
    assert not [line for line in seen if line.startswith("TF_VAR_")]
