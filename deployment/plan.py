"""Plans one stack: init, plan into a file, and what that file says."""

import json
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from baseline.import_blocks import IMPORTS_FILE
from deployment.changes import StackChanges, read_changes
from deployment.crew import Shift
from deployment.failures import StackFailure
from deployment.plan_details import ResourceChange, read_details
from deployment.plan_keys import KeysInPlan, read_keys
from deployment.run import Ended
from deployment.stack import StackFolder, StackRun

_FINE = _UNCHANGED, _CHANGED = 0, 2
"""Exit codes of `terraform plan -detailed-exitcode`."""
_INITIALIZE = re.compile("terraform init|install the required plugins")
"""What Terraform says to do where the folder was initialized with another backend or provider, or not to the end.

Only then a folder is initialized again: Terraform reads the whole provider for that, and finds out by itself.
https://developer.hashicorp.com/terraform/cli/init
"""


@dataclass(frozen=True, slots=True)
class StackPlan:
    """The plan of one stack."""

    stack: StackFolder
    file: Path
    """The plan file that is to be applied."""
    changed: bool
    """Whether there is anything to apply, be it only an output."""
    changes: StackChanges
    keys: KeysInPlan
    """Empty where nothing changes and nothing is to be imported."""
    details: tuple[ResourceChange, ...] = ()
    """What becomes of each resource that the plan touches."""
    run: str = ""
    """Where the run of HCP Terraform can be seen that made it; empty where Terraform runs here."""


def plan_stack(
    stack: StackFolder, folder: Path, untaint: Collection[str] = ()
) -> Callable[[Shift], StackPlan | StackFailure]:
    """The job that plans one stack, with its files in `folder`, after these addresses were untainted."""
    return lambda shift: _plan(StackRun(stack, shift), folder / f"{stack.name}.tfplan", untaint)


def _plan(run: StackRun, file: Path, untaint: Collection[str]) -> StackPlan | StackFailure:
    initialized = (run.stack.folder / ".terraform").is_dir()
    if not initialized and (init := _initialized(run)).code:
        return run.failure("init", init)
    for address in untaint:
        untainted = run.terraform("untaint", "-no-color", address)
        if untainted.code:
            return run.failure("untaint", untainted)
    plan = _planned(run, file)
    if initialized and plan.code not in _FINE and _INITIALIZE.search(_words(plan)):
        if (init := _initialized(run)).code:
            return run.failure("init", init)
        plan = _planned(run, file)
    if plan.code not in _FINE:
        # A plan that would destroy something protected is written all the same, and tells which keys are tainted.
        refused = _shown(run, file) if file.exists() else {}
        keys = KeysInPlan() if isinstance(refused, Ended) else read_keys(refused)
        return replace(run.failure("plan", plan), keys=keys)
    planned_by = run.run_url
    if plan.code == _UNCHANGED:
        run.stack.runs.settled(planned_by)
    # Of an address that the state has with another ID Terraform says nothing: https://github.com/hashicorp/terraform/issues/33188
    importing = (run.stack.folder / IMPORTS_FILE).exists()
    shown = _shown(run, file) if plan.code == _CHANGED or importing else {}
    if isinstance(shown, Ended):
        failure = run.failure("show", shown)
        return failure if shown.code else replace(failure, excerpt=("Terraform shows nothing of the plan",))
    changes = read_changes(shown)
    run.finished("plan")
    details = read_details(shown)
    return StackPlan(run.stack, file, plan.code == _CHANGED, changes, read_keys(shown), details, planned_by)


def _initialized(run: StackRun) -> Ended:
    return run.terraform("init", "-input=false", "-no-color")


def _words(ended: Ended) -> str:
    """What a command wrote, in one line: Terraform breaks lines where it likes."""
    return " ".join(" ".join(ended.lines()).replace("│", " ").split())


def _planned(run: StackRun, file: Path) -> Ended:
    file.unlink(missing_ok=True)
    return run.terraform("plan", "-input=false", "-no-color", "-detailed-exitcode", f"-out={file}")


def _shown(run: StackRun, file: Path) -> dict[str, Any] | Ended:
    """The plan file's content; the end of the command where it cannot be shown."""
    answer = file.with_suffix(".json")
    show = run.terraform("show", "-json", "-no-color", str(file), answer=answer)
    said = answer.read_bytes().strip()
    if show.code or not said:  # of a run that broke off before its plan HCP Terraform has nothing
        return show
    content: dict[str, Any] = json.loads(said)
    return content
