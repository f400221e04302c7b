"""What the server keeps, all of it in memory: workspaces, runs, states, variables.

One lock for everything: who reads or changes a record holds `Store.changed`, and who waits for one waits on it.
"""

import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from secrets import token_hex, token_urlsafe
from typing import Any, Literal

from sandbox.cloud.log import Log

Role = Literal["plan", "write", "admin"]
ROLES: tuple[Role, ...] = ("plan", "write", "admin")
"""What a token may do; each may do what those before it may.

https://developer.hashicorp.com/terraform/cloud-docs/users-teams-organizations/permissions/workspace
"""
ExecutionMode = Literal["remote", "agent", "local"]
FINAL = frozenset({"planned_and_finished", "applied", "errored", "canceled", "discarded"})
"""Statuses that a run never leaves: https://developer.hashicorp.com/terraform/cloud-docs/api-docs/run#run-states"""
_HOLDING = frozenset({"planning", "planned", "confirmed", "applying"})
"""A run that is so far keeps others from its workspace."""


def new_id(kind: str) -> str:
    """An ID as HCP Terraform writes them: `run-`, `ws-` and so on."""
    return f"{kind}-{token_hex(8)}"


def now() -> str:
    """The time, in the API's form."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass(eq=False, kw_only=True)
class Stage:
    """The plan or the apply of a run."""

    id: str
    status: str = "pending"
    has_changes: bool = False
    log: Log = field(default_factory=Log)
    secret: str = field(default_factory=token_urlsafe, repr=False)
    """What the address of the log is known by."""
    json: dict[str, Any] = field(default_factory=dict, repr=False)
    """The plan as `terraform show -json` writes it."""
    redacted: dict[str, Any] = field(default_factory=dict, repr=False)
    """The same without sensitive values, with the schemas of what it changes."""


@dataclass(eq=False, kw_only=True)
class Variable:
    """A variable of a workspace or of a variable set."""

    key: str
    value: str = field(repr=False)
    category: Literal["env", "terraform"] = "env"
    sensitive: bool = False
    description: str = ""
    id: str = field(default_factory=lambda: new_id("var"))


@dataclass(eq=False, kw_only=True)
class Project:
    """A folder of workspaces."""

    name: str
    id: str = field(default_factory=lambda: new_id("prj"))


@dataclass(eq=False, kw_only=True)
class Version:
    """A configuration version: the folder that somebody uploaded."""

    workspace: "Workspace"
    speculative: bool
    provisional: bool
    auto_queue: bool
    archive: bytes | None = field(default=None, repr=False)
    """A tar file; None while it is not uploaded."""
    id: str = field(default_factory=lambda: new_id("cv"))
    secret: str = field(default_factory=token_urlsafe, repr=False)


@dataclass(eq=False, kw_only=True)
class StateVersion:
    """A state of a workspace."""

    workspace: "Workspace"
    serial: int
    lineage: str
    run: "Run | None" = None
    content: bytes | None = field(default=None, repr=False)
    """None while it is not uploaded."""
    id: str = field(default_factory=lambda: new_id("sv"))
    secret: str = field(default_factory=token_urlsafe, repr=False)
    created: str = field(default_factory=now)


@dataclass(eq=False, kw_only=True)
class Run:
    """A plan, and an apply if it comes to that."""

    workspace: "Workspace"
    version: Version
    asked: dict[str, Any]
    """The attributes that the client sent, in the API's names."""
    id: str = field(default_factory=lambda: new_id("run"))
    status: str = "pending"
    times: dict[str, str] = field(default_factory=dict)
    created: str = field(default_factory=now)
    plan: Stage = field(default_factory=lambda: Stage(id=new_id("plan")))
    apply: Stage = field(default_factory=lambda: Stage(id=new_id("apply")))
    cancel_asked: bool = False
    process: "subprocess.Popen[bytes] | None" = None
    """The Terraform that works for it now."""

    @property
    def is_saved(self) -> bool:
        """Whether its plan is a saved one, which takes no part in the queue until it is applied."""
        return bool(self.asked.get("save-plan"))

    @property
    def only_plans(self) -> bool:
        """Whether it can never be applied."""
        return self.version.speculative or bool(self.asked.get("plan-only"))

    @property
    def holds(self) -> bool:
        """Whether others must wait until it has ended."""
        return not self.only_plans and self.status in ({"applying"} if self.is_saved else _HOLDING)

    @property
    def waits(self) -> bool:
        """Whether it stands in the queue of its workspace."""
        return not self.only_plans and self.status == ("confirmed" if self.is_saved else "pending")


