"""State versions and outputs. In local execution Terraform itself writes them."""

from sandbox.cloud import state_documents as documents
from sandbox.cloud.calls import Answer, Call, Refused, Routes, not_found
from sandbox.cloud.records import StateVersion
from sandbox.cloud.workspace_routes import of_call

ROUTES = Routes()


def _current(call: Call) -> StateVersion:
    return of_call(call).state or _missing()


def _missing() -> StateVersion:
    raise not_found()


@ROUTES.add("GET", "workspaces/{id}/current-state-version")
def current(call: Call) -> Answer:
    return Answer({"data": documents.state_version(_current(call), call.url)})


@ROUTES.add("GET", "workspaces/{id}/current-state-version-outputs")
def current_outputs(call: Call) -> Answer:
    return call.page(documents.outputs(_current(call)))


@ROUTES.add("GET", "state-version-outputs/{id}")
def output(call: Call) -> Answer:
    shown = (each for state in _states(call) for each in documents.outputs(state, secrets=True))
    wanted = next((each for each in shown if each["id"] == call.names["id"]), None)
    if wanted is None:
        raise not_found()
    return Answer({"data": wanted})


@ROUTES.add("POST", "workspaces/{id}/state-versions", "write")
def make_state(call: Call) -> Answer:
    """https://developer.hashicorp.com/terraform/cloud-docs/api-docs/state-versions#create-a-state-version"""
    workspace, given = of_call(call), call.attributes
    if workspace.locked_by != call.user:
        raise Refused(409, "conflict", "the workspace must be locked by whoever writes its state")
    state = StateVersion(workspace=workspace, serial=given["serial"], lineage=given.get("lineage") or "")
    workspace.states.append(state)
    return Answer({"data": documents.state_version(state, call.url)}, 201)


@ROUTES.add("GET", "state-versions/{id}")
def show_state(call: Call) -> Answer:
    state = next((state for state in _states(call) if state.id == call.names["id"]), None) or _missing()
    return Answer({"data": documents.state_version(state, call.url)})


@ROUTES.add("GET PUT", "/states/{secret}", None)
def contents(call: Call) -> Answer:
    state = next((state for state in _states(call) if state.secret == call.names["secret"]), None) or _missing()
    if call.method == "PUT":
        call.store.upload(state, call.content)
        return Answer()
    return Answer(state.content) if state.content is not None else Answer(status=404)


@ROUTES.add("PUT", "/states/{secret}/json", None)
def contents_for_people(_: Call) -> Answer:
    """The same as JSON for other programs, which nobody reads here."""
    return Answer()


def _states(call: Call) -> list[StateVersion]:
    return [state for workspace in call.store.workspaces for state in workspace.states]
