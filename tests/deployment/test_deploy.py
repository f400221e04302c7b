"""Planning and applying, with scripts in place of Terraform where its answer does not matter."""

from collections.abc import Callable, Mapping
from itertools import accumulate
from pathlib import Path

import pytest

from baseline.errors import Refusal, UsageError, WorldError
from deployment.binaries import Terraform
from deployment.changes import StackChanges
from deployment.deploy import Rollout, apply_stacks, plan_stacks
from deployment.events import Event, StackEvent, Work
from tests.deployment.conftest import Synthesize
from tests.deployment.events import of_stacks, outcomes

StandIn = Callable[[Mapping[str, str]], Terraform]
Deploying = Callable[..., Rollout]


IN_TURN = "echo $1 ${PWD##*/} >> ../../order"


def test_each_stack_is_initialized_planned_shown_and_applied_with_these_arguments(
    stand_in: StandIn, deploying: Deploying, synthesize: Synthesize
) -> None:
    folder = synthesize("data")
    note = 'echo "$*" >> said; '
    terraform = stand_in(
        {
            "init": note,
            "plan": f"{note} exit 2",
            "show": note + "echo '{}'",
            "apply": note + "echo $TF_IN_AUTOMATION $CHECKPOINT_DISABLE >> said",
        }
    )
    with plan_stacks(deploying(terraform), ["data"]) as planned:
        file = planned.plans[0].file
        assert apply_stacks(planned).error() is None
    assert (folder / "said").read_text().splitlines() == [
        "init -input=false -no-color",
        f"plan -input=false -no-color -detailed-exitcode -out={file}",
        f"show -json -no-color {file}",
        f"apply -input=false -no-color {file}",
        "1 1",
    ]


def test_plan_files_are_the_users_own_and_gone_afterwards(
    stand_in: StandIn, deploying: Deploying, two_stacks: tuple[str, str]
) -> None:
    terraform = stand_in({"plan": 'for a; do :; done; echo secret > "${a#-out=}"; exit 2'})
    with plan_stacks(deploying(terraform), two_stacks) as planned:
        folder = planned.plans[0].file.parent
        assert sorted(path.suffix for path in folder.iterdir()) == [".json", ".json", ".tfplan", ".tfplan"]
        assert folder.stat().st_mode & 0o777 == 0o700
    assert not folder.exists()


def test_each_stack_has_a_log_of_its_last_run_without_the_shown_plan(
    stand_in: StandIn, deploying: Deploying, two_stacks: tuple[str, str], tmp_path: Path
) -> None:
    terraform = stand_in({"plan": "echo planned; exit 2"})
    for _ in range(2):
        with plan_stacks(deploying(terraform), two_stacks):
            pass
    log = (tmp_path / "run" / "logs" / "logs.log").read_text()
    assert log.count("planned\n") == 1
    assert "resource_changes" not in log
    assert not list((tmp_path / "output").rglob("*.log"))


def test_progress_counts_what_the_plan_announced(
    stand_in: StandIn, deploying: Deploying, synthesize: Synthesize, events: list[Event]
) -> None:
    synthesize("data")
    line = "aws_kms_key.sns: Creation complete after 9s [id=1]"
    with plan_stacks(deploying(stand_in({})), ["data"]) as planned:
        assert planned.changes == {"data": StackChanges(create=1)}
        apply_stacks(planned)
    assert events[-6:] == [
        Work("apply", 1),
        StackEvent("data", "apply", "started", "", 0, 1),
        StackEvent("data", "apply", "progress", line, 1, 1),
        StackEvent("data", "apply", "finished", "", 1, 1),
        Work("apply", 1, 1, "data"),
        Work("apply", 1, 1, over=True),
    ]


def test_a_stack_without_changes_is_not_applied(
    stand_in: StandIn, deploying: Deploying, two_stacks: tuple[str, str]
) -> None:
    terraform = stand_in({"plan": "[ ${PWD##*/} = logs ] && exit 2; exit 0"})
    with plan_stacks(deploying(terraform), two_stacks) as planned:
        assert planned.anything_to_do
        applied = apply_stacks(planned)
    assert outcomes(applied.results) == [("data", "unchanged"), ("logs", "applied")]
    assert applied.error() is None


def test_when_no_stack_changes_there_is_nothing_to_do(
    stand_in: StandIn, deploying: Deploying, two_stacks: tuple[str, str]
) -> None:
    with plan_stacks(deploying(stand_in({"plan": "exit 0"})), two_stacks) as planned:
        assert not planned.anything_to_do
        assert apply_stacks(planned).error() is None


def test_a_stack_that_was_not_synthesized_is_a_mistake_before_anything_runs(
    stand_in: StandIn, deploying: Deploying, synthesize: Synthesize, events: list[Event]
) -> None:
    synthesize("data")
    with pytest.raises(UsageError, match="no stack `logs`"), plan_stacks(deploying(stand_in({})), ["data", "logs"]):
        pass
    assert events == []


