"""What AWS Config remediates by itself: as many at once as it may, as often as it may, and then no more.

https://docs.aws.amazon.com/config/latest/APIReference/API_RemediationConfiguration.html
"""

import math
from collections.abc import Iterator, Sequence
from typing import Any

from moto.core.exceptions import JsonRESTError, ServiceException
from moto.core.utils import unix_time

from sandbox.extensions.automations import Automation, Endpoint, start
from sandbox.extensions.remediations import Configuration, Remediation, Results, controls, fill


def remediate(
    endpoint: Endpoint, configuration: Configuration, results: Results, found: Sequence[str]
) -> Iterator[tuple[str, str, str]]:
    """Run the document for what was found and is not blocked: each resource, what became of it, and why.

    As many start together as the controls let; when more have failed than they let, the others wait for the next time.
    """
    percent, errors_percent = controls(configuration)
    open_to_it = [resource for resource in found if not _give_up(configuration, results, resource)]
    at_once, failures = math.ceil(len(open_to_it) * percent / 100), 0
    for position, resource in enumerate(open_to_it):
        if failures * 100 > len(open_to_it) * errors_percent:
            yield resource, "", "too many remediations have failed"
            continue
        remediation = _run(endpoint, configuration, results, resource, position % at_once)
        failures += remediation.state == "FAILED"
        messages = [step["ErrorMessage"] for step in remediation.steps if "ErrorMessage" in step]
        yield resource, remediation.state, "; ".join(messages)
    for resource in found:
        if resource not in open_to_it:
            yield resource, "EXCEPTION", "a remediation exception blocks it until that is deleted"


def _give_up(configuration: Configuration, results: Results, resource: str) -> bool:
    """Whether an exception blocks the resource; its attempts may have run out just now.

    Config counts attempts that failed. Whether one counts that ended well and left the resource as it was is not
    documented; here it does.
    """
    before = results.remediations.get(resource)
    if before and before.attempts >= configuration["MaximumAutomaticAttempts"]:
        results.block(resource)
    return results.is_blocked(resource)


def _run(endpoint: Endpoint, configuration: Configuration, results: Results, resource: str, ahead: int) -> Remediation:
    before = results.remediations.get(resource)
    remediation = _execute(endpoint, configuration, resource, ahead)
    remediation.attempts = (before.attempts if before else 0) + 1
    results.remediations[resource] = remediation
    if remediation.state == "FAILED" and remediation.attempts >= configuration["MaximumAutomaticAttempts"]:
        results.block(resource)
    return remediation


def _execute(endpoint: Endpoint, configuration: Configuration, resource: str, ahead: int) -> Remediation:
    parameters = fill(configuration["Parameters"], resource)
    version = configuration.get("TargetVersion")
    try:
        automation = start(endpoint, configuration["TargetId"], version, parameters, ahead)
    except (ServiceException, JsonRESTError) as error:
        step = {"Name": "StartAutomationExecution", "State": "FAILED", "ErrorMessage": error.message}
        return Remediation("FAILED", [step], unix_time(), 0)
    return Remediation("FAILED" if automation.failure else "SUCCEEDED", _steps(automation), unix_time(), 0)


def _steps(automation: Automation) -> list[dict[str, Any]]:
    return [
        {"Name": result.step.name, "State": "SUCCEEDED" if result.status == "Success" else "FAILED"}
        | ({"ErrorMessage": result.message} if result.message else {})
        for result in automation.execution.steps
    ]
