"""Organization, projects and workspaces."""

from typing import Any

from sandbox.cloud import documents
from sandbox.cloud.calls import Answer, Call, Refused, Routes, found, not_found
from sandbox.cloud.records import Project, Workspace

ROUTES = Routes()
_KEPT = ("auto-apply", "working-directory", "description", "global-remote-state", "speculative-enabled", "tag-names")
"""Settings of a workspace that are kept as they come."""


@ROUTES.add("GET", "/.well-known/terraform.json", None)
def discovery(_: Call) -> Answer:
    """https://developer.hashicorp.com/terraform/internals/remote-service-discovery"""
    return Answer({"tfe.v2": "/api/v2/"})


@ROUTES.add("GET", "ping", None)
def ping(_: Call) -> Answer:
    """Its headers, which every answer has, say what the server is."""
    return Answer(status=204)


def of_organization(call: Call) -> None:
    """Raises Refused for another organization than that of the server."""
    if call.names["organization"].lower() != call.store.organization.lower():
        raise not_found()


@ROUTES.add("GET", "organizations/{organization}")
def show_organization(call: Call) -> Answer:
    of_organization(call)
    return Answer({"data": documents.organization(call.store.organization, call.role)})


@ROUTES.add("GET", "organizations/{organization}/entitlement-set")
def entitlement_set(call: Call) -> Answer:
    of_organization(call)
    return Answer({"data": documents.entitlements(call.store.organization)})


@ROUTES.add("GET", "organizations/{organization}/capacity")
def capacity(call: Call) -> Answer:
    of_organization(call)
    waiting = sum(run.status == "pending" for run in call.store.runs)
    has = {"pending": waiting, "running": call.workers.busy}
    return Answer({"data": documents.resource("organization-capacity", call.store.organization, has)})


@ROUTES.add("GET", "organizations/{organization}/projects")
def list_projects(call: Call) -> Answer:
    of_organization(call)
    wanted = call.query.get("filter[names]")
    return call.page([documents.project(p) for p in call.store.projects if wanted in (None, p.name)])


@ROUTES.add("POST", "organizations/{organization}/projects", "admin")
def make_project(call: Call) -> Answer:
    of_organization(call)
    name = call.attributes["name"]
    if any(project.name == name for project in call.store.projects):
        raise Refused(422, "invalid attribute", "Name has already been taken")
    call.store.projects.append(project := Project(name=name))
    return Answer({"data": documents.project(project)}, 201)


@ROUTES.add("GET", "projects/{id}")
def show_project(call: Call) -> Answer:
    return Answer({"data": documents.project(found(call.store.projects, call.names["id"]))})


@ROUTES.add("GET", "organizations/{organization}/workspaces")
def list_workspaces(call: Call) -> Answer:
    of_organization(call)
    part, project = call.query.get("search[name]", ""), call.query.get("filter[project][id]")
    return call.page(
        [
            _document(call, each)
            for each in call.store.workspaces
            if part in each.name and project in (None, each.project.id)
        ]
    )


@ROUTES.add("POST", "organizations/{organization}/workspaces", "admin")
def make_workspace(call: Call) -> Answer:
    of_organization(call)
    name, projects = call.attributes["name"], call.store.projects
    _check_name(call, name)
    project = found(projects, call.relation("project")) if call.relation("project") else projects[0]
    usual = call.new_workspaces
    workspace = Workspace(
        name=name,
        project=project,
        execution_mode=usual.execution_mode,
        structured=usual.structured,
        terraform_version=call.workers.terraform_version,
    )
    _change(workspace, call.attributes)
    call.store.workspaces.append(workspace)
    return _shown(call, workspace, 201)


def _check_name(call: Call, name: str) -> None:
    """https://developer.hashicorp.com/terraform/cloud-docs/workspaces/create#workspace-naming"""
    if not name.replace("-", "").replace("_", "").isalnum() or len(name) > 90:
        raise Refused(422, "invalid attribute", "Name must be 90 characters or fewer of letters, numbers, - and _")
    if any(workspace.name == name for workspace in call.store.workspaces):
        raise Refused(422, "invalid attribute", "Name has already been taken")


@ROUTES.add("GET", "organizations/{organization}/workspaces/{name}")
def workspace_by_name(call: Call) -> Answer:
    of_organization(call)
    name = call.names["name"]
    named = next((workspace for workspace in call.store.workspaces if workspace.name == name), None)
    if named is None:
        raise not_found()
    return _shown(call, named)


@ROUTES.add("GET", "workspaces/{id}")
def show_workspace(call: Call) -> Answer:
    return _shown(call, of_call(call))


@ROUTES.add("PATCH", "workspaces/{id}", "admin")
def change_workspace(call: Call) -> Answer:
    workspace = of_call(call)
    if (name := call.attributes.get("name", workspace.name)) != workspace.name:
        _check_name(call, name)
        workspace.name = name
    if call.relation("project"):
        workspace.project = found(call.store.projects, call.relation("project"))
    _change(workspace, call.attributes)
    return _shown(call, workspace)


@ROUTES.add("GET", "workspaces/{id}/tag-bindings")
def tag_bindings(call: Call) -> Answer:
    of_call(call)
    return call.page([])


@ROUTES.add("POST", "workspaces/{id}/actions/lock", "write")
def lock(call: Call) -> Answer:
    workspace = of_call(call)
    if workspace.locked_by:
        raise Refused(409, "conflict", "workspace already locked")
    workspace.locked_by = call.user
    return _shown(call, workspace)


@ROUTES.add("POST", "workspaces/{id}/actions/unlock", "write")
def unlock(call: Call) -> Answer:
    workspace = of_call(call)
    if not workspace.locked_by:
        raise Refused(409, "conflict", "workspace already unlocked")
    if workspace.locked_by != call.user:
        raise Refused(409, "conflict", f"is locked by User {workspace.locked_by}")
    return _unlocked(call, workspace)


@ROUTES.add("POST", "workspaces/{id}/actions/force-unlock", "admin")
def force_unlock(call: Call) -> Answer:
    workspace = of_call(call)
    if not workspace.locked_by:
        raise Refused(409, "conflict", "workspace already unlocked")
    return _unlocked(call, workspace)


def _unlocked(call: Call, workspace: Workspace) -> Answer:
    workspace.locked_by = ""
    call.store.changed.notify_all()
    return _shown(call, workspace)


def of_call(call: Call) -> Workspace:
    """The workspace whose ID is in the path. Raises Refused when there is none."""
    return found(call.store.workspaces, call.names["id"])


def _change(workspace: Workspace, given: dict[str, Any]) -> None:
    workspace.settings |= {name: given[name] for name in _KEPT if name in given}
    if "operations" in given and "execution-mode" not in given:
        workspace.execution_mode = "remote" if given["operations"] else "local"
    workspace.execution_mode = given.get("execution-mode") or workspace.execution_mode
    workspace.terraform_version = given.get("terraform-version") or workspace.terraform_version
    workspace.structured = given.get("structured-run-output-enabled", workspace.structured)


def _document(call: Call, workspace: Workspace) -> documents.Document:
    return documents.workspace(workspace, call.store.organization, call.role)


def _shown(call: Call, workspace: Workspace, status: int = 200) -> Answer:
    return Answer({"data": _document(call, workspace)}, status)
