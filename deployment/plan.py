"""Plans one stack: init, plan into a file, and what that file says."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from deployment.changes import StackChanges, read_changes
from deployment.crew import Shift
from deployment.failures import StackFailure
from deployment.run import Ended
from deployment.stack import StackFolder, StackRun

_UNCHANGED, _CHANGED = 0, 2
"""Exit codes of `terraform plan -detailed-exitcode`."""


@dataclass(frozen=True, slots=True)
class StackPlan:
    """The plan of one stack."""

    stack: StackFolder
    file: Path
    """The plan file that is to be applied."""
    changed: bool
    """Whether there is anything to apply, be it only an output."""
    changes: StackChanges


def plan_stack(stack: StackFolder, folder: Path) -> Callable[[Shift], StackPlan | StackFailure]:
    """The job that plans one stack, with its files in `folder`."""
    return lambda shift: _plan(StackRun(stack, shift), folder / f"{stack.name}.tfplan")


def _plan(run: StackRun, file: Path) -> StackPlan | StackFailure:
    init = run.terraform("init", "-input=false", "-no-color")
    if init.code:
        return run.failure("init", init)
    plan = run.terraform("plan", "-input=false", "-no-color", "-detailed-exitcode", f"-out={file}")
    if plan.code not in (_UNCHANGED, _CHANGED):
        return run.failure("plan", plan)
    changes = _changes(run, file) if plan.code == _CHANGED else StackChanges()
    if isinstance(changes, Ended):
        return run.failure("show", changes)
    run.finished("plan")
    return StackPlan(run.stack, file, plan.code == _CHANGED, changes)


def _changes(run: StackRun, file: Path) -> StackChanges | Ended:
    answer = file.with_suffix(".json")
    show = run.terraform("show", "-json", str(file), answer=answer)
    return show if show.code else read_changes(json.loads(answer.read_bytes()))
