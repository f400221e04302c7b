"""The workspaces of a project in HCP Terraform: what is to be made or changed so that runs work, and that very work.

Settled are the project, each stack's workspace, and a variable set that lets runs into AWS without a stored key. Only what
is asked for is compared; what a workspace has besides is its owner's. Nothing is ever removed.
"""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from baseline import names
from baseline.backends import CloudBackend
from baseline.errors import UsageError, WorldError
from baseline.words import count
from deployment.hcp.client import Client, HcpError
from deployment.hcp.workspaces import Places, Workspace, check_name
from operations.progress import Counting, Say
from operations.project import Project

_AT_ONCE = 4
"""Calls at the same time: HCP Terraform takes 30 a second of a user.
https://developer.hashicorp.com/terraform/cloud-docs/api-docs#rate-limiting"""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the caller wants of workspaces, besides that they are there; None: as it is."""

    run_role: str | None = None
    """The ARN of the role that runs begin with: they prove by OIDC who they are.
    https://developer.hashicorp.com/terraform/cloud-docs/workspaces/dynamic-provider-credentials/aws-configuration"""
    directory: str | None = None
    """The folder of the export in the repository; a workspace's working directory is its stack's folder there."""
    terraform_version: str | None = None

    def settings(self, stack: str) -> dict[str, Any]:
        """Attributes of the workspace of a stack, as the API calls them."""
        wanted = {
            "auto-apply": False,
            "working-directory": f"{self.directory.strip('/')}/{stack}" if self.directory else None,
            "terraform-version": self.terraform_version,
        }
        return {name: value for name, value in wanted.items() if value is not None}

    @property
    def variables(self) -> dict[str, str]:
        """What the environment of every run has."""
        return {"TFC_AWS_PROVIDER_AUTH": "true", "TFC_AWS_RUN_ROLE_ARN": self.run_role} if self.run_role else {}


@dataclass(frozen=True, slots=True)
class FieldStep:
    """A setting that gets another value; before is None where nothing is known of it."""

    name: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that is to be made or changed."""

    kind: str
    """`project`, `workspace` or `variable set`."""
    name: str
    new: bool
    fields: tuple[FieldStep, ...]
    do: Callable[["Ids"], None] = field(repr=False, compare=False)


@dataclass(slots=True)
class Ids:
    """The IDs of what is there already or was made by an earlier step."""

    project: str | None
    workspaces: dict[str, str] = field(default_factory=dict)
    set: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done, in this order."""

    steps: tuple[Step, ...]
    right: int
    """Workspaces that are as they should be."""
    ids: Ids


def backend_of(project: Project) -> CloudBackend:
    """Where the workspaces are. Raises UsageError where the configuration has none."""
    backend = project.configuration.organization.deployment.backend
    if not isinstance(backend, CloudBackend):
        raise UsageError(
            f"{project.path}: the states are not in HCP Terraform",
            "write `backend: {type: cloud, organization: ...}` under `deployment:`",
        )
    return backend


def plan(project: Project, wanted: Wanted, environment: Mapping[str, str]) -> Plan:
    """What HCP Terraform has otherwise than this project wants it. Raises UsageError and HcpError."""
    backend = backend_of(project)
    stacks = {names.workspace(backend.prefix, stack.name): stack.name for stack in project.inventory.stacks}
    for name in stacks:
        check_name(name)
    places = Places(Client.of(backend.hostname, environment), backend.organization)
    places.check()
    found = places.workspaces(f"{backend.prefix}-")
    ids = Ids(places.project(backend.project) if backend.project else None)
    ids.workspaces |= {name: found[name].id for name in stacks if name in found}
    steps = [*_project(places, backend, ids)]
    for name, stack in stacks.items():
        steps += _workspace(places, backend, ids.project, name, found.get(name), wanted.settings(stack))
    right = len(stacks) - sum(step.kind == "workspace" for step in steps)
    steps += _variable_set(places, backend, wanted.variables, ids, list(stacks))
    return Plan(tuple(steps), right, ids)


