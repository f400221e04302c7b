"""A runbook of Systems Manager Automation, read from its document (schema 0.3).

What AWS refuses when a document is created is refused here: operations that `aws:branch` does not have, steps and
values that are referred to and not there, loops.
https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-branch-condition.html
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.choices import mistake
from sandbox.references import SYSTEM_VARIABLES, references

STEP = "step:"
"""`onFailure: step:NAME` goes on with that step."""


class RunbookError(ValueError):
    """A document that is no runbook."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """What a runbook is told when it starts."""

    type: str
    default: Any
    """None: it must be given."""
    allowed: tuple[Any, ...]
    """Empty: anything."""


@dataclass(frozen=True, slots=True)
class Output:
    """A value that a step takes out of an answer."""

    name: str
    selector: str
    type: str


@dataclass(frozen=True, slots=True)
class Step:
    """One step, with what AWS assumes where nothing is written."""

    name: str
    action: str
    inputs: Mapping[str, Any]
    outputs: tuple[Output, ...]
    next_step: str
    """Empty: the next one in the document's order."""
    is_end: bool
    on_failure: str
    """`Abort`, `Continue`, or `step:NAME`."""
    is_critical: bool
    max_attempts: int

    @property
    def targets(self) -> Iterator[str]:
        """The steps that it names to go on with."""
        if self.next_step:
            yield self.next_step
        if self.on_failure.startswith(STEP):
            yield self.on_failure.removeprefix(STEP)
        if self.action == "aws:branch":
            yield from (choice["NextStep"] for choice in self.inputs["Choices"])
            if "Default" in self.inputs:
                yield self.inputs["Default"]


@dataclass(frozen=True, slots=True)
class Runbook:
    """The steps in their order, and what they are told."""

    assume_role: str
    parameters: Mapping[str, Parameter]
    steps: tuple[Step, ...]
    outputs: tuple[str, ...]
    """`Step.Output`, for the execution as a whole."""

    @classmethod
    def parse(cls, document: Mapping[str, Any]) -> "Runbook":
        """Read a document's content. Raises RunbookError."""
        if document.get("schemaVersion") != "0.3":
            raise RunbookError("an Automation document has the schema version 0.3")
        try:
            runbook = cls(
                document.get("assumeRole", ""),
                {name: _parameter(values) for name, values in document.get("parameters", {}).items()},
                tuple(_step(values) for values in document["mainSteps"]),
                tuple(document.get("outputs", ())),
            )
            runbook._check()
        except (KeyError, TypeError, AttributeError) as error:
            raise RunbookError(f"the document is incomplete or malformed: {error}") from None
        return runbook

    def after(self, step: Step) -> Step | None:
        """The step that comes next when this one does not say another; None at the end."""
        if step.next_step:
            return self.named(step.next_step)
        following = self.steps[self.steps.index(step) + 1 :]
        return following[0] if following else None

    def named(self, name: str) -> Step:
        return next(step for step in self.steps if step.name == name)

    def _check(self) -> None:
        names = [step.name for step in self.steps]
        if not names or len(set(names)) != len(names):
            raise RunbookError("a runbook has at least one step, and no two of one name")
        for step in self.steps:
            if unknown := sorted(set(step.targets) - set(names)):
                raise RunbookError(f"step {step.name} goes on with {unknown[0]}, which is no step")
            self._check_values(step)
        self._check_references("assumeRole", self.assume_role)
        self._check_loops(self.steps[0], ())

    def _check_values(self, step: Step) -> None:
        self._check_references(f"step {step.name}", step.inputs)
        if step.action != "aws:branch":
            return
        for choice in step.inputs["Choices"]:
            if problem := mistake(choice):
                raise RunbookError(f"step {step.name}: {problem}")

    def _check_references(self, place: str, written: Any) -> None:
        outputs = {f"{step.name}.{output.name}" for step in self.steps for output in step.outputs}
        known = outputs | set(self.parameters) | SYSTEM_VARIABLES
        if unknown := sorted(set(references(written)) - known):
            raise RunbookError(f"{place}: {{{{ {unknown[0]} }}}} is no parameter, output or variable")

    def _check_loops(self, step: Step, before: tuple[Step, ...]) -> None:
        if step in before:
            circle = " > ".join(each.name for each in (*before[before.index(step) :], step))
            raise RunbookError(f"the runbook loops: {circle}")
        for following in self._possible(step):
            self._check_loops(following, (*before, step))

    def _possible(self, step: Step) -> Iterable[Step]:
        yield from map(self.named, step.targets)
        if not step.is_end and (following := self.after(step)):
            yield following


def _parameter(values: Mapping[str, Any]) -> Parameter:
    return Parameter(values["type"], values.get("default"), tuple(values.get("allowedValues", ())))


def _step(values: Mapping[str, Any]) -> Step:
    outputs = values.get("outputs", ())
    return Step(
        name=values["name"],
        action=values["action"],
        inputs=values.get("inputs", {}),
        outputs=tuple(Output(each["Name"], each["Selector"], each.get("Type", "String")) for each in outputs),
        next_step=values.get("nextStep", ""),
        is_end=_truth(values.get("isEnd", False)),
        on_failure=values.get("onFailure", "Abort"),
        is_critical=_truth(values.get("isCritical", True)),
        max_attempts=int(values.get("maxAttempts", 1)),
    )


def _truth(written: bool | str) -> bool:
    """AWS's documents write booleans with and without quotation marks."""
    return str(written).lower() == "true"
