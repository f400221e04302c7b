"""Applies the plan of one stack, and what became of all of them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from baseline.errors import KmsBaselineError
from deployment.crew import Shift
from deployment.failures import StackFailure, failed
from deployment.interrupts import Interrupted
from deployment.plan import StackPlan
from deployment.run import Stopped
from deployment.stack import StackRun

Outcome = Literal["applied", "unchanged", "failed", "interrupted", "goes on", "not started", "not planned"]


@dataclass(frozen=True, slots=True)
class StackResult:
    """What became of one stack."""

    stack: str
    outcome: Outcome
    """`interrupted`: cut short by a second Ctrl-C, so that keys may be tainted or missing from the state.
    `goes on`: in HCP Terraform, whose worker no Ctrl-C reaches."""
    failure: StackFailure | None = None
    run: str = ""
    """Where the run of HCP Terraform can be seen; empty where Terraform ran here."""


@dataclass(frozen=True, slots=True)
class Applied:
    """What became of all stacks, in their order."""

    results: tuple[StackResult, ...]
    interrupted: bool

    def error(self) -> KmsBaselineError | None:
        """The one error to report, or None when every stack is as planned."""
        failures = [result.failure for result in self.results if result.failure]
        report = failed(f"{len(failures)} of {len(self.results)} stacks failed", failures) if failures else None
        return self._interruption(report) if self.interrupted else report

    def _interruption(self, report: KmsBaselineError | None) -> Interrupted:
        lines = ["interrupted", *(f"  {line}" for line in self._left_undone()), *([str(report)] if report else [])]
        return Interrupted("\n".join(lines), report.help if report else "")

    def _left_undone(self) -> list[str]:
        cut = [result.stack for result in self.results if result.outcome == "interrupted"]
        waiting = [result.stack for result in self.results if result.outcome == "not started"]
        lines = [f"cut short, so that keys may be tainted or missing from the state: {', '.join(cut)}"] if cut else []
        lines += [f"goes on in HCP Terraform: {r.stack}: {r.run}" for r in self.results if r.outcome == "goes on"]
        return lines + ([f"not started: {', '.join(waiting)}"] if waiting else []) or ["every stack was finished"]


def apply_stack(plan: StackPlan) -> Callable[[Shift], StackResult]:
    """The job that applies one plan."""
    return lambda shift: _apply(StackRun(plan.stack, shift, plan.changes.operations), plan)


def _apply(run: StackRun, plan: StackPlan) -> StackResult:
    ended = run.terraform("apply", "-input=false", "-no-color", str(plan.file))
    outcome = plan.stack.runs.outcome(plan.run) if plan.run and ended.code else None
    if ended.code == 0 or outcome == "applied":
        plan.stack.runs.settled(plan.run)
        run.finished("apply")
        return StackResult(plan.stack.name, "applied", run=plan.run)
    try:
        failure = run.failure("apply", ended)
        return StackResult(plan.stack.name, "goes on" if outcome == "goes on" else "failed", failure, plan.run)
    except Stopped:
        return StackResult(plan.stack.name, outcome or "interrupted", run=plan.run)
