"""Runs a runbook: the steps of an Automation execution, one after the other.

It needs nothing of moto: whoever starts it says how AWS is called.
https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-actions.html
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sandbox.choices import holds
from sandbox.references import Unresolved, resolve, select
from sandbox.runbook import STEP, Output, Parameter, Runbook, Step

Call = Callable[[str, str, Mapping[str, Any]], Mapping[str, Any]]
"""Calls a service's API with its inputs and answers what it answered. Raises CallFailed."""


class CallFailed(Exception):
    """What AWS said instead of an answer."""


class ParametersRefused(ValueError):
    """Parameters that do not fit the runbook."""


@dataclass(frozen=True, slots=True)
class StepResult:
    """A step that ran."""

    step: Step
    status: str
    """`Success`, `Failed` or `TimedOut`."""
    message: str
    outputs: Mapping[str, Any]


@dataclass(slots=True)
class Execution:
    """What became of a runbook."""

    steps: list[StepResult] = field(default_factory=list)
    outputs: dict[str, Any] = field(default_factory=dict)

    @property
    def failed(self) -> StepResult | None:
        """The first critical step that did not succeed: with one, the whole execution has failed."""
        return next((each for each in self.steps if each.status != "Success" and each.step.is_critical), None)


def fit(runbook: Runbook, given: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """The values of all parameters from what was given, each as a list of texts. Raises ParametersRefused."""
    if unknown := sorted(set(given) - set(runbook.parameters)):
        raise ParametersRefused(f"Parameter {unknown[0]} is not defined in the document")
    return {name: _fit(name, parameter, given.get(name)) for name, parameter in runbook.parameters.items()}


def run(runbook: Runbook, values: Mapping[str, Any], call: Call) -> Execution:
    """Run every step that is reached. `values` holds the parameters and AWS's variables, by name."""
    execution, known = Execution(), dict(values)
    step: Step | None = runbook.steps[0]
    while step:
        result, chosen = _run_step(step, known, call)
        execution.steps.append(result)
        known |= {f"{step.name}.{name}": value for name, value in result.outputs.items()}
        step = _next(runbook, result, chosen)
    execution.outputs = {name: known[name] for name in runbook.outputs if name in known}
    return execution


def _fit(name: str, parameter: Parameter, given: Sequence[str] | None) -> Any:
    if given is None:
        if parameter.default is None:
            raise ParametersRefused(f"Parameter {name} is required and was not given")
        return parameter.default
    for value in given:
        if parameter.allowed and value not in parameter.allowed:
            allowed = ", ".join(map(str, parameter.allowed))
            raise ParametersRefused(f'Parameter "{name}" has value "{value}" not found in [{allowed}].')
    if parameter.type == "StringList":
        return list(given)
    if len(given) != 1:
        raise ParametersRefused(f"Parameter {name} takes one value")
    return _CONVERSIONS.get(parameter.type, str)(given[0])


def _run_step(step: Step, known: Mapping[str, Any], call: Call) -> tuple[StepResult, str]:
    """What became of the step after as many attempts as it has, and the step that a branch chose."""
    for _ in range(step.max_attempts):
        result, chosen = _attempt(step, known, call)
        if result.status == "Success":
            break
    return result, chosen


def _attempt(step: Step, known: Mapping[str, Any], call: Call) -> tuple[StepResult, str]:
    action = _ACTIONS.get(step.action)
    try:
        if action is None:
            raise CallFailed(f"the sandbox does not run {step.action}")
        outputs, chosen = action(step, known, call)
    except (CallFailed, Unresolved) as error:
        status = "TimedOut" if step.action == "aws:waitForAwsResourceProperty" else "Failed"
        return StepResult(step, status, _MESSAGE.format(error), {}), ""
    return StepResult(step, "Success", "", outputs), chosen


def _next(runbook: Runbook, result: StepResult, chosen: str) -> Step | None:
    step = result.step
    if chosen:
        return runbook.named(chosen)
    if result.status != "Success":
        if step.on_failure.startswith(STEP):
            return runbook.named(step.on_failure.removeprefix(STEP))
        if step.on_failure != "Continue":
            return None
    return None if step.is_end else runbook.after(step)


def _branch(step: Step, known: Mapping[str, Any], _: Call) -> tuple[dict[str, Any], str]:
    for choice in step.inputs["Choices"]:
        if holds(choice, known):
            return {}, choice["NextStep"]
    return {}, step.inputs.get("Default", "")


def _execute_aws_api(step: Step, known: Mapping[str, Any], call: Call) -> tuple[dict[str, Any], str]:
    answer = _answer(step, known, call)
    found = {output.name: _output(output, select(answer, output.selector)) for output in step.outputs}
    return {name: value for name, value in found.items() if value is not None}, ""


def _assert_property(step: Step, known: Mapping[str, Any], call: Call) -> tuple[dict[str, Any], str]:
    """Nothing changes by itself in the sandbox, so waiting for a property is asserting it once."""
    value = select(_answer(step, known, call), step.inputs["PropertySelector"])
    wanted = resolve(step.inputs["DesiredValues"], known)
    if str(value) not in map(str, wanted):
        raise CallFailed(f"Property value {value} from the API is not in the desired values {wanted}.")
    return {}, ""


def _sleep(*_: object) -> tuple[dict[str, Any], str]:
    return {}, ""


def _answer(step: Step, known: Mapping[str, Any], call: Call) -> Mapping[str, Any]:
    inputs = {name: resolve(value, known) for name, value in step.inputs.items() if name not in _NOT_FOR_THE_API}
    return call(step.inputs["Service"], step.inputs["Api"], inputs)


def _output(output: Output, value: Any) -> Any:
    """The value in the output's type, converted as AWS converts. Raises Unresolved for one that cannot be."""
    if value is None or output.type in ("StringMap", "MapList"):
        return value
    if output.type == "StringList":
        return [str(each) for each in (value if isinstance(value, list) else [value])]
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if isinstance(value, list | dict):
        raise Unresolved(f"the output {output.name} is no {output.type}")
    return _CONVERSIONS.get(output.type, str)(value)


_ACTIONS: Mapping[str, Callable[[Step, Mapping[str, Any], Call], tuple[dict[str, Any], str]]] = {
    "aws:assertAwsResourceProperty": _assert_property,
    "aws:branch": _branch,
    "aws:executeAwsApi": _execute_aws_api,
    "aws:sleep": _sleep,
    "aws:waitForAwsResourceProperty": _assert_property,
}
_NOT_FOR_THE_API = frozenset({"Service", "Api", "PropertySelector", "DesiredValues"})
_CONVERSIONS: Mapping[str, Callable[[Any], Any]] = {
    "Boolean": lambda value: str(value).lower() == "true",
    "Integer": int,
}
# As Systems Manager writes it; the end is part of it.
_MESSAGE = (
    "Step fails when it is Execute/Cancelling action. {}. "
    "Please refer to Automation Service Troubleshooting Guide for more diagnosis details."
)
