"""Remediation configurations of AWS Config, and what became of their executions.

https://docs.aws.amazon.com/config/latest/APIReference/API_PutRemediationConfigurations.html
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from moto.config.exceptions import InvalidParameterValueException
from moto.core.base_backend import BackendDict, BaseBackend
from moto.core.utils import unix_time

from sandbox.references import references
from sandbox.runbook import Runbook

Configuration = dict[str, Any]

MOST_ATTEMPTS = 25
LONGEST_RETRY_SECONDS = 2_678_000
MOST_PARAMETERS = 25
AT_ONCE_PERCENT = 10
ERRORS_PERCENT = 50
"""AWS's defaults: https://docs.aws.amazon.com/config/latest/APIReference/API_SsmControls.html"""

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

    resource_type: str
    compliance: dict[str, str] = field(default_factory=dict)
    """`COMPLIANT` or `NON_COMPLIANT` of each resource, from the last evaluation."""
    at: float = 0
    remediations: dict[str, Remediation] = field(default_factory=dict)
    """By resource."""
    exceptions: dict[str, dict[str, Any]] = field(default_factory=dict)
    """What DescribeRemediationExceptions says besides the rule, by resource."""

    def forgive(self, resources: Iterable[str]) -> None:
        """What complies may be remediated anew, should it cease to. An exception stays."""
        for resource in resources:
            if resource in self.remediations:
                self.remediations[resource].attempts = 0

    def block(self, resource: str, **more: Any) -> None:
        """Keep a resource from being remediated until somebody deletes the exception, or it expires."""
        self.exceptions[resource] = {"ResourceType": self.resource_type, "ResourceId": resource, **more}

    def unblock(self, resource: str) -> None:
        """Delete a resource's exception."""
        del self.exceptions[resource]
        self.forgive([resource])

    def is_blocked(self, resource: str) -> bool:
        """Whether an exception that has not expired is there."""
        expires = self.exceptions.get(resource, {}).get("ExpirationTime")
        return resource in self.exceptions and (expires is None or expires > unix_time())


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


def controls(configuration: Configuration) -> tuple[int, int]:
    """How many of all that is found may be remediated at once, and may fail before that stops, in per cent."""
    given = configuration.get("ExecutionControls", {}).get("SsmControls", {})
    at_once = given.get("ConcurrentExecutionRatePercentage", AT_ONCE_PERCENT)
    return at_once, given.get("ErrorPercentage", ERRORS_PERCENT)


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
    if not all(1 <= percent <= 100 for percent in controls(configuration)):
        yield f"The percentages of SsmControls must be 1 to 100, got {controls(configuration)}"
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