@dataclass(eq=False, kw_only=True)
class Workspace:
    """What has one state."""

    name: str
    project: Project
    execution_mode: ExecutionMode
    structured: bool
    """Whether logs are lines of JSON, which the client draws; else "Console UI", with colours."""
    terraform_version: str
    settings: dict[str, Any] = field(default_factory=dict)
    """Other attributes that were given, in the API's names: `auto-apply`, `working-directory`, `description`."""
    locked_by: str = ""
    """Who holds it, as a user name."""
    variables: list[Variable] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)
    states: list[StateVersion] = field(default_factory=list)
    id: str = field(default_factory=lambda: new_id("ws"))
    created: str = field(default_factory=now)

    @property
    def state(self) -> StateVersion | None:
        """The newest state that was uploaded."""
        return next((state for state in reversed(self.states) if state.content is not None), None)

    def is_free_for(self, run: Run) -> bool:
        """Whether it is the run's turn: nobody locked the workspace, no other run holds it or waits longer."""
        first = next((other for other in self.runs if other.waits), run)
        return not self.locked_by and first is run and not any(other.holds for other in self.runs if other is not run)


@dataclass(kw_only=True)
class NewWorkspaces:
    """What a workspace is that nobody gave these settings."""

    execution_mode: ExecutionMode = "remote"
    structured: bool = True


@dataclass(eq=False, kw_only=True)
class VariableSet:
    """Variables of many workspaces."""

    name: str
    everywhere: bool = False
    description: str = ""
    projects: list[Project] = field(default_factory=list)
    workspaces: list[Workspace] = field(default_factory=list)
    variables: list[Variable] = field(default_factory=list)
    id: str = field(default_factory=lambda: new_id("varset"))

    def reaches(self, workspace: Workspace) -> bool:
        """Whether the workspace gets its variables."""
        return self.everywhere or workspace.project in self.projects or workspace in self.workspaces


class Store:
    """All records of one organization."""

    def __init__(self, organization: str) -> None:
        self.organization = organization
        self.changed = threading.Condition(threading.RLock())
        self.projects = [Project(name="Default Project")]
        self.workspaces: list[Workspace] = []
        self.variable_sets: list[VariableSet] = []
        self.versions: list[Version] = []
        self.stopping = False

    @property
    def runs(self) -> Iterator[Run]:
        """Of all workspaces."""
        return (run for workspace in self.workspaces for run in workspace.runs)

    def become(self, run: Run, status: str) -> None:
        """Give a run its next status, and tell whoever waits."""
        with self.changed:
            run.status = status
            run.times[f"{status.replace('_', '-')}-at"] = now()
            self.changed.notify_all()

    def wait(self, condition: Callable[[], bool], seconds: float | None = None) -> bool:
        """Wait until it holds or the server stops; whether it holds."""
        with self.changed:
            self.changed.wait_for(lambda: condition() or self.stopping, seconds)
            return condition()

    def upload(self, state: StateVersion, content: bytes) -> None:
        """Complete a workspace's next state. Saved plans that were made of another one cannot be applied any more."""
        with self.changed:
            state.content = content
            for run in state.workspace.runs:
                if run.status == "planned_and_saved":
                    self.become(run, "discarded")

    def variables_of(self, workspace: Workspace) -> dict[str, str]:
        """The environment that the variables make; those of the workspace itself win over those of sets."""
        reached = [known for known in self.variable_sets if known.reaches(workspace)]
        variables = [*(variable for each in reached for variable in each.variables), *workspace.variables]
        return {("TF_VAR_" if v.category == "terraform" else "") + v.key: v.value for v in variables}
