"""Plans and applies stacks by the API of HCP Terraform, where no Terraform runs here."""

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from deployment.apply import StackResult
from deployment.cause import Cause
from deployment.changes import read_changes
from deployment.crew import Job, Shift
from deployment.events import EventStatus, Phase, StackEvent
from deployment.failures import StackFailure, read_failure
from deployment.hcp.api_run import ApiRun, readable
from deployment.hcp.client import Client, HcpError
from deployment.hcp.runs import Run
from deployment.output import is_complete, plain
from deployment.plan import StackPlan
from deployment.plan_details import read_details
from deployment.plan_keys import KeysInPlan, read_keys
from deployment.run import Stopped
from deployment.stack import StackFolder

_PAUSE = 1.0
_MAIN = "main.tf.json"
_SAVED = "planned_and_saved"
_DECISIONS = ("planned", "policy_override", "policy_soft_failed", "post_plan_awaiting_decision")
"""In these a plan waits for a person: https://developer.hashicorp.com/terraform/cloud-docs/api-docs/run#run-states"""


@dataclass(frozen=True, slots=True)
class ApiEngine:
    """The workspaces of an organization. A run that is left behind by Ctrl-C ends with the deployment."""

    client: Client
    organization: str
    workspaces: Mapping[str, str]
    """The workspace of each stack."""
    begun: dict[str, ApiRun] = field(default_factory=dict)
    """The runs of this deployment, by where they can be seen."""

    @property
    def main(self) -> str:
        """The file that makes a folder a stack: that of an export."""
        return _MAIN

    def refuse_unready(self, stacks: Sequence[StackFolder]) -> None:
        """Nothing of a state is here."""

    def plan(self, stack: StackFolder, folder: Path, untaint: Collection[str] = ()) -> Job[StackPlan | StackFailure]:
        """The job that plans one stack. It untaints nothing: that takes a Terraform."""
        if untaint:
            cause = Cause(
                f"{', '.join(untaint)}: marked as tainted by an interrupted deployment",
                "`kms-baseline deploy` untaints it after a look at the key, and deploys",
            )
            return lambda _: StackFailure(stack.name, "untaint", (cause,), (), stack.log)
        return lambda shift: self._plan(_Following(stack, shift, "plan"))

    def apply(self, plan: StackPlan) -> Job[StackResult]:
        """The job that applies one plan."""
        return lambda shift: self._apply(_Following(plan.stack, shift, "apply", plan.changes.operations), plan)

    def _plan(self, following: "_Following") -> StackPlan | StackFailure:
        stack = following.stack
        following.tell("started")
        try:
            run = ApiRun.begun(self.client, self.organization, self.workspaces[stack.name], stack.folder)
            self.begun[run.url] = run
            following.url = run.url
            stack.runs.opened(run.url, stack.name)
            end = following.to(run, lambda now: now.ended or now.status in (_SAVED, *_DECISIONS))
            if end.status not in (_SAVED, "planned_and_finished"):
                keys = read_keys(run.json()) if end.status == "errored" else KeysInPlan()
                return replace(following.failure(run, end), keys=keys)
            content = run.json()
        except HcpError as error:
            return following.failed(error)
        if not content:
            return following.failed(HcpError("HCP Terraform shows nothing of the plan", "deploy again"))
        if end.ended:
            stack.runs.settled(run.url)
        following.tell("finished")
        changes, keys, details = read_changes(content), read_keys(content), read_details(content)
        return StackPlan(stack, stack.folder / _MAIN, not end.ended, changes, keys, details, run.url)

    def _apply(self, following: "_Following", plan: StackPlan) -> StackResult:
        run, name, following.url = self.begun[plan.run], plan.stack.name, plan.run
        following.tell("started")
        try:
            run.confirm()
            end = following.to(run, lambda now: now.ended)
        except (HcpError, Stopped) as error:
            outcome = plan.stack.runs.outcome(plan.run)
            failure = following.failed(error) if isinstance(error, HcpError) and outcome != "applied" else None
            return StackResult(name, outcome or "failed", failure, plan.run)
        plan.stack.runs.settled(plan.run)
        if end.status != "applied":
            return StackResult(name, "failed", following.failure(run, end), plan.run)
        following.tell("finished")
        return StackResult(name, "applied", run=plan.run)


@dataclass(slots=True)
class _Following:
    """A stage of a run, as it goes on: what it says goes into the stack's log."""

    stack: StackFolder
    shift: Shift
    phase: Phase
    total: int = 0
    url: str = field(default="", init=False)
    _done: int = field(default=0, init=False)
    _lines: list[str] = field(default_factory=list, init=False)
    _read: int = field(default=0, init=False)
    _rest: bytes = field(default=b"", init=False)
    _waits: str = field(default="", init=False)

    def to(self, run: ApiRun, end: Callable[[Run], bool]) -> Run:
        """Follow a run until then. Raises HcpError, and Stopped after an interrupt."""
        self._say(f"{self.phase}: {run.url}")
        while True:
            now = run.now()
            self._follow(run)
            if end(now):
                self._say_all(self._rest)  # what no line break ends
                return now
            if self.shift.children.stopped:
                raise Stopped
            self._wait(run, now)
            time.sleep(_PAUSE)

    def failure(self, run: ApiRun, end: Run) -> StackFailure:
        """What a run failed of."""
        how = "discarded" if end.status == "discarded" else "cancelled"
        cause = Cause(f"the run was {how} in HCP Terraform", "run it again when nobody does that")
        if not end.ended:
            cause = Cause(
                f"the run waits for a person in HCP Terraform, as {end.status}", "decide there, or change the policy"
            )
        found = read_failure(
            self.stack.name,
            self.phase,
            [run.url, *self._lines],
            1,
            log=self.stack.log,
            terraform=self.stack.terraform,
            folder=self.stack.folder,
        )
        found = found if end.status == "errored" else replace(found, causes=(cause,), excerpt=())
        return self._told(found)

    def failed(self, error: HcpError) -> StackFailure:
        """What could not be asked."""
        cause = Cause(str(error), error.help)
        return self._told(StackFailure(self.stack.name, self.phase, (cause,), (), self.stack.log, run=self.url))

    def tell(self, status: EventStatus, line: str = "") -> None:
        """Say what happens."""
        self.shift.emit(StackEvent(self.stack.name, self.phase, status, line, self._done, self.total))

    def _told(self, failure: StackFailure) -> StackFailure:
        self.tell("failed", "; ".join(cause.problem for cause in failure.causes) or next(iter(failure.excerpt), ""))
        return failure

    def _follow(self, run: ApiRun) -> None:
        stage = "plans" if self.phase == "plan" else "applies"
        while part := run.log(stage, self._read):
            self._read += len(part)
            *complete, self._rest = (self._rest + part).split(b"\n")
            self._say_all(*complete)

    def _say_all(self, *said: bytes) -> None:
        for line in (line for raw in said for line in readable(raw.decode(errors="replace"))):
            self._say(plain(line))

    def _say(self, line: str) -> None:
        self._lines.append(line)
        with self.stack.log.open("a", encoding="utf-8") as log:
            log.write(f"{line}\n")
        self._done += is_complete(line)
        self.tell("progress" if is_complete(line) else "line", line)

    def _wait(self, run: ApiRun, now: Run) -> None:
        """Say once what an apply waits for that does not begin."""
        if now.status != "confirmed" or self._waits:
            return
        who = self.stack.runs.locker(run.url)
        self._waits = f"waiting for the workspace{f', which {who} locked' if who else ''} ({run.url})"
        self.tell("waits", self._waits)
