"""Records as documents of the API: https://developer.hashicorp.com/terraform/cloud-docs/api-docs#json-api-formatting."""

from collections.abc import Mapping
from typing import Any

from sandbox.cloud.records import (
    FINAL,
    ROLES,
    Project,
    Role,
    Run,
    Stage,
    Variable,
    VariableSet,
    Version,
    Workspace,
)

Document = dict[str, Any]


def resource(type: str, id: str, attributes: Mapping[str, Any], **relations: Any) -> Document:
    """A resource object. A relation is a type and an ID, or a list of such."""
    links = {name.replace("_", "-"): {"data": _linked(to)} for name, to in relations.items()}
    return {"id": id, "type": type, "attributes": dict(attributes), "relationships": links}


def _linked(to: Any) -> Any:
    if isinstance(to, list):
        return [_linked(each) for each in to]
    return None if to is None else {"type": to[0], "id": to[1]}


def organization(name: str, role: Role) -> Document:
    """The organization, and whether the caller is one of its owners. Its ID is its name."""
    permissions = {"can-update": role == "admin"}
    return resource("organizations", name, {"name": name, "email": "nobody@example.com", "permissions": permissions})


def entitlements(name: str) -> Document:
    """What the organization's plan has: runs, states, teams."""
    has = dict.fromkeys(("operations", "state-storage", "teams", "agents"), True)
    return resource("entitlement-sets", name, has)


def project(project: Project) -> Document:
    """A project."""
    return resource("projects", project.id, {"name": project.name})


_RIGHTS: dict[str, Role] = {
    **dict.fromkeys(("read-settings", "queue-run", "read-variable", "read-state-versions"), "plan"),
    **dict.fromkeys(("queue-apply", "update-variable", "lock", "unlock", "create-state-versions"), "write"),
    **dict.fromkeys(("update", "destroy", "force-unlock", "queue-destroy", "read-state-outputs"), "admin"),
}
"""What may be done in a workspace, and the least that a token must be good for."""


_USUAL_WORKSPACE = {
    **dict.fromkeys(("auto-apply", "global-remote-state"), False),
    **dict.fromkeys(("description", "working-directory"), ""),
    "actions": {"is-destroyable": True},
    "environment": "default",
    "resource-count": 0,
    "source": "tfe-api",
    "speculative-enabled": True,
    "tag-names": (),
    "vcs-repo": None,
}
"""What a workspace is where nobody says anything else."""


def workspace(workspace: Workspace, organization: str, role: Role) -> Document:
    """A workspace, with what the caller may do in it."""
    runs = workspace.runs
    current = next((run for run in reversed(runs) if run.status not in FINAL and not run.is_saved), None)
    current = current or (runs[-1] if runs else None)
    locker = ("users", workspace.locked_by) if workspace.locked_by else None
    attributes = {
        "name": workspace.name,
        **_USUAL_WORKSPACE,
        "created-at": workspace.created,
        "updated-at": workspace.created,
        **workspace.settings,
        "execution-mode": workspace.execution_mode,
        "operations": workspace.execution_mode != "local",
        "structured-run-output-enabled": workspace.structured,
        "terraform-version": workspace.terraform_version,
        "locked": bool(locker) or any(run.status == "applying" for run in runs),
        "permissions": {f"can-{what}": ROLES.index(role) >= ROLES.index(least) for what, least in _RIGHTS.items()},
    }
    return resource(
        "workspaces",
        workspace.id,
        attributes,
        organization=("organizations", organization),
        project=("projects", workspace.project.id),
        current_run=("runs", current.id) if current else None,
        current_state_version=("state-versions", workspace.state.id) if workspace.state else None,
        locked_by=locker,
    )


def version(version: Version, url: str) -> Document:
    """A configuration version; `url` is that of the server."""
    status = "pending" if version.archive is None else "uploaded"
    attributes = {
        "status": status,
        "auto-queue-runs": version.auto_queue,
        "speculative": version.speculative,
        "provisional": version.provisional,
        "source": "tfe-api",
        "error": None,
        "error-message": None,
        "upload-url": f"{url}/uploads/{version.secret}" if version.archive is None else None,
    }
    return resource("configuration-versions", version.id, attributes)


_USUAL_RUN = {
    **dict.fromkeys(("auto-apply", "is-destroy", "refresh-only", "save-plan", "allow-empty-apply"), False),
    **dict.fromkeys(("target-addrs", "replace-addrs", "variables"), ()),
    "refresh": True,
    "message": "",
}
"""What a run is where the client says nothing."""


def run(run: Run, role: Role) -> Document:
    """A run, with what can be done to it now and what the caller may do."""
    apply = ROLES.index(role) >= ROLES.index("write")
    actions = {
        "is-cancelable": run.status in ("pending", "planning", "confirmed", "applying"),
        "is-confirmable": run.status in ("planned", "planned_and_saved"),
        "is-discardable": run.status in ("pending", "planned", "planned_and_saved"),
        "is-force-cancelable": False,
    }
    may = {f"can-{what}": apply for what in ("apply", "discard", "cancel", "force-cancel", "force-execute")}
    attributes = {
        **_USUAL_RUN,
        "plan-only": run.only_plans,
        **{name: run.asked[name] for name in _USUAL_RUN if run.asked.get(name) is not None},
        "actions": actions,
        "permissions": {**may, "can-comment": True, "can-override-policy-check": False},
        "created-at": run.created,
        "canceled-at": run.times.get("canceled-at"),
        "has-changes": run.plan.has_changes,
        "source": "tfe-api",
        "trigger-reason": "manual",
        "status": run.status,
        "status-timestamps": run.times,
        "terraform-version": run.workspace.terraform_version,
    }
    return resource(
        "runs",
        run.id,
        attributes,
        workspace=("workspaces", run.workspace.id),
        configuration_version=("configuration-versions", run.version.id),
        plan=("plans", run.plan.id),
        apply=("applies", run.apply.id),
        task_stages=[],
        policy_checks=[],
        run_events=[],
    )


def stage(kind: str, stage: Stage, url: str) -> Document:
    """A plan (`plans`) or an apply (`applies`)."""
    changes = [each["change"] for each in stage.json.get("resource_changes", ())]
    counts = {"additions": "create", "changes": "update", "destructions": "delete"}
    attributes = {
        "status": stage.status,
        "has-changes": stage.has_changes,
        "log-read-url": f"{url}/logs/{stage.secret}",
        "resource-imports": sum("importing" in change for change in changes),
        "status-timestamps": {},
        "execution-details": {"mode": "remote"},
        **{
            f"resource-{name}": sum(action in change["actions"] for change in changes)
            for name, action in counts.items()
        },
    }
    return resource(kind, stage.id, attributes)


def variable(variable: Variable) -> Document:
    """A variable; of a sensitive one everything but its value."""
    attributes = {
        "key": variable.key,
        "value": None if variable.sensitive else variable.value,
        "category": variable.category,
        "sensitive": variable.sensitive,
        "hcl": False,
        "description": variable.description,
    }
    return resource("vars", variable.id, attributes)


def variable_set(known: VariableSet) -> Document:
    """A variable set."""
    attributes = {"name": known.name, "description": known.description, "global": known.everywhere, "priority": False}
    return resource(
        "varsets",
        known.id,
        attributes,
        vars=[("vars", each.id) for each in known.variables],
        projects=[("projects", each.id) for each in known.projects],
        workspaces=[("workspaces", each.id) for each in known.workspaces],
    )
