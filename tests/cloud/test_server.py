"""The server without Terraform: tokens, the order of runs, refusals, and what is kept out of documents and the journal."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import pytest

from sandbox.cloud.gate import Gate
from sandbox.cloud.identity import dynamic_credentials
from sandbox.cloud.plan_json import Schemas, redacted
from sandbox.cloud.records import Role, Run, Store, Version, Workspace
from sandbox.cloud.terraform import Workers
from sandbox.extensions.web_identity import claims_of


@pytest.fixture
def gate(tmp_path: Path) -> Gate:
    nothing = Workers(terraform=Path("none"), terraform_version="1.11.4", environment={}, folder=tmp_path)
    return Gate(Store("example"), nothing)


def ask(gate: Gate, method: str, path: str, body: Any = None, role: Role | None = "admin") -> tuple[int, Any]:
    """What the API answers: status and document."""
    headers = {"Authorization": f"Bearer {gate.tokens[role]}"} if role else {}
    answer = gate.answer(method, f"/api/v2/{path}", headers, json.dumps(body).encode() if body else b"")
    return answer.status, answer.content


def made(gate: Gate, path: str, **attributes: Any) -> str:
    """The ID of something new."""
    status, document = ask(gate, "POST", path, {"data": {"attributes": attributes}})
    assert status == 201, document
    return str(document["data"]["id"])


WORKSPACES = "organizations/example/workspaces"


def test_a_token_may_what_it_is_good_for_and_no_token_nothing(gate: Gate) -> None:
    workspace = made(gate, WORKSPACES, name="one")
    body = {"data": {"attributes": {"description": "mine"}}}
    assert ask(gate, "GET", f"workspaces/{workspace}", role=None)[0] == 401
    roles: tuple[Role, ...] = ("plan", "write", "admin")
    assert [ask(gate, "PATCH", f"workspaces/{workspace}", body, role)[0] for role in roles] == [404, 404, 200]
    assert [ask(gate, "POST", f"workspaces/{workspace}/actions/lock", role=role)[0] for role in roles] == [
        404,
        200,
        409,
    ]
    rights: dict[Role, set[str]] = {"plan": {"can-queue-run"}, "write": {"can-queue-run", "can-queue-apply"}}
    for role, may in rights.items():
        shown = ask(gate, "GET", f"workspaces/{workspace}", role=role)[1]["data"]["attributes"]["permissions"]
        assert {name for name in ("can-queue-run", "can-queue-apply", "can-update") if shown[name]} == may


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "organizations/nobody/entitlement-set", None, 404),
        ("GET", "nothing/like/that", None, 404),
        ("POST", WORKSPACES, {"data": {"attributes": {"name": "one"}}}, 422),
        ("POST", WORKSPACES, {"data": {"attributes": {"name": "no spaces"}}}, 422),
        ("POST", WORKSPACES, {"data": {"attributes": {"name": "a" * 91}}}, 422),
        ("POST", WORKSPACES, {"data": {}}, 422),
        ("POST", "runs", {"data": {"attributes": {}}}, 404),
        ("POST", "organizations/example/projects", {"data": {"attributes": {"name": "Default Project"}}}, 422),
    ],
)
def test_what_cannot_be_is_refused(gate: Gate, method: str, path: str, body: Any, status: int) -> None:
    made(gate, WORKSPACES, name="one")
    assert ask(gate, method, path, body)[0] == status


def test_a_variable_of_the_workspace_wins_and_a_secret_is_never_shown(gate: Gate) -> None:
    workspace = made(gate, WORKSPACES, name="one")
    known = made(gate, "organizations/example/varsets", name="all", **{"global": True})
    for owner, value in ((f"varsets/{known}/relationships/vars", "of-set"), (f"workspaces/{workspace}/vars", "secret")):
        made(gate, owner, key="WORD", value=value, category="env", sensitive=value == "secret")
    made(gate, f"workspaces/{workspace}/vars", key="word", value="1", category="terraform")
    assert gate.store.variables_of(gate.store.workspaces[0]) == {"WORD": "secret", "TF_VAR_word": "1"}
    shown = ask(gate, "GET", f"workspaces/{workspace}/vars")[1]["data"]
    assert [each["attributes"]["value"] for each in shown] == [None, "1"]
    assert ask(gate, "DELETE", f"workspaces/{workspace}/vars/{shown[0]['id']}")[0] == 204
    assert gate.store.variables_of(gate.store.workspaces[0])["WORD"] == "of-set"


def test_the_journal_has_neither_tokens_nor_secret_addresses(gate: Gate) -> None:
    workspace = made(gate, WORKSPACES, name="one")
    document = ask(gate, "POST", f"workspaces/{workspace}/configuration-versions", {"data": {"attributes": {}}})[1]
    secret = document["data"]["attributes"]["upload-url"].rpartition("/")[2]
    gate.answer("PUT", f"/uploads/{secret}x", {}, b"")
    journal = str(gate.requests)
    assert len(gate.requests) == 3
    assert not any(known in journal for known in (secret, *gate.tokens.values()))


def run_of(workspace: Workspace, *, status: str = "pending", speculative: bool = False, saved: bool = False) -> Run:
    """A run that stands in its workspace."""
    version = Version(workspace=workspace, speculative=speculative, provisional=False, auto_queue=False)
    run = Run(workspace=workspace, version=version, asked={"save-plan": saved}, status=status)
    workspace.runs.append(run)
    return run


def test_one_run_at_a_time_has_a_workspace_and_saved_plans_wait_only_to_be_applied(gate: Gate) -> None:
    made(gate, WORKSPACES, name="one")
    [workspace] = gate.store.workspaces
    first, second = run_of(workspace), run_of(workspace)
    saved = run_of(workspace, saved=True)
    run_of(workspace, speculative=True, status="planning")  # only looks
    assert (workspace.is_free_for(first), workspace.is_free_for(second)) == (True, False)
    first.status = "planned"  # waits for a person, and all others for it
    assert not workspace.is_free_for(second)
    first.status, saved.status = "discarded", "planned_and_saved"
    assert workspace.is_free_for(second)
    saved.status = "confirmed"
    assert not workspace.is_free_for(saved)  # the other has waited longer
    second.status = "applied"
    assert workspace.is_free_for(saved)
    workspace.locked_by = "a-person"
    assert not workspace.is_free_for(saved)


def test_a_redacted_plan_has_no_sensitive_value_and_only_the_schemas_that_it_needs() -> None:
    change: dict[str, Any] = {
        "actions": ["create"],
        "before": None,
        "after": {"a": "secret", "b": ["x", "secret"], "c": "shown"},
    }
    change |= {"before_sensitive": False, "after_sensitive": {"a": True, "b": [False, True]}}
    resource = {"address": "t.x", "mode": "managed", "type": "t", "provider_name": "p", "change": change}
    plan = {"format_version": "1.2", "resource_changes": [resource], "variables": {"v": {"value": "secret"}}}
    asked = []

    def schemas() -> dict[str, Any]:
        asked.append(1)
        return {"format_version": "1.0", "provider_schemas": {"p": {"resource_schemas": {"t": {}, "u": {"big": 1}}}}}

    known = Schemas()
    for _ in range(2):
        answer = redacted(plan, known, schemas)
    assert "secret" not in json.dumps(answer)
    assert answer["resource_changes"][0]["change"]["after"] == {"a": None, "b": ["x", None], "c": "shown"}
    assert answer["provider_schemas"] == {"p": {"resource_schemas": {"t": {}}}}
    assert len(asked) == 1


def test_a_run_proves_who_it_is_where_its_workspace_wants_that(gate: Gate, tmp_path: Path) -> None:
    made(gate, WORKSPACES, name="one")
    run = run_of(gate.store.workspaces[0])
    wanted = {"TFC_AWS_PROVIDER_AUTH": "true", "TFC_AWS_RUN_ROLE_ARN": "arn:run", "TFC_AWS_APPLY_ROLE_ARN": "arn:apply"}

    def told(phase: Literal["plan", "apply"], variables: Mapping[str, str]) -> dict[str, str]:
        return dynamic_credentials(variables, run, phase, "https://hcp", "example", tmp_path)

    assert told("plan", wanted | {"TFC_AWS_PROVIDER_AUTH": "false"}) == {}
    assert [told("plan", wanted)["AWS_ROLE_ARN"], told("apply", wanted)["AWS_ROLE_ARN"]] == ["arn:run", "arn:apply"]
    claims = claims_of(Path(told("plan", wanted)["AWS_WEB_IDENTITY_TOKEN_FILE"]).read_text())
    assert claims
    subject = "organization:example:project:Default Project:workspace:one:run_phase:plan"
    assert (claims["iss"], claims["aud"], claims["sub"]) == ("https://hcp", "aws.workload.identity", subject)
