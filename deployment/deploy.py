"""Plans and applies the stacks of an output folder with Terraform, a few at once.

    with plan_stacks(rollout, stacks) as planned:
        ...                                  # show planned.changes, ask
        applied = apply_stacks(planned)

The plan files exist inside the block only: a plan may hold secrets.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from baseline.errors import UsageError
from deployment import parallelism
from deployment.apply import Applied, StackResult, apply_stack
from deployment.binaries import Terraform
from deployment.changes import StackChanges, refuse_key_losses
from deployment.crew import Crew
from deployment.events import OnEvent
from deployment.failures import StackFailure, failed
from deployment.interrupts import Interrupted, Interrupts
from deployment.plan import StackPlan, plan_stack
from deployment.run import start_log
from deployment.stack import StackFolder


@dataclass(frozen=True, slots=True, kw_only=True)
class Rollout:
    """Where stacks are planned and applied, and with what."""

    terraform: Terraform
    output: Path
    """The synthesized folder, with `stacks/<stack>/cdk.tf.json`."""
    folder: Path
    """The folder of the run, outside of `output`; takes `logs/<stack>.log`."""
    environment: Mapping[str, str]
    """The whole environment of Terraform, as the caller wants it: credentials, mirror."""
    on_event: OnEvent
    parallelism: int | None = None
    """Stacks at once; None: as many as there are cores for plans, as memory allows for applies."""


@dataclass(frozen=True, slots=True)
class Planned:
    """The plans of all stacks. It exists only when every stack could be planned."""

    rollout: Rollout
    plans: tuple[StackPlan, ...]
    interrupts: Interrupts

    @property
    def changes(self) -> dict[str, StackChanges]:
        """What each stack's plan would do, in the order of the stacks."""
        return {plan.stack.name: plan.changes for plan in self.plans}

    @property
    def anything_to_do(self) -> bool:
        """Whether a plan changes anything, be it only an output."""
        return any(plan.changed for plan in self.plans)


@contextmanager
def plan_stacks(rollout: Rollout, stacks: Sequence[str]) -> Iterator[Planned]:
    """Plans every stack; the plan files are removed when the block is left. Only in the main thread.

    Raises WorldError when a stack could not be planned, Refusal when Terraform refused to destroy
    something that is protected, Interrupted after Ctrl-C (also inside the block), and UsageError
    when a stack was not synthesized.
    """
    places = [_stack(rollout, name) for name in stacks]
    for place in places:
        start_log(place.log)
    with Interrupts() as interrupts, TemporaryDirectory(prefix="kms-baseline-") as folder:
        plans = _plan_all(rollout, places, Path(folder), interrupts)
        with interrupts.raised():
            yield Planned(rollout, plans, interrupts)


def apply_stacks(planned: Planned) -> Applied:
    """Applies exactly these plans. A stack that fails does not keep the others from being applied.

    The first Ctrl-C lets the running stacks finish, the next interrupts them. Raises Refusal when a plan would
    lose a key. What went wrong in a stack is in the result: `Applied.error()`.
    """
    refuse_key_losses(planned.changes)
    rollout = planned.rollout
    jobs = {plan.stack.name: apply_stack(plan) for plan in planned.plans if plan.changed}
    crew = Crew[StackResult](planned.interrupts, rollout.on_event, holds_back=lambda: True)
    at_once = rollout.parallelism or parallelism.for_applies(len(jobs), parallelism.free_memory())
    done = crew.work(jobs, at_once)
    results = tuple(
        done.get(plan.stack.name) or StackResult(plan.stack.name, "not started" if plan.changed else "unchanged")
        for plan in planned.plans
    )
    return Applied(results, crew.interrupted)


def _plan_all(
    rollout: Rollout, stacks: Sequence[StackFolder], folder: Path, interrupts: Interrupts
) -> tuple[StackPlan, ...]:
    crew = Crew[StackPlan | StackFailure](interrupts, rollout.on_event, holds_back=lambda: False)
    jobs = {stack.name: plan_stack(stack, folder) for stack in stacks}
    done = crew.work(jobs, rollout.parallelism or parallelism.for_plans(len(jobs)))
    if crew.interrupted:
        raise Interrupted("interrupted while planning; nothing was applied")
    failures = [result for result in done.values() if isinstance(result, StackFailure)]
    if failures:
        headline = f"{len(failures)} of {len(stacks)} stacks could not be planned; nothing was applied"
        raise failed(headline, sorted(failures, key=lambda failure: list(jobs).index(failure.stack)))
    plans = {name: result for name, result in done.items() if isinstance(result, StackPlan)}
    return tuple(plans[stack.name] for stack in stacks)


def _stack(rollout: Rollout, name: str) -> StackFolder:
    folder = rollout.output.absolute() / "stacks" / name
    if not (folder / "cdk.tf.json").is_file():
        raise UsageError(f"`{rollout.output}` holds no stack `{name}`", "run `kms-baseline synth` first")
    return StackFolder(
        name=name,
        folder=folder,
        log=rollout.folder.absolute() / "logs" / f"{name}.log",
        terraform=rollout.terraform.path,
        environment=rollout.environment,
    )
