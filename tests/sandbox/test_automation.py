"""How a runbook is run: choices, references, outputs, and what comes after a step that failed."""

from collections.abc import Mapping
from typing import Any

import pytest

from sandbox.automation import CallFailed, Execution, ParametersRefused, fit, run
from sandbox.choices import holds
from sandbox.references import Unresolved, resolve, select
from sandbox.runbook import Runbook, RunbookError


def call(service: str, api: str, inputs: Mapping[str, Any]) -> Mapping[str, Any]:
    """An AWS that answers what it is asked, unless it is asked to fail."""
    if api == "Fail":
        raise CallFailed("it failed")
    return {"Service": service, "Inputs": dict(inputs)}


def step(name: str, api: str = "Echo", inputs: Mapping[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """A step that calls an API."""
    return {
        "name": name,
        "action": "aws:executeAwsApi",
        "inputs": {"Service": "x", "Api": api, **(inputs or {})},
        **more,
    }


def ran(*steps: dict[str, Any], **more: Any) -> Execution:
    """The execution of a runbook of these steps, without parameters."""
    return run(Runbook.parse({"schemaVersion": "0.3", "mainSteps": list(steps), **more}), {}, call)


def names(execution: Execution) -> list[str]:
    return [result.step.name for result in execution.steps]


def is_(text: str) -> dict[str, Any]:
    return {"Variable": "{{ Who }}", "StringEquals": text}


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        (is_("me"), True),
        (is_("Me"), False),
        ({"Variable": "{{ Who }}", "EqualsIgnoreCase": "ME"}, True),
        ({"Variable": "{{ Who }}", "StartsWith": "m"}, True),
        ({"Variable": "{{ Who }}", "StartsWith": "e"}, False),
        ({"Variable": "{{ Who }}", "EndsWith": "e"}, True),
        ({"Variable": "{{ Who }}", "EndsWith": "m"}, False),
        ({"Variable": "{{ Who }}", "Contains": "e"}, True),
        ({"Variable": "{{ Who }}", "Contains": "me too"}, False),
        ({"Variable": "{{ Number }}", "NumericEquals": 2}, True),
        ({"Variable": "{{ Number }}", "NumericGreater": 2}, False),
        ({"Variable": "{{ Number }}", "NumericGreaterOrEquals": 2}, True),
        ({"Variable": "{{ Number }}", "NumericLesser": 2}, False),
        ({"Variable": "{{ Number }}", "NumericLesserOrEquals": 2}, True),
        ({"Variable": "{{ Truth }}", "BooleanEquals": True}, True),
        ({"Variable": "{{ Truth }}", "BooleanEquals": "false"}, False),
        ({"Not": is_("me")}, False),
        ({"Not": is_("you")}, True),
        ({"And": [is_("me"), is_("you")]}, False),
        ({"And": [is_("me"), {"Not": is_("you")}]}, True),
        ({"Or": [is_("you"), is_("me")]}, True),
        ({"Or": [is_("you"), is_("them")]}, False),
        ({"Variable": "{{ Nobody }}", "StringEquals": "me"}, False),
        ({"Variable": "{{ Nobody }}", "StartsWith": ""}, False),
    ],
)
def test_a_choice_holds(choice: dict[str, Any], expected: bool) -> None:
    assert holds(choice, {"Who": "me", "Number": 2, "Truth": True}) is expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("{{ Who }}", "me"),
        ("{{Who}}", "me"),
        ("as {{ Who }}: {{ List }}", 'as me: ["a", "b"]'),
        ("{{ List }}", ["a", "b"]),
        (["{{ List }}", "c"], ["a", "b", "c"]),
        (["{{ Who }}", ["d"]], ["me", ["d"]]),
        ({"Filter": [{"Name": "{{ Who }}"}]}, {"Filter": [{"Name": "me"}]}),
        (7, 7),
    ],
)
def test_a_reference_is_replaced_wherever_it_stands(written: Any, expected: Any) -> None:
    assert resolve(written, {"Who": "me", "List": ["a", "b"]}) == expected


def test_a_reference_to_nothing_is_no_value() -> None:
    with pytest.raises(Unresolved, match=r"\{\{ Who }} has no value"):
        resolve("{{ Who }}", {})


@pytest.mark.parametrize(
    ("selector", "expected"),
    [
        ("$.groups[0].name", "a"),
        ("$.groups[1]", {"name": "b"}),
        ("$.groups[2].name", None),
        ("$.groups[0].key", None),
        ("$.others[0]", None),
        ("$", {"groups": [{"name": "a"}, {"name": "b"}]}),
    ],
)
def test_a_selector_finds_what_is_there(selector: str, expected: Any) -> None:
    assert select({"groups": [{"name": "a"}, {"name": "b"}]}, selector) == expected


@pytest.mark.parametrize("selector", ["$..name", "groups[0]", "$.groups[*].name", "$.groups[?(@.name=='a')]"])
def test_a_selector_that_is_not_read_is_said(selector: str) -> None:
    with pytest.raises(Unresolved, match="does not read the selector"):
        select({}, selector)


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("String", 7, "7"),
        ("String", ["one"], "one"),
        ("Integer", "7", 7),
        ("Boolean", "True", True),
        ("StringList", "one", ["one"]),
        ("StringList", [1, 2], ["1", "2"]),
        ("StringMap", {"a": 1}, {"a": 1}),
    ],
)
def test_an_output_has_its_type(kind: str, value: Any, expected: Any) -> None:
    output = {"Name": "It", "Selector": "$.Inputs.Value", "Type": kind}
    execution = ran(step("A", inputs={"Value": value}, outputs=[output]), outputs=["A.It"])
    assert execution.outputs == {"A.It": expected}


