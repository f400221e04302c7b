"""One synthesized stack, and how Terraform is run in its folder."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from deployment.crew import Shift
from deployment.environment import for_terraform
from deployment.events import EventStatus, Phase, StackEvent
from deployment.failures import StackFailure, read_failure
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


@dataclass(slots=True)
class StackRun:
    """Runs Terraform in one stack and tells what it says."""

    stack: StackFolder
    shift: Shift
    total: int = 0
    """Operations that the apply will report as complete."""
    run_url: str = field(default="", init=False)
    """Of the last run of HCP Terraform that was heard of."""
    _done: int = field(default=0, init=False)

    def terraform(self, phase: Phase, *arguments: str, answer: Path | None = None) -> Ended:
        """One Terraform command, named after its phase. Raises Stopped when an interrupt kept it from being started."""
        self._tell(phase, "started")
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
        )
        self._tell(phase, "failed", "; ".join(cause.problem for cause in failure.causes) or failure.excerpt[0])
        return failure

    def finished(self, phase: Phase) -> None:
        """Tells that a phase went well."""
        self._tell(phase, "finished")

    def _hear(self, phase: Phase, line: str) -> None:
        self.run_url = run_url([line]) or self.run_url
        if is_complete(line):
            self._done += 1
            self._tell(phase, "progress", line)
        elif reason := waits(plain(line)):
            self._tell(phase, "waits", f"{reason} ({self.run_url})")
        else:
            self._tell(phase, "line", line)

    def _tell(self, phase: Phase, status: EventStatus, line: str = "") -> None:
        self.shift.emit(StackEvent(self.stack.name, phase, status, line, self._done, self.total))
