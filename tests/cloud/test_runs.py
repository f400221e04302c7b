"""Runs on the server's workers, through the real Terraform: plan, saved plans, what each token may."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sandbox.cloud.server import Cloud
from tests.cloud_server import Machine

MachineOf = Callable[..., Machine]
SAVED = "saved.tfplan"


def data(**inputs: str) -> dict[str, Any]:
    """Resources that need no provider, each with an input."""
    return {"terraform_data": {name: {"input": value} for name, value in inputs.items()}}


def planned(machine: Machine) -> str:
    """What `plan -out` says."""
    done = machine.terraform("plan", "-no-color", "-input=false", f"-out={SAVED}")
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_saved_plan_is_shown_applied_once_and_leaves_a_state(hcp: Cloud, machine_of: MachineOf) -> None:
    machine = machine_of()
    machine.write("whole", resource=data(one="first"), output={"one": {"value": "${terraform_data.one.output}"}})
    assert machine.terraform("init").returncode == 0
    assert "Plan: 1 to add, 0 to change, 0 to destroy." in planned(machine)
    [run] = hcp.runs("whole")
    assert (run.status, json.loads((machine.folder / SAVED).read_text())["run_id"]) == ("planned_and_saved", run.id)
    shown = json.loads(machine.terraform("show", "-json", SAVED).stdout)
    assert [change["address"] for change in shown["resource_changes"]] == ["terraform_data.one"]
    applied = machine.terraform("apply", "-no-color", SAVED)
    assert "Apply complete! Resources: 1 added" in applied.stdout
    assert run.status == "applied"
    assert "Saved plan is already applied" in machine.terraform("apply", "-no-color", SAVED).stderr
    assert machine.terraform("output", "-raw", "one").stdout == "first"
    assert "No changes." in planned(machine)
    assert hcp.runs("whole")[1].status == "planned_and_finished"
    assert not any(token in str(hcp.gate.requests) for token in hcp.gate.tokens.values())


def test_a_plan_that_was_discarded_or_that_another_overtook_cannot_be_applied(
    hcp: Cloud, machine_of: MachineOf
) -> None:
    machine = machine_of()
    machine.write("overtaken", resource=data(one="first"))
    machine.terraform("init")
    planned(machine)
    hcp.act(hcp.runs("overtaken")[0], "discard")
    assert "Saved plan is discarded" in machine.terraform("apply", "-no-color", SAVED).stderr
    planned(machine)
    applied = machine.terraform("apply", "-auto-approve", "-no-color")
    assert applied.returncode == 0, applied.stderr
    assert [run.status for run in hcp.runs("overtaken")] == ["discarded", "discarded", "applied"]


def test_each_token_may_what_its_role_may(hcp: Cloud, machine_of: MachineOf) -> None:
    owner, writer, planner = machine_of("admin"), machine_of("write"), machine_of("plan")
    for machine in (owner, writer, planner):
        machine.write("roles", resource=data(one="first"))
    assert "Error" in writer.terraform("init", "-no-color").stderr  # nobody made the workspace yet
    for machine in (owner, writer, planner):
        assert machine.terraform("init").returncode == 0
        planned(machine)
    assert "admin permissions" in writer.terraform("show", "-json", "-no-color", SAVED).stderr
    assert "insufficient rights to apply" in planner.terraform("apply", "-no-color", SAVED).stderr.lower()
    assert writer.terraform("apply", SAVED).returncode == 0
    assert {run.status for run in hcp.runs("roles")} == {"applied", "discarded"}


def test_a_worker_gets_nothing_of_the_environment_of_the_caller_or_the_server(
    hcp: Cloud, machine_of: MachineOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = machine_of()
    secrets = dict.fromkeys(("AWS_SECRET_ACCESS_KEY", "TF_VAR_mine", "MINE"), "of-the-caller")
    for name in secrets:
        monkeypatch.setenv(name, "of-the-server")
    command = "env > ${path.cwd}/seen; cat ${path.cwd}/seen"
    resource = {"terraform_data": {"env": {"provisioner": [{"local-exec": {"command": command}}]}}}
    machine.write("environment", resource=resource)
    machine.terraform("init")
    applied = machine.terraform("apply", "-auto-approve", "-no-color", **secrets)
    seen = [line.split(": ")[-1] for line in applied.stdout.splitlines() if "local-exec" in line]
    assert "TFC_WORKSPACE_SLUG=example/environment" in seen, applied
    assert not any(who in applied.stdout for who in ("of-the-caller", "of-the-server"))
    assert not any(line.startswith(("TF_TOKEN", "SSL_CERT_FILE", "AWS_")) for line in seen)
    home = next(line for line in seen if line.startswith("HOME="))
    assert Path(home.removeprefix("HOME=")) == hcp.workers.folder / "worker"
