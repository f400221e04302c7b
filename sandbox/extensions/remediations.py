"""Remediation configurations of AWS Config, and what became of their executions.

https://docs.aws.amazon.com/config/latest/APIReference/API_PutRemediationConfigurations.html
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from moto.config.exceptions import InvalidParameterValueException
from moto.core.base_backend import BackendDict, BaseBackend

from sandbox.references import references
from sandbox.runbook import Runbook

Configuration = dict[str, Any]

MOST_ATTEMPTS = 25
LONGEST_RETRY_SECONDS = 2_678_000
MOST_PARAMETERS = 25

_ROLE = "AutomationAssumeRole"
_RESOURCE_ID = "RESOURCE_ID"


@dataclass(slots=True)
class Remediation:
    """The latest execution for one resource."""

    state: str
    """`SUCCEEDED` or `FAILED`."""
    steps: list[dict[str, Any]]
    """As DescribeRemediationExecutionStatus lists them."""
    at: float
    attempts: int


@dataclass(slots=True)
class Results:
    """What is known of one rule."""

    compliance: dict[str, str] = field(default_factory=dict)
    """`COMPLIANT` or `NON_COMPLIANT` of each resource, from the last evaluation."""
    at: float = 0
    remediations: dict[str, Remediation] = field(default_factory=dict)
    """By resource."""

    def forgive(self, resource: str) -> None:
        """A resource that complies may be remediated anew, should it cease to."""
        if resource in self.remediations:
            self.remediations[resource].attempts = 0


class RemediationBackend(BaseBackend):
    """Configurations and results by the names of their rules, of one account and region."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.configurations: dict[str, Configuration] = {}
        self.results: dict[str, Results] = {}


remediations = BackendDict(RemediationBackend, "config")


def require_fit(configuration: Configuration, runbook: Runbook) -> None:
    """Raises Config's own error for a configuration that does not fit its document."""
    for problem in _problems(configuration, runbook):
        raise InvalidParameterValueException(problem)


def fill(parameters: Mapping[str, Any], resource: str) -> dict[str, list[str]]:
    """The parameters of the document, for one resource that does not comply."""
    return {
        name: [resource] if "ResourceValue" in value else list(value["StaticValue"]["Values"])
        for name, value in parameters.items()
    }


def _problems(configuration: Configuration, runbook: Runbook) -> Iterator[str]:
    parameters = configuration.get("Parameters", {})
    rule, document = configuration["ConfigRuleName"], configuration["TargetId"]
    if len(parameters) > MOST_PARAMETERS:
        yield f"A remediation has at most {MOST_PARAMETERS} parameters"
    for name in sorted(set(parameters) - set(runbook.parameters)):
        yield f"The parameter {name} is not a parameter of the document {document}"
    for name, parameter in runbook.parameters.items():
        if name not in parameters and parameter.default is None:
            yield f"The document {document} needs the parameter {name}"
    if not all(map(_is_one_value, parameters.values())):
        yield f"There were invalid RemediationParameterValues for configurations for AWS Config Rules {rule}"
    if configuration.get("Automatic"):
        yield from _problems_of_automatic(configuration, runbook)


def _is_one_value(value: Mapping[str, Any]) -> bool:
    """A parameter has either texts of its own or the resource's ID, which is the only thing known of the resource."""
    if list(value) == ["ResourceValue"]:
        return bool(value["ResourceValue"] == {"Value": _RESOURCE_ID})
    return list(value) == ["StaticValue"] and bool(value["StaticValue"].get("Values"))


def _problems_of_automatic(configuration: Configuration, runbook: Runbook) -> Iterator[str]:
    if list(references(runbook.assume_role)) != [_ROLE] or _ROLE not in configuration.get("Parameters", {}):
        yield f"{_ROLE} must be specified for an automatic remediation, and be what the document assumes"
    attempts = configuration.get("MaximumAutomaticAttempts")
    seconds = configuration.get("RetryAttemptSeconds")
    if attempts is None or seconds is None:
        yield "MaximumAutomaticAttempts and RetryAttemptSeconds must be specified for an automatic remediation"
        return
    if not 1 <= attempts <= MOST_ATTEMPTS:
        yield f"MaximumAutomaticAttempts must be 1 to {MOST_ATTEMPTS}, got {attempts}"
    if not 1 <= seconds <= LONGEST_RETRY_SECONDS:
        yield f"RetryAttemptSeconds must be 1 to {LONGEST_RETRY_SECONDS}, got {seconds}"