def test_an_output_that_cannot_be_of_its_type_fails_the_step() -> None:
    output = {"Name": "It", "Selector": "$.Inputs.Value", "Type": "String"}
    failed = ran(step("A", inputs={"Value": [1, 2]}, outputs=[output])).failed
    assert failed
    assert "the output It is no String" in failed.message


def test_an_output_that_is_not_there_fails_only_the_step_that_needs_it() -> None:
    first = step("A", outputs=[{"Name": "It", "Selector": "$.Nothing"}])
    execution = ran(first, step("B", inputs={"Value": "{{ A.It }}"}))
    assert [result.status for result in execution.steps] == ["Success", "Failed"]
    assert "{{ A.It }} has no value" in execution.steps[1].message


def test_an_api_is_called_with_the_inputs_of_its_own() -> None:
    execution = ran(
        step("A", inputs={"Value": 1}, outputs=[{"Name": "All", "Selector": "$", "Type": "StringMap"}]),
        outputs=["A.All"],
    )
    assert execution.outputs["A.All"] == {"Service": "x", "Inputs": {"Value": 1}}


def test_steps_run_in_order_until_the_end() -> None:
    assert names(ran(step("A"), step("B"), step("C"))) == ["A", "B", "C"]
    assert names(ran(step("A"), step("B", isEnd=True), step("C"))) == ["A", "B"]
    assert names(ran(step("A", nextStep="C"), step("B"), step("C"))) == ["A", "C"]


@pytest.mark.parametrize(
    ("more", "expected", "is_failure"),
    [
        ({}, ["A"], True),
        ({"onFailure": "Abort", "isCritical": False}, ["A"], False),
        ({"onFailure": "Continue"}, ["A", "B", "C"], True),
        ({"onFailure": "Continue", "isCritical": "false"}, ["A", "B", "C"], False),
        ({"onFailure": "step:C"}, ["A", "C"], True),
        ({"onFailure": "step:C", "isCritical": False}, ["A", "C"], False),
    ],
)
def test_what_comes_after_a_failure(more: dict[str, Any], expected: list[str], is_failure: bool) -> None:
    execution = ran(step("A", "Fail", **more), step("B"), step("C"))
    assert (names(execution), execution.failed is not None) == (expected, is_failure)


def test_a_branch_goes_where_its_first_true_choice_says_else_by_default_else_on() -> None:
    first = step("A", inputs={"V": "x"}, outputs=[{"Name": "V", "Selector": "$.Inputs.V"}])
    one, two = ({"Variable": "{{ A.V }}", "StartsWith": text, "NextStep": text.upper()} for text in ("y", "x"))

    def branch(*choices: dict[str, Any], **more: Any) -> dict[str, Any]:
        return {"name": "Branch", "action": "aws:branch", "inputs": {"Choices": list(choices), **more}}

    end = [step(name, isEnd=True) for name in ("Next", "X", "Y")]
    assert names(ran(first, branch(one, two), *end)) == ["A", "Branch", "X"]
    assert names(ran(first, branch(one, Default="X"), *end)) == ["A", "Branch", "X"]
    assert names(ran(first, branch(one), *end)) == ["A", "Branch", "Next"]
    assert names(ran(first, {**branch(one), "isEnd": True}, *end)) == ["A", "Branch"]


@pytest.mark.parametrize(
    ("action", "status"), [("aws:assertAwsResourceProperty", "Failed"), ("aws:waitForAwsResourceProperty", "TimedOut")]
)
def test_a_property_is_asserted(action: str, status: str) -> None:
    def asserting(*wanted: str) -> Execution:
        inputs = {"V": "x", "PropertySelector": "$.Inputs.V", "DesiredValues": list(wanted)}
        return ran({**step("A", inputs=inputs), "action": action})

    assert asserting("y", "x").failed is None
    failed = asserting("y").failed
    assert failed
    assert failed.status == status
    assert "Property value x from the API is not in the desired values ['y']" in failed.message


def test_an_action_that_is_not_run_is_a_failure() -> None:
    failed = ran({"name": "A", "action": "aws:executeScript", "inputs": {}}).failed
    assert failed
    assert "the sandbox does not run aws:executeScript" in failed.message


PARAMETERS = {
    "Who": {"type": "String"},
    "Many": {"type": "StringList", "default": []},
    "Is": {"type": "Boolean", "default": False},
    "Count": {"type": "Integer", "default": 1},
    "Kind": {"type": "String", "default": "a", "allowedValues": ["a", "b"]},
}


def test_parameters_have_their_types_and_defaults() -> None:
    runbook = Runbook.parse({"schemaVersion": "0.3", "mainSteps": [step("A")], "parameters": PARAMETERS})
    given = {"Who": ["me"], "Many": ["x", "y"], "Is": ["true"], "Count": ["7"]}
    assert fit(runbook, given) == {"Who": "me", "Many": ["x", "y"], "Is": True, "Count": 7, "Kind": "a"}
    for wrong in ({}, {"Who": ["me", "you"]}, {"Who": ["me"], "Kind": ["c"]}, {"Who": ["me"], "Else": ["x"]}):
        with pytest.raises(ParametersRefused):
            fit(runbook, wrong)


@pytest.mark.parametrize(
    "steps",
    [
        [step("A", nextStep="B"), step("B", nextStep="A")],
        [step("A"), step("B", onFailure="step:A")],
    ],
)
def test_a_loop_is_refused(steps: list[dict[str, Any]]) -> None:
    with pytest.raises(RunbookError, match="loops: A > B > A"):
        Runbook.parse({"schemaVersion": "0.3", "mainSteps": steps})


def test_an_end_is_no_part_of_a_loop() -> None:
    steps = [step("A", isEnd=True), step("B", nextStep="A")]
    assert Runbook.parse({"schemaVersion": "0.3", "mainSteps": steps}).steps