def settle(plan: Plan, say: Say) -> None:
    """Do it. A workspace that cannot be made keeps none of the others. Raises WorldError for all that failed."""
    first = [step for step in plan.steps if step.kind == "project"]
    workspaces = [step for step in plan.steps if step.kind == "workspace"]
    last = [step for step in plan.steps if step.kind == "variable set"]
    for step in first:
        step.do(plan.ids)
    problems, counting = [], Counting("settling", "workspace", say)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for number, error in enumerate(pool.map(partial(_problem, plan.ids), workspaces)):
            counting(number, len(workspaces))
            problems += [error] if error else []
    for step in last:
        step.do(plan.ids)
    if problems:
        told = "\n".join(f"  {problem}" for problem in problems)
        helps = "\n".join(dict.fromkeys(problem.help for problem in problems if problem.help))
        headline = f"{count(len(problems), 'workspace')} of {len(workspaces)} could not be settled; the others are"
        raise WorldError(f"{headline}\n{told}", helps or "run it again: what is done is not done twice")


def _problem(ids: Ids, step: Step) -> HcpError | None:
    try:
        step.do(ids)
    except HcpError as error:
        return HcpError(f"{step.name}: {error}", error.help)
    return None


def _project(places: Places, backend: CloudBackend, ids: Ids) -> Iterator[Step]:
    name = backend.project
    if name and ids.project is None:

        def make(ids: Ids) -> None:
            ids.project = places.make_project(name)

        yield Step("project", name, True, (), make)


def _workspace(
    places: Places,
    backend: CloudBackend,
    project: str | None,
    name: str,
    found: Workspace | None,
    wanted: dict[str, Any],
) -> Iterator[Step]:
    if found is None:

        def make(ids: Ids) -> None:
            # Without it a workspace of a repository begins with a run: it is for people to say when.
            ids.workspaces[name] = places.make_workspace(name, ids.project, {**wanted, "queue-all-runs": False})

        yield Step("workspace", name, True, tuple(FieldStep(k, None, v) for k, v in wanted.items()), make)
        return
    id = found.id
    fields = [
        FieldStep(k, found.settings.get(k), v) for k, v in wanted.items() if (found.settings.get(k) or "") != (v or "")
    ]
    moves = backend.project is not None and found.project != project
    if moves:
        fields.append(FieldStep("project", None, backend.project))
    if fields:
        changed = {step.name: step.after for step in fields if step.name != "project"}

        def change(ids: Ids) -> None:
            places.change_workspace(id, ids.project if moves else None, changed)

        yield Step("workspace", name, False, tuple(fields), change)


def _variable_set(
    places: Places, backend: CloudBackend, wanted: dict[str, str], ids: Ids, workspaces: list[str]
) -> Iterator[Step]:
    """The set of the project's workspaces; without a project, of each of these workspaces and of no other."""
    if not wanted:
        return
    name = f"{backend.prefix}-aws"
    found = places.variable_set(name)
    has = {key: value for key, (_, value) in found.variables.items()} if found else {}
    fields = [FieldStep(key, has.get(key), value) for key, value in wanted.items() if has.get(key) != value]
    if backend.project:
        lacking = [] if found and ids.project in found.projects else [backend.project]
    else:
        lacking = [name for name in workspaces if not found or ids.workspaces.get(name) not in found.workspaces]
    if lacking:
        fields.append(FieldStep("project" if backend.project else "workspaces", None, ", ".join(lacking)))

    def settle(ids: Ids) -> None:
        set = found.id if found else places.make_variable_set(name)
        for key, value in wanted.items():
            if has.get(key) != value:
                places.set_variable(set, key, value, found.variables[key][0] if found and key in has else None)
        if lacking and backend.project and ids.project:
            places.give(set, "projects", [ids.project])
        elif lacking:
            places.give(set, "workspaces", [ids.workspaces[name] for name in lacking if name in ids.workspaces])

    if fields:
        yield Step("variable set", name, found is None, tuple(fields), settle)
