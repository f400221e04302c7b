"""Configuration versions, runs, plans, applies and their logs."""

import threading
from typing import Any

from sandbox.cloud import documents
from sandbox.cloud.calls import Answer, Call, Refused, Routes, found, not_found
from sandbox.cloud.records import Run, Store, Version, Workspace
from sandbox.cloud.terraform import send
from sandbox.cloud.worker import work_off
from sandbox.cloud.workspace_routes import of_call

ROUTES = Routes()


@ROUTES.add("POST", "workspaces/{id}/configuration-versions")
def make_version(call: Call) -> Answer:
    given = call.attributes
    version = Version(
        workspace=of_call(call),
        speculative=bool(given.get("speculative")),
        provisional=bool(given.get("provisional")),
        auto_queue=given.get("auto-queue-runs", True) is not False,
    )
    call.store.versions.append(version)
    return Answer({"data": documents.version(version, call.url)}, 201)


@ROUTES.add("PUT", "/uploads/{secret}", None)
def upload(call: Call) -> Answer:
    version = next((v for v in call.store.versions if v.secret == call.names["secret"]), None)
    if version is None:
        raise not_found()
    version.archive = call.content
    if version.auto_queue:
        _begin(call, Run(workspace=version.workspace, version=version, asked={"message": "Configuration uploaded"}))
    return Answer()


@ROUTES.add("GET", "configuration-versions/{id}")
def show_version(call: Call) -> Answer:
    return Answer({"data": documents.version(found(call.store.versions, call.names["id"]), call.url)})


@ROUTES.add("POST", "runs")
def make_run(call: Call) -> Answer:
    workspace = found(call.store.workspaces, call.relation("workspace"))
    if workspace.execution_mode == "local":
        raise Refused(422, "invalid attribute", "Workspace execution mode must not be local")
    versions = [v for v in call.store.versions if v.workspace is workspace and v.archive is not None]
    wanted = call.relation("configuration-version") or (versions[-1].id if versions else "")
    version = next((v for v in versions if v.id == wanted), None)
    if version is None:
        raise Refused(422, "invalid attribute", "Configuration version is missing or not uploaded")
    asked = call.attributes
    if asked.get("auto-apply") and call.role == "plan":
        raise not_found()
    return _shown(call, _begin(call, Run(workspace=workspace, version=version, asked=asked)), 201)


def _begin(call: Call, run: Run) -> Run:
    run.workspace.runs.append(run)
    call.store.become(run, "pending")
    thread = threading.Thread(target=work_off, args=(call.store, call.workers, run), name=run.id)
    call.workers.threads.append(thread)
    thread.start()
    return run


@ROUTES.add("GET", "runs/{id}")
def show_run(call: Call) -> Answer:
    return _shown(call, _run(call))


@ROUTES.add("GET", "workspaces/{id}/runs")
def list_runs(call: Call) -> Answer:
    return call.page([documents.run(run, call.role) for run in reversed(of_call(call).runs)])


@ROUTES.add("GET", "organizations/{organization}/runs/queue")
def queue(call: Call) -> Answer:
    waiting = [run for run in call.store.runs if run.status in ("pending", "confirmed")]
    return call.page([documents.run(run, call.role) for run in waiting])


@ROUTES.add("GET", "runs/{id}/run-events")
@ROUTES.add("GET", "runs/{id}/task-stages")
@ROUTES.add("GET", "runs/{id}/policy-checks")
@ROUTES.add("GET", "runs/{id}/comments")
def nothing_of_a_run(call: Call) -> Answer:
    """What this server has none of."""
    _run(call)
    return call.page([])


@ROUTES.add("POST", "runs/{id}/actions/{action}", "write")
def act(call: Call) -> Answer:
    act_on(call.store, _run(call), call.names["action"])
    return Answer(status=202)


def act_on(store: Store, run: Run, action: str) -> None:
    """Apply, discard or cancel a run. Raises Refused when it is not in a state for that."""
    actions = documents.run(run, "admin")["attributes"]["actions"]
    may = {"apply": "is-confirmable", "discard": "is-discardable", "cancel": "is-cancelable"}
    if action not in may:
        raise not_found()
    if not actions[may[action]]:
        raise Refused(409, "transition not allowed", f"run is {run.status}")
    if action == "cancel":
        run.cancel_asked = True
        send(run)
        store.changed.notify_all()
    else:
        store.become(run, "confirmed" if action == "apply" else "discarded")


@ROUTES.add("GET", "plans/{id}")
def show_plan(call: Call) -> Answer:
    return Answer({"data": documents.stage("plans", _planned(call).plan, call.url)})


@ROUTES.add("GET", "plans/{id}/json-output-redacted")
def redacted_plan(call: Call) -> Answer:
    return _of_finished(_planned(call).plan.redacted)


@ROUTES.add("GET", "plans/{id}/json-output", "admin")
def whole_plan(call: Call) -> Answer:
    """https://developer.hashicorp.com/terraform/cloud-docs/api-docs/plans#retrieve-the-json-execution-plan"""
    return _of_finished(_planned(call).plan.json)


def _of_finished(content: dict[str, Any]) -> Answer:
    return Answer(content) if content else Answer(status=204)


@ROUTES.add("GET", "applies/{id}")
def show_apply(call: Call) -> Answer:
    run = next((run for run in call.store.runs if run.apply.id == call.names["id"]), None)
    if run is None:
        raise not_found()
    return Answer({"data": documents.stage("applies", run.apply, call.url)})


@ROUTES.add("GET", "/logs/{secret}", None)
def log(call: Call) -> Answer:
    stages = (stage for run in call.store.runs for stage in (run.plan, run.apply))
    stage = next((stage for stage in stages if stage.secret == call.names["secret"]), None)
    if stage is None:
        raise not_found()
    limit = call.query.get("limit")
    return Answer(stage.log.read(int(call.query.get("offset", 0)), int(limit) if limit else None))


def _run(call: Call) -> Run:
    return found(list(call.store.runs), call.names["id"])


def _planned(call: Call) -> Run:
    run = next((run for run in call.store.runs if run.plan.id == call.names["id"]), None)
    if run is None:
        raise not_found()
    return run


def _shown(call: Call, run: Run, status: int = 200) -> Answer:
    """A run with what `include` asks for."""
    names = {name.replace("-", "_") for name in call.query.get("include", "").split(",")}
    workspace: Workspace = run.workspace
    documented = {
        "workspace": documents.workspace(workspace, call.store.organization, call.role),
        "plan": documents.stage("plans", run.plan, call.url),
        "apply": documents.stage("applies", run.apply, call.url),
        "configuration_version": documents.version(run.version, call.url),
    }
    included = [document for name, document in documented.items() if name in names]
    return Answer({"data": documents.run(run, call.role), **({"included": included} if included else {})}, status)
