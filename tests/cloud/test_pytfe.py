"""HashiCorp's own client of the API, whose models insist on their fields, does with the server what a pipeline would do.

https://pypi.org/project/pytfe/
"""

import json
import time
from pathlib import Path
from typing import Any

import pytest

from sandbox.cloud.records import Role
from sandbox.cloud.server import Cloud


@pytest.fixture(autouse=True)
def _trust(hcp: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(hcp.certificate))


@pytest.fixture
def pytfe() -> Any:
    """Takes a second to load, so that only the process loads it that runs these tests."""
    return pytest.importorskip("pytfe", reason="`make install` brings it")


def client(pytfe: Any, hcp: Cloud, role: Role = "admin") -> Any:
    """HashiCorp's client with a token of a role."""
    token = hcp.gate.tokens[role]
    return pytfe.TFEClient(pytfe.TFEConfig(address=hcp.gate.url, token=token, ca_bundle=None, http2=False))


def settled(tfe: Any, run_id: str, *statuses: str) -> Any:
    """The run once it has one of these statuses."""
    end = time.monotonic() + 60
    while (run := tfe.runs.read(run_id)).status.value not in statuses:
        assert time.monotonic() < end, run
        time.sleep(0.2)
    return run


def test_a_folder_is_uploaded_planned_read_and_applied(pytfe: Any, hcp: Cloud, tmp_path: Path) -> None:
    models, tfe = pytfe.models, client(pytfe, hcp)
    project = tfe.projects.create("example", models.ProjectCreateOptions(name="of-pytfe"))
    options = models.WorkspaceCreateOptions(name="of-pytfe", project=project, working_directory="one")
    workspace = tfe.workspaces.create("example", options)
    known = tfe.variable_sets.create("example", models.VariableSetCreateOptions(name="of-pytfe", global_=False))
    tfe.variable_sets.apply_to_projects(known.id, models.VariableSetApplyToProjectsOptions(projects=[project]))
    variable = {"key": "TF_VAR_word", "value": "first", "category": models.CategoryType.ENV, "sensitive": True}
    tfe.variable_set_variables.create(known.id, models.VariableSetVariableCreateOptions(**variable))
    [shown] = tfe.variable_set_variables.list(known.id)
    assert (shown.key, shown.value, shown.sensitive) == ("TF_VAR_word", None, True)

    configuration = {
        "variable": {"word": {"type": "string"}},
        "resource": {"terraform_data": {"one": {"input": "${var.word}"}}},
        "output": {"word": {"value": "${terraform_data.one.output}"}},
    }
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "main.tf.json").write_text(json.dumps(configuration))
    options = models.ConfigurationVersionCreateOptions(auto_queue_runs=False, provisional=True)
    version = tfe.configuration_versions.create(workspace.id, options)
    tfe.configuration_versions.upload(version.upload_url, str(tmp_path))
    assert tfe.configuration_versions.read(version.id).status.value == "uploaded"
    bare = models.Workspace.model_construct(id=workspace.id)  # it cannot send the times of a whole one
    options = models.RunCreateOptions(workspace=bare, configuration_version=version, save_plan=True)
    run = settled(tfe, tfe.runs.create(options).id, "planned_and_saved", "errored")
    assert (run.has_changes, run.actions.is_confirmable, run.permissions.can_apply) == (True, True, True)
    plan = tfe.plans.read(run.plan.id)
    assert (plan.status.value, plan.has_changes, plan.resource_additions) == ("finished", True, 1)
    changes = tfe.plans.read_json_output(run.plan.id)["resource_changes"]
    assert [change["change"]["after"]["input"] for change in changes] == ["first"]
    tfe.runs.apply(run.id)
    run = settled(tfe, run.id, "applied", "errored")
    apply = tfe.applies.read(run.apply.id)
    assert (run.status.value, apply.status.value) == ("applied", "finished")
    state = json.loads(tfe.state_versions.download_current(workspace.id))
    assert state["outputs"]["word"]["value"] == "first"
    assert [each.id for each in tfe.runs.list(workspace.id)] == [run.id]
    assert hcp.workspace("of-pytfe").project.name == "of-pytfe"


def test_pages_and_refusals_are_as_the_client_expects_them(pytfe: Any, hcp: Cloud) -> None:
    models, tfe = pytfe.models, client(pytfe, hcp)
    for number in range(25):
        tfe.workspaces.create("example", models.WorkspaceCreateOptions(name=f"page-{number}"))
    found = tfe.workspaces.list("example", models.WorkspaceListOptions(search="page-", page_size=10))
    assert sorted(each.name for each in found) == sorted(f"page-{number}" for number in range(25))
    with pytest.raises(pytfe.errors.NotFound):
        client(pytfe, hcp, "plan").workspaces.create("example", models.WorkspaceCreateOptions(name="not-mine"))
    with pytest.raises(pytfe.errors.TFEError, match="taken"):
        tfe.workspaces.create("example", models.WorkspaceCreateOptions(name="page-1"))
