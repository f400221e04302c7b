"""The runbook that encrypts a log group: what it does with which group, run step by step."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from baseline.features.runbook import encrypting_runbook
from sandbox.automation import CallFailed, Execution, fit, run
from sandbox.runbook import Runbook

KEY, OTHER = (f"arn:aws:kms:eu-west-2:033333333333:key/{key}" for key in ("logs", "other"))
ARN = "arn:aws:logs:eu-west-2:033333333333:log-group:"
EXCLUDE = ("exactly", "begins*", "*ends", "*with/in*")


class Logs:
    """CloudWatch Logs with these groups and their keys."""

    def __init__(self, groups: Mapping[str, str | None]) -> None:
        self.groups = dict(groups)

    def __call__(self, service: str, api: str, inputs: Mapping[str, Any]) -> Mapping[str, Any]:
        assert service == "logs"
        if api == "AssociateKmsKey":
            if inputs["logGroupName"] not in self.groups:
                raise CallFailed("ResourceNotFoundException")
            self.groups[inputs["logGroupName"]] = inputs["kmsKeyId"]
            return {}
        assert api == "DescribeLogGroups"
        prefix = inputs.get("logGroupNamePrefix")
        (identifier,) = inputs.get("logGroupIdentifiers", [None])
        found = (
            name for name in sorted(self.groups) if identifier == ARN + name or (prefix and name.startswith(prefix))
        )
        return {"logGroups": [self.described(name) for name in found]}

    def described(self, name: str) -> Mapping[str, str]:
        key = self.groups[name]
        return {"logGroupName": name, **({"kmsKeyId": key} if key else {})}


def execute(logs: Logs, group: str, exclude: tuple[str, ...] = EXCLUDE, replace: str | None = None) -> Execution:
    runbook = Runbook.parse(json.loads(encrypting_runbook(exclude)))
    given = {"AutomationAssumeRole": "arn:aws:iam::033333333333:role/r", "LogGroup": group, "KmsKeyArn": KEY}
    given |= {"ReplaceOtherKeys": replace} if replace else {}
    return run(runbook, fit(runbook, {name: [value] for name, value in given.items()}), logs)


@pytest.mark.parametrize("exclude", [(), EXCLUDE])
@pytest.mark.parametrize("before", ["", ARN])
def test_a_group_in_the_clear_gets_the_key_and_no_other_group_does(before: str, exclude: tuple[str, ...]) -> None:
    logs = Logs({"app": None, "app-too": None, "a": None})
    execution = execute(logs, f"{before}app", exclude)
    assert execution.failed is None
    assert logs.groups == {"app": KEY, "app-too": None, "a": None}


@pytest.mark.parametrize("before", ["", ARN])
@pytest.mark.parametrize(
    ("name", "excluded"),
    [
        ("exactly", True),
        ("exactly-not", False),
        ("not-exactly", False),
        ("begins", True),
        ("begins-so", True),
        ("so-begins", False),
        ("ends", True),
        ("it-ends", True),
        ("ends-not", False),
        ("with/in", True),
        ("/with/in/it", True),
        ("with-in", False),
        ("EXACTLY", False),
    ],
)
def test_what_a_pattern_excludes_is_left_alone(before: str, name: str, excluded: bool) -> None:
    logs = Logs({name: None})
    execution = execute(logs, before + name)
    assert execution.failed is None
    assert logs.groups == {name: None if excluded else KEY}
    assert (execution.steps[-1].step.name == "LeaveAlone") is excluded


@pytest.mark.parametrize("before", ["", ARN])
@pytest.mark.parametrize(("replace", "after"), [(None, OTHER), ("false", OTHER), ("true", KEY)])
def test_a_group_with_another_key_keeps_it_unless_keys_are_replaced(
    before: str, replace: str | None, after: str
) -> None:
    logs = Logs({"app": OTHER})
    assert execute(logs, f"{before}app", replace=replace).failed is None
    assert logs.groups == {"app": after}


@pytest.mark.parametrize("replace", ["false", "true"])
def test_run_again_it_changes_nothing(replace: str) -> None:
    logs = Logs({"app": None})
    for _ in range(2):
        assert execute(logs, "app", replace=replace).failed is None
        assert logs.groups == {"app": KEY}


@pytest.mark.parametrize("group", ["gone", f"{ARN}gone"])
def test_a_group_that_is_gone_is_a_failure(group: str) -> None:
    assert execute(Logs({}), group).failed is not None


def test_it_runs_no_script() -> None:
    steps = json.loads(encrypting_runbook(EXCLUDE))["mainSteps"]
    assert {step["action"] for step in steps} == {"aws:branch", "aws:executeAwsApi", "aws:sleep"}


def test_each_call_is_tried_again_when_it_is_throttled_and_ends_in_time() -> None:
    """By itself Automation tries a step once and waits an hour."""
    steps = json.loads(encrypting_runbook(EXCLUDE))["mainSteps"]
    calls = [step for step in steps if step["action"] == "aws:executeAwsApi"]
    assert len(calls) == 4
    assert {(step["maxAttempts"], step["timeoutSeconds"]) for step in calls} == {(5, 120)}
