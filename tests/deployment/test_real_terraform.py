"""Planning and applying with the real Terraform; `terraform_data` needs no provider and no cloud."""

import json
import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from baseline.errors import Refusal, WorldError
from deployment.apply import Applied
from deployment.binaries import Terraform
from deployment.changes import StackChanges
from deployment.deploy import Rollout, apply_stacks, plan_stacks
from deployment.events import Event, OnEvent, StackEvent
from tests.deployment.conftest import Synthesize
from tests.deployment.processes import LONG, alive, soon

Deploying = Callable[..., Rollout]


def _deploy(rollout: Rollout, *stacks: str) -> tuple[dict[str, StackChanges], Applied]:
    with plan_stacks(rollout, stacks) as planned:
        planned.refuse_failures()
        return planned.changes, apply_stacks(planned)


def _state(folder: Path, stack: str) -> list[dict[str, Any]]:
    state = json.loads((folder.parents[2] / "state" / f"{stack}.tfstate").read_text())
    return list(state["resources"])


def _data(**resources: dict[str, Any]) -> dict[str, Any]:
    return {"terraform_data": resources}


def test_a_deployment_is_applied_and_the_next_plan_is_empty(
    terraform: Terraform, deploying: Deploying, synthesize: Synthesize
) -> None:
    folder = synthesize("data", resource=_data(a={"input": "1"}), output={"a": {"value": "1"}})
    synthesize("logs", resource=_data(a={}))
    changes, applied = _deploy(deploying(terraform), "data", "logs")
    assert changes == {"data": StackChanges(create=1), "logs": StackChanges(create=1)}
    assert [result.outcome for result in applied.results] == ["applied", "applied"]
    assert [resource["name"] for resource in _state(folder, "data")] == ["a"]
    _, again = _deploy(deploying(terraform), "data", "logs")
    assert [result.outcome for result in again.results] == ["unchanged", "unchanged"]


def _elsewhere(folder: Path, synthesize: Synthesize) -> None:
    """The state goes to another file, as where the backend is another."""
    (folder.parents[2] / "state" / "data.tfstate").rename(folder.parents[2] / "moved.tfstate")
    backend = {"backend": {"local": {"path": "../../../moved.tfstate"}}}
    synthesize("data", terraform=backend, resource=_data(a={"input": "1"}))


def _half(folder: Path, synthesize: Synthesize) -> None:
    """The folder as a Terraform leaves it that is killed while it initializes."""
    for file in (folder / ".terraform").iterdir():
        file.unlink()


def _other_provider(folder: Path, synthesize: Synthesize) -> None:
    """A lock of providers that has another one than is installed, as after `lock --providers`."""
    required = {"required_providers": {"aws": {"source": "hashicorp/aws", "version": "5.90.0"}}}
    synthesize("data", terraform=required, resource=_data(a={"input": "1"}))
    locked = 'provider "registry.terraform.io/hashicorp/aws" {\n  version = "5.90.0"\n  hashes = ["h1:a"]\n}\n'
    (folder / ".terraform.lock.hcl").write_text(locked)


@pytest.mark.parametrize(("spoil", "times"), [(lambda *_: None, 0), (_elsewhere, 1), (_half, 1), (_other_provider, 1)])
def test_a_folder_is_initialized_again_only_where_terraform_says_so(
    terraform: Terraform,
    deploying: Deploying,
    synthesize: Synthesize,
    events: list[Event],
    spoil: Callable[[Path, Synthesize], None],
    times: int,
) -> None:
    folder = synthesize("data", resource=_data(a={"input": "1"}))
    _deploy(deploying(terraform), "data")
    spoil(folder, synthesize)
    events.clear()
    with plan_stacks(deploying(terraform), ["data"]) as planned:
        if spoil is _elsewhere:  # Terraform does not say by itself which of two backends has the state
            assert not planned.plans
        elif spoil is _other_provider:  # there is none here
            assert [failure.phase for failure in planned.failures] == ["init"]
        else:
            assert not planned.anything_to_do
    assert sum(isinstance(e, StackEvent) and (e.phase, e.status) == ("init", "started") for e in events) == times


def test_an_output_alone_is_something_to_apply(
    terraform: Terraform, deploying: Deploying, synthesize: Synthesize
) -> None:
    synthesize("data", output={"a": {"value": "1"}})
    changes, applied = _deploy(deploying(terraform), "data")
    assert changes == {"data": StackChanges()}
    assert [result.outcome for result in applied.results] == ["applied"]


