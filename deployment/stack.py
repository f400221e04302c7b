"""One synthesized stack, and how Terraform is run in its folder."""

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from deployment.cause import Cause
from deployment.crew import Shift
from deployment.environment import for_terraform
from deployment.events import EventStatus, Phase, StackEvent
from deployment.failures import StackFailure, read_failure
from deployment.hcp.client import HcpError
from deployment.hcp.runs import Runs
from deployment.output import is_complete, plain, run_url, waits
from deployment.run import Command, Ended, Stopped, run

_PATIENCE = 15.0
"""Seconds that a Terraform which changes nothing gets to end after SIGINT; a remote lock is given back in that time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StackFolder:
    """Where a stack lies and what its Terraform is run with."""

    name: str
    folder: Path
    log: Path
    terraform: Path
    environment: Mapping[str, str]
    runs: Runs = field(default_factory=lambda: Runs({}))
    """Of HCP Terraform, of all stacks that are deployed together."""


@dataclass(slots=True)
class StackRun:
    """Runs Terraform in one stack and tells what it says."""

    stack: StackFolder
    shift: Shift
    total: int = 0
    """Operations that the apply will report as complete."""
    run_url: str = field(default="", init=False)
    """Of the run of HCP Terraform that the last plan or apply follows; empty where Terraform runs here."""
    _done: int = field(default=0, init=False)

    def terraform(self, phase: Phase, *arguments: str, answer: Path | None = None) -> Ended:
        """One Terraform command, named after its phase. Raises Stopped when an interrupt kept it from being started."""
        self._tell(phase, "started")
        if phase in ("plan", "apply"):
            self.run_url = ""
        command = Command(
            arguments=(str(self.stack.terraform), phase, *arguments),
            folder=self.stack.folder,
            environment=for_terraform(self.stack.environment),
            log=self.stack.log,
            answer=answer,
            patience=None if phase == "apply" else _PATIENCE,
        )
        return run(command, self.shift.children, lambda line: self._hear(phase, line))

    def failure(self, phase: Phase, ended: Ended) -> StackFailure:
        """The failure of a command, which is told too. Raises Stopped when it failed because of an interrupt."""
        if self.shift.children.stopped:
            raise Stopped
        stack = self.stack
        failure = read_failure(
            stack.name,
            phase,
            ended.lines(),
            ended.code,
            log=stack.log,
            terraform=stack.terraform,
            folder=stack.folder,
            locker=self._locker,
        )
        if self.run_url:
            failure = replace(failure, causes=failure.causes or self._cause_of_run(), run=self.run_url)
        self._tell(
            phase, "failed", "; ".join(cause.problem for cause in failure.causes) or next(iter(failure.excerpt), "")
        )
        return failure

    def _locker(self, workspace: str) -> str:
        """Who locked the workspace of this stack, of which Terraform tells only who could not lock it."""
        organization, _, name = workspace.partition("/")
        try:
            content = json.loads((self.stack.folder / "cdk.tf.json").read_text(encoding="utf-8"))
            return self.stack.runs.locker_of(content["terraform"]["cloud"]["hostname"], organization, name)
        except (OSError, ValueError, KeyError, HcpError):
            return ""

    def _cause_of_run(self) -> tuple[Cause, ...]:
        """What only HCP Terraform knows: Terraform says of a run that was cancelled there that it halted."""
        try:
            cancelled = self.stack.runs.read(self.run_url).status in ("canceled", "force_canceled")
        except HcpError:
            return ()
        return (
            (Cause("the run was cancelled in HCP Terraform", "deploy again when nobody cancels it"),)
            if cancelled
            else ()
        )

    def finished(self, phase: Phase) -> None:
        """Tells that a phase went well."""
        self._tell(phase, "finished")

    def _hear(self, phase: Phase, line: str) -> None:
        line = plain(line)
        # The first only: what follows it is said by the worker, and by whatever the worker runs.
        if not self.run_url and (url := run_url([line])):
            self.run_url = url
            if phase == "plan":
                self.stack.runs.opened(url, self.stack.name)
        if is_complete(line):
            self._done += 1
            self._tell(phase, "progress", line)
        elif reason := self._waits_for(line):
            self._tell(phase, "waits", f"{reason} ({self.run_url})")
        else:
            self._tell(phase, "line", line)

    def _waits_for(self, line: str) -> str:
        """What the run waits for. Of its mere start Terraform tells always, and never why it does not come."""
        reason = waits(line)
        if not reason.endswith("to start"):
            return reason
        who = ""
        with suppress(HcpError):  # a plan that is saved waits for no lock
            who = self.stack.runs.locker(self.run_url) if "apply" in reason else ""
        return f"waiting for the workspace, which {who} locked" if who else reason if "elapsed" in line else ""

    def _tell(self, phase: Phase, status: EventStatus, line: str = "") -> None:
        self.shift.emit(StackEvent(self.stack.name, phase, status, line, self._done, self.total))
