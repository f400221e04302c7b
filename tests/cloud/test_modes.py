"""Execution modes, logs, locks, waiting, cancelling, and faults, as the real Terraform meets them."""

import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sandbox.cloud.server import Cloud
from tests.cloud.test_runs import SAVED, data, planned
from tests.cloud_server import Machine

MachineOf = Callable[..., Machine]


def initialized(machine: Machine, workspace: str) -> Machine:
    """The machine with a folder of a new workspace."""
    machine.write(workspace, resource=data(one="first"))
    assert machine.terraform("init").returncode == 0
    return machine


@contextmanager
def applying(machine: Machine) -> Iterator["subprocess.Popen[str]"]:
    """An apply that goes on by itself."""
    command = ["terraform", "apply", "-auto-approve", "-no-color"]
    pipe, nothing = subprocess.PIPE, subprocess.DEVNULL
    with subprocess.Popen(
        command, cwd=machine.folder, env=machine.environment, stdin=nothing, stdout=pipe, stderr=pipe, text=True
    ) as process:
        yield process


def test_in_local_execution_the_server_has_the_state_and_the_lock_alone(hcp: Cloud, machine_of: MachineOf) -> None:
    machine = initialized(machine_of("admin"), "local")
    hcp.workspace("local").execution_mode = "local"
    planned(machine)
    assert (machine.folder / SAVED).read_bytes().startswith(b"PK")  # an ordinary plan, and no bookmark of a run
    hcp.lock("local")
    refused = machine.terraform("apply", "-no-color", SAVED)
    assert 'workspace already locked (lock ID: "example/local")' in refused.stderr
    assert machine.terraform("force-unlock", "-force", "example/local").returncode == 0
    assert machine.terraform("apply", SAVED).returncode == 0
    assert machine.terraform("state", "list").stdout == "terraform_data.one\n"
    assert hcp.runs("local") == []
    assert not hcp.workspace("local").locked_by


def test_an_agent_works_as_a_worker_and_console_logs_have_colours(hcp: Cloud, machine_of: MachineOf) -> None:
    machine = initialized(machine_of("admin"), "agent")
    hcp.workspace("agent").execution_mode = "agent"
    assert "\x1b[" not in planned(machine)
    hcp.workspace("agent").structured = False
    assert "\x1b[1mPlan:\x1b[0m 1 to add" in planned(machine)
    assert "\x1b[" in machine.terraform("apply", "-no-color", SAVED).stdout
    assert [run.status for run in hcp.runs("agent")] == ["discarded", "applied"]


def test_a_locked_workspace_is_waited_for_and_an_apply_is_cancelled(hcp: Cloud, machine_of: MachineOf) -> None:
    machine = initialized(machine_of("admin"), "waiting")
    slow = {"provisioner": [{"local-exec": {"command": "echo begun; sleep 60"}}]}
    machine.write("waiting", resource={"terraform_data": {"quick": {}, "slow": slow}})
    hcp.lock("waiting")
    with applying(machine) as process:
        assert process.stdout
        assert any("manually locked" in line for line in process.stdout)
        [run] = hcp.runs("waiting")
        assert run.status == "pending"
        with hcp.held():
            hcp.lock("waiting", by="")
            hcp.wait(run, "applying")
            assert hcp.workspace("waiting").state is None
        assert any("begun" in line for line in process.stdout)
        hcp.act(run, "cancel")
        hcp.wait(run, "canceled")
        assert "execution halted" in process.stdout.read()
        assert process.wait(60) == 1
    assert hcp.workspace("waiting").state  # of what was made until then


def test_a_failed_plan_ends_as_terraform_ends(hcp: Cloud, machine_of: MachineOf) -> None:
    machine = initialized(machine_of("admin"), "failing")
    machine.write("failing", resource=data(one='${file("missing")}'))
    failed = machine.terraform("plan", "-no-color", f"-out={SAVED}")
    assert failed.returncode == 1
    assert "Invalid function argument" in failed.stdout + failed.stderr
    [run] = hcp.runs("failing")
    assert run.status == "errored"
    assert run.plan.log.read().endswith(b"\x03")  # else whoever follows it asks again and again


def test_calls_fail_as_a_test_wants(hcp: Cloud, machine_of: MachineOf) -> None:
    machine = machine_of("admin")
    machine.write("faults")
    entitlements = "organizations/*/entitlement-set"
    hcp.fail("GET", entitlements, 404)
    hcp.fail("GET", entitlements, 401, after=1)
    assert 'organization "example" at host' in machine.terraform("init", "-no-color").stderr
    assert "unauthorized" in machine.terraform("init", "-no-color").stderr
    hcp.fail("GET", "organizations/*/workspaces/faults", 500)
    assert machine.terraform("init").returncode == 0  # it asks again
    statuses = [r.status for r in hcp.gate.requests if r.path.endswith(("entitlement-set", "workspaces/faults"))]
    assert statuses[-5:] == [404, 401, 200, 500, 404]
