"""Plans and applies the stacks of an output folder with Terraform, a few at once.

    with plan_stacks(rollout, stacks) as planned:
        ...                                  # show planned.changes, ask
        applied = apply_stacks(planned)

The plan files exist inside the block only: a plan may hold secrets.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from baseline.errors import UsageError
from deployment import parallelism
from deployment.apply import Applied, StackResult
from deployment.binaries import Terraform
from deployment.changes import StackChanges, refuse_key_losses
from deployment.crew import Crew, Job
from deployment.engine import Engine, OwnTerraform
from deployment.environment import refuse_redirections
from deployment.events import Notice, OnEvent
from deployment.failures import StackFailure, failed
from deployment.hcp.runs import Runs
from deployment.interrupts import Interrupted, Interrupts
from deployment.plan import StackPlan
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
    engine: Engine = field(default_factory=OwnTerraform)


@dataclass(frozen=True, slots=True)
class Planned:
    """The plans of all stacks, and the stacks that could not be planned."""

    rollout: Rollout
    stacks: tuple[StackFolder, ...]
    plans: tuple[StackPlan, ...]
    failures: tuple[StackFailure, ...]
    folder: Path
    """Where the plan files are, as long as the block of `plan_stacks` lasts."""
    interrupts: Interrupts

    @property
    def changes(self) -> dict[str, StackChanges]:
        """What each stack's plan would do, in the order of the stacks."""
        return {plan.stack.name: plan.changes for plan in self.plans}

    @property
    def anything_to_do(self) -> bool:
        """Whether a plan changes anything, be it only an output."""
        return any(plan.changed for plan in self.plans)

    def refuse_failures(self) -> None:
        """Raises WorldError for stacks that could not be planned, Refusal where something protected would go."""
        if self.failures:
            headline = f"{len(self.failures)} of {len(self.stacks)} stacks could not be planned; nothing was applied"
            raise failed(headline, self.failures)

    def folders(self, stacks: Collection[str]) -> list[StackFolder]:
        """Where these stacks lie."""
        return [stack for stack in self.stacks if stack.name in stacks]

    def again(
        self, stacks: Collection[str], untaint: Mapping[str, Collection[str]] | None = None, *, quietly: bool = False
    ) -> "Planned":
        """These stacks planned once more, after the addresses of `untaint` were untainted; the others as they are.

        Quietly: what happens is not told, since a plan may fail that only asks whether something is there.
        """
        untainted = untaint or {}
        plan = self.rollout.engine.plan
        jobs = {p.name: plan(p, self.folder, untainted.get(p.name, ())) for p in self.folders(stacks)}
        rollout = replace(self.rollout, on_event=lambda _event: None) if quietly else self.rollout
        done = _plan_all(rollout, jobs, self.interrupts)
        kept: Results = {plan.stack.name: plan for plan in self.plans}
        kept |= {failure.stack: failure for failure in self.failures}
        return _planned(self.rollout, self.stacks, kept | done, self.folder, self.interrupts)


Results = dict[str, StackPlan | StackFailure]
"""What became of each stack, by name."""


@contextmanager
def plan_stacks(rollout: Rollout, stacks: Sequence[str]) -> Iterator[Planned]:
    """Plans every stack; the plan files are removed when the block is left. Only in the main thread.

    A stack that could not be planned is among the failures. Raises UsageError for variables that would move a state and
    for a stack that was not synthesized, Refusal for a state that an earlier run could not save, and Interrupted after
    Ctrl-C (also inside the block).
    """
    refuse_redirections(rollout.environment)
    runs = Runs(rollout.environment)
    places = tuple(_stack(rollout, name, runs) for name in stacks)
    rollout.engine.refuse_unready(places)
    for place in places:
        start_log(place.log)
    with (
        Interrupts() as interrupts,
        TemporaryDirectory(prefix="kms-baseline-") as folder,
        _runs_ended(runs, rollout.on_event),
    ):
        jobs = {place.name: rollout.engine.plan(place, Path(folder)) for place in places}
        done = _plan_all(rollout, jobs, interrupts)
        with interrupts.raised():
            yield _planned(rollout, places, done, Path(folder), interrupts)


def apply_stacks(planned: Planned) -> Applied:
    """Applies exactly these plans. A stack that fails does not keep the others from being applied.

    The first Ctrl-C lets the running stacks finish, the next interrupts them. Raises Refusal when a plan would
    lose a key. What went wrong in a stack is in the result: `Applied.error()`.
    """
    refuse_key_losses(planned.changes)
    rollout = planned.rollout
    jobs = {plan.stack.name: rollout.engine.apply(plan) for plan in planned.plans if plan.changed}
    crew = Crew[StackResult]("apply", planned.interrupts, rollout.on_event, holds_back=lambda: True)
    at_once = rollout.parallelism or parallelism.for_applies(len(jobs), parallelism.free_memory())
    done = dict(crew.work(jobs, at_once))
    done |= {failure.stack: StackResult(failure.stack, "not planned", failure) for failure in planned.failures}
    unchanged = {plan.stack.name for plan in planned.plans if not plan.changed}
    results = tuple(
        done.get(stack.name) or StackResult(stack.name, "unchanged" if stack.name in unchanged else "not started")
        for stack in planned.stacks
    )
    return Applied(results, crew.interrupted)


@contextmanager
def _runs_ended(runs: Runs, on_event: OnEvent) -> Iterator[None]:
    """However the block is left, no plan waits in HCP Terraform that was not applied."""
    try:
        yield
    finally:
        for sentence in runs.end():
            on_event(Notice(sentence))


def _plan_all(rollout: Rollout, jobs: Mapping[str, Job[StackPlan | StackFailure]], interrupts: Interrupts) -> Results:
    crew = Crew[StackPlan | StackFailure]("plan", interrupts, rollout.on_event, holds_back=lambda: False)
    done = crew.work(jobs, rollout.parallelism or parallelism.for_plans(len(jobs)))
    if crew.interrupted:
        raise Interrupted("interrupted while planning; nothing was applied")
    return done


def _planned(
    rollout: Rollout, stacks: tuple[StackFolder, ...], results: Results, folder: Path, interrupts: Interrupts
) -> Planned:
    ordered = [results[stack.name] for stack in stacks]
    return Planned(
        rollout=rollout,
        stacks=stacks,
        plans=tuple(result for result in ordered if isinstance(result, StackPlan)),
        failures=tuple(result for result in ordered if isinstance(result, StackFailure)),
        folder=folder,
        interrupts=interrupts,
    )


def _stack(rollout: Rollout, name: str, runs: Runs) -> StackFolder:
    folder = rollout.output.absolute() / "stacks" / name
    if not (folder / rollout.engine.main).is_file():
        raise UsageError(f"`{rollout.output}` holds no stack `{name}`", "run `kms-baseline synth` first")
    return StackFolder(
        name=name,
        folder=folder,
        log=rollout.folder.absolute() / "logs" / f"{name}.log",
        terraform=rollout.terraform.path,
        environment=rollout.environment,
        runs=runs,
    )
