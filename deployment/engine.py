"""What plans and applies the stacks of a folder."""

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Protocol

from deployment.apply import StackResult, apply_stack
from deployment.crew import Job
from deployment.failures import StackFailure
from deployment.plan import StackPlan, plan_stack
from deployment.stack import StackFolder
from deployment.unsaved import refuse_unsaved


class Engine(Protocol):
    """Something that runs Terraform."""

    @property
    def main(self) -> str:
        """The file that makes a folder a stack."""

    def refuse_unready(self, stacks: Sequence[StackFolder]) -> None:
        """Raise Refusal where nothing may be planned yet."""

    def plan(self, stack: StackFolder, folder: Path, untaint: Collection[str] = ()) -> Job[StackPlan | StackFailure]:
        """The job that plans one stack, with its files in `folder`, after these addresses were untainted."""

    def apply(self, plan: StackPlan) -> Job[StackResult]:
        """The job that applies one plan."""


class OwnTerraform:
    """Terraform on this machine, which may follow runs of HCP Terraform."""

    main = "cdk.tf.json"

    def refuse_unready(self, stacks: Sequence[StackFolder]) -> None:
        """Raise Refusal where a state was not saved."""
        refuse_unsaved(stacks)

    def plan(self, stack: StackFolder, folder: Path, untaint: Collection[str] = ()) -> Job[StackPlan | StackFailure]:
        """The job that plans one stack."""
        return plan_stack(stack, folder, untaint)

    def apply(self, plan: StackPlan) -> Job[StackResult]:
        """The job that applies one plan."""
        return apply_stack(plan)