def test_every_kind_of_change_is_counted_and_reported_as_complete_so_often(
    terraform: Terraform, deploying: Deploying, synthesize: Synthesize, events: list[Event]
) -> None:
    kept = _data(
        updated={"input": "1"}, replaced={"triggers_replace": "1"}, deleted={"input": "1"}, forgotten={"input": "1"}
    )
    synthesize("data", resource=kept)
    _deploy(deploying(terraform), "data")
    events.clear()
    synthesize(
        "data",
        resource=_data(updated={"input": "2"}, replaced={"triggers_replace": "2"}, created={}, imported={}),
        removed=[{"from": "terraform_data.forgotten", "lifecycle": {"destroy": False}}],
        **{"import": [{"to": "terraform_data.imported", "id": "one"}]},
    )
    changes, applied = _deploy(deploying(terraform), "data")
    assert changes == {"data": StackChanges(create=1, update=1, replace=1, delete=1, forget=1, imported=1)}
    assert applied.error() is None
    last = [event for event in events if isinstance(event, StackEvent)][-1]
    assert (last.status, last.done, last.total) == ("finished", 6, 6)


def test_a_stack_that_fails_says_why_and_the_other_is_applied(
    terraform: Terraform, deploying: Deploying, synthesize: Synthesize
) -> None:
    broken = {"provisioner": {"local-exec": {"command": "echo no room; exit 3"}}}
    synthesize("data", resource=_data(a=broken))
    synthesize("logs", resource=_data(a={}))
    _, applied = _deploy(deploying(terraform), "data", "logs")
    assert [result.outcome for result in applied.results] == ["failed", "applied"]
    message = str(applied.error())
    assert "with terraform_data.a," in message
    assert "exit status 3" in message
    assert '{"terraform"' not in message


def test_a_protected_resource_that_would_be_destroyed_is_a_refusal(
    terraform: Terraform, deploying: Deploying, synthesize: Synthesize
) -> None:
    protected = {"lifecycle": {"prevent_destroy": True}}
    folder = synthesize("data", resource=_data(a={"triggers_replace": "1"} | protected))
    _deploy(deploying(terraform), "data")
    synthesize("data", resource=_data(a={"triggers_replace": "2"} | protected))
    with (
        pytest.raises(Refusal, match=r"the plan would destroy terraform_data\.a, which is protected") as caught,
        plan_stacks(deploying(terraform), ["data"]) as planned,
    ):
        planned.refuse_failures()
    assert f"-chdir={folder} untaint terraform_data.a" in caught.value.help


def test_a_provider_that_cannot_be_installed_is_the_cause_that_is_named(
    terraform: Terraform, deploying: Deploying, synthesize: Synthesize, tmp_path: Path, environment: dict[str, str]
) -> None:
    empty = tmp_path / "home" / ".terraformrc"
    empty.write_text(f'provider_installation {{\n  filesystem_mirror {{\n    path = "{tmp_path}"\n  }}\n}}\n')
    synthesize("data", terraform={"required_providers": {"aws": {"source": "hashicorp/aws", "version": "5.90.0"}}})
    with pytest.raises(WorldError, match="the AWS provider cannot be installed: ") as caught:
        _deploy(deploying(terraform), "data")
    assert "KMS_BASELINE_PROVIDER_MIRROR" in caught.value.help


def test_a_state_that_another_terraform_works_on_says_who(
    terraform: Terraform, deploying: Deploying, synthesize: Synthesize, environment: dict[str, str]
) -> None:
    busy = {"provisioner": {"local-exec": {"command": "touch busy; while [ ! -e go ]; do sleep 0.05; done"}}}
    folder = synthesize("data", resource=_data(a=busy))
    arguments = [str(terraform.path), "apply", "-auto-approve"]
    subprocess.run([str(terraform.path), "init"], cwd=folder, env=environment, check=True, capture_output=True)
    other = subprocess.Popen(arguments, cwd=folder, env=environment, stdout=subprocess.DEVNULL)
    try:
        assert soon((folder / "busy").exists)
        with pytest.raises(WorldError, match=r"the state is locked by .+@.+ since 20.* UTC, lock ID [0-9a-f-]{36} "):
            _deploy(deploying(terraform), "data")
    finally:
        (folder / "go").touch()
        other.wait()


def test_two_interrupts_end_terraform_in_good_order_and_leave_nothing_behind(
    terraform: Terraform, deploying: Deploying, synthesize: Synthesize, events: list[Event]
) -> None:
    slow = {"provisioner": {"local-exec": {"command": f"echo $$ > pid; echo busy; sleep {LONG}"}}}
    folder = synthesize("data", resource=_data(a=slow, b={"depends_on": ["terraform_data.a"]}))
    hear = _interrupting_twice(events, "terraform_data.a (local-exec): busy")
    _, applied = _deploy(deploying(terraform, hear), "data")
    assert [result.outcome for result in applied.results] == ["interrupted"]
    assert [instance["status"] for instance in _state(folder, "data")[0]["instances"]] == ["tainted"]
    assert not alive(int((folder / "pid").read_text()))
    assert not (folder.parents[2] / "state" / ".data.tfstate.lock.info").exists()


def _interrupting_twice(events: list[Event], said: str) -> OnEvent:
    def hear(event: Event) -> None:
        events.append(event)
        if isinstance(event, StackEvent) and event.line == said:
            os.kill(os.getpid(), signal.SIGINT)
            os.kill(os.getpid(), signal.SIGINT)

    return hear