@pytest.mark.parametrize("phase", ["init", "plan", "show"])
def test_when_one_stack_cannot_be_planned_there_is_no_plan_at_all(
    stand_in: StandIn, deploying: Deploying, two_stacks: tuple[str, str], events: list[Event], phase: str
) -> None:
    good = {"init": "exit 0", "plan": "exit 2", "show": "echo '{}'"}[phase]
    terraform = stand_in({phase: f"[ ${{PWD##*/}} = data ] && echo 'Error: broken' >&2 && exit 1; {good}"})
    with (
        pytest.raises(WorldError, match="1 of 2 stacks could not be planned; nothing was applied") as caught,
        plan_stacks(deploying(terraform), two_stacks) as planned,
    ):
        planned.refuse_failures()
    assert f"  data: `terraform {phase}` failed" in str(caught.value)
    assert "    broken" in str(caught.value)
    told = [(event.stack, event.phase, event.line) for event in of_stacks(events) if event.status == "failed"]
    assert told == [("data", phase, "broken")]


def test_all_stacks_that_cannot_be_planned_are_reported_in_their_order(
    stand_in: StandIn, deploying: Deploying, two_stacks: tuple[str, str]
) -> None:
    terraform = stand_in(
        {"plan": "[ ${PWD##*/} = data ] && sleep 0.3; echo 'Error: No valid credential sources found'; exit 1"}
    )
    with pytest.raises(WorldError) as caught, plan_stacks(deploying(terraform), two_stacks) as planned:
        planned.refuse_failures()
    assert [line.split(":")[0] for line in str(caught.value).splitlines()[1:]] == ["  data", "  logs"]
    assert "aws sso login" in caught.value.help


def test_a_plan_that_is_not_understood_is_not_applied(
    stand_in: StandIn, deploying: Deploying, two_stacks: tuple[str, str]
) -> None:
    change = '{"address": "aws_kms_key.a", "type": "aws_kms_key", "change": {"actions": ["shred"]}}'
    terraform = stand_in({"show": f"""echo '{{"resource_changes": [{change}]}}'"""})
    with pytest.raises(WorldError, match=r"`shred` to aws_kms_key\.a"), plan_stacks(deploying(terraform), two_stacks):
        pytest.fail("the block must not run")


LOSING = """echo '{"resource_changes": [{"address": "aws_kms_key.sns", "type": "aws_kms_key",
    "change": {"actions": ["delete"]}}]}'"""


def test_a_plan_that_loses_a_key_is_never_applied(
    stand_in: StandIn, deploying: Deploying, two_stacks: tuple[str, str], output: Path
) -> None:
    terraform = stand_in({"show": LOSING, "apply": IN_TURN})
    refused = pytest.raises(Refusal, match=r"logs: aws_kms_key\.sns would be deleted")
    with plan_stacks(deploying(terraform), two_stacks) as planned, refused:
        apply_stacks(planned)
    assert not (output / "order").exists()


def test_a_stack_that_fails_does_not_keep_the_others_from_being_applied(
    stand_in: StandIn, deploying: Deploying, two_stacks: tuple[str, str]
) -> None:
    terraform = stand_in({"apply": "[ ${PWD##*/} = data ] && echo 'Error: creating KMS Key' && exit 1; exit 0"})
    with plan_stacks(deploying(terraform, parallelism=1), two_stacks) as planned:
        applied = apply_stacks(planned)
    error = applied.error()
    assert outcomes(applied.results) == [("data", "failed"), ("logs", "applied")]
    assert isinstance(error, WorldError)
    assert str(error).startswith("1 of 2 stacks failed\n  data: `terraform apply` failed (log: ")
    assert str(error).endswith("    creating KMS Key")


@pytest.mark.parametrize("at_once", [1, 2])
def test_parallelism_limits_how_many_run_at_once(
    stand_in: StandIn, deploying: Deploying, synthesize: Synthesize, output: Path, at_once: int
) -> None:
    stacks = ["one", "two", "three"]
    for stack in stacks:
        synthesize(stack)
    measure = "echo + >> ../../order; sleep 0.2; echo - >> ../../order; exit 0"
    with plan_stacks(deploying(stand_in({"plan": measure}), parallelism=at_once), stacks):
        pass
    changes = [1 if mark == "+" else -1 for mark in (output / "order").read_text().split()]
    assert max(accumulate(changes)) == at_once


def test_when_showing_fails_the_running_apply_finishes_first(
    stand_in: StandIn, deploying: Deploying, two_stacks: tuple[str, str], output: Path
) -> None:
    """As with `kms-baseline deploy | head`."""

    def show(event: Event) -> None:
        if isinstance(event, StackEvent) and event.phase == "apply":
            raise BrokenPipeError("closed")

    terraform = stand_in({"apply": f"sleep 0.3; {IN_TURN}"})
    with plan_stacks(deploying(terraform, show, 1), two_stacks) as planned, pytest.raises(BrokenPipeError):
        apply_stacks(planned)
    assert (output / "order").read_text().split() == ["apply", "data"]
