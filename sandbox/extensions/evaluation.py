"""Evaluates AWS Config's rule on log groups, and remediates what does not comply. It runs when asked, never by time.

https://docs.aws.amazon.com/config/latest/developerguide/cloudwatch-log-group-encrypted.html
"""

from collections.abc import Iterable, Iterator
from typing import Any

from moto.config.models import ConfigBackend, ConfigRule, config_backends
from moto.core.exceptions import JsonRESTError, ServiceException
from moto.core.utils import unix_time
from moto.logs.models import LogGroup, logs_backends

from sandbox.extensions.automations import Automation, Place, start
from sandbox.extensions.remediations import Configuration, Remediation, Results, fill, remediations
from sandbox.locks import lock_of

IDENTIFIER = "CLOUDWATCH_LOG_GROUP_ENCRYPTED"
RESOURCE_TYPE = "AWS::Logs::LogGroup"


def evaluate(place: Place, names: Iterable[str] | None = None) -> list[dict[str, str]]:
    """Evaluate rules of an account's region (all without names) and answer what was found of each group.

    Rules of other kinds, and any rule where no recorder records, find nothing.
    """
    config = config_backends[place.account_id][place.region]
    rules = [rule for name, rule in list(config.config_rules.items()) if names is None or name in names]
    if not _records(config):
        return []
    return [found for rule in rules if rule.source.source_identifier == IDENTIFIER for found in _evaluate(place, rule)]


def evaluate_everywhere(url: str, account_id: str | None, region: str | None) -> list[dict[str, str]]:
    """The same in every account and region that has a rule, or only in those that are named."""
    return [
        found
        for each_account, regions in list(config_backends.items())
        for each_region, config in list(regions.items())
        if config.config_rules and account_id in (None, each_account) and region in (None, each_region)
        for found in evaluate(Place(each_account, each_region, url))
    ]


def _records(config: ConfigBackend) -> bool:
    return any(recorder.status.recording for recorder in config.recorders.values())


def _evaluate(place: Place, rule: ConfigRule) -> Iterator[dict[str, str]]:
    backend, rule_name = remediations[place.account_id][place.region], str(rule.config_rule_name)
    results = backend.results.setdefault(rule_name, Results())
    configuration = backend.configurations.get(rule_name)
    with lock_of("logs"):
        groups = list(logs_backends[place.account_id][place.region].groups.values())
    results.compliance = {group.name: _compliance(group, rule) for group in groups}
    results.at = unix_time()
    for name, compliance in results.compliance.items():
        answer = {"account_id": place.account_id, "region": place.region, "rule": rule_name}
        answer |= {"group": name, "compliance": compliance, "remediation": "", "message": ""}
        if compliance == "COMPLIANT":
            results.forgive(name)
        elif configuration and configuration.get("Automatic"):
            answer |= _remediate(place, configuration, results, name)
        yield answer


def _compliance(group: LogGroup, rule: ConfigRule) -> str:
    wanted = rule.input_parameters_dict.get("KmsKeyId")
    return "COMPLIANT" if group.kms_key_id and group.kms_key_id == (wanted or group.kms_key_id) else "NON_COMPLIANT"


def _remediate(place: Place, configuration: Configuration, results: Results, group: str) -> dict[str, str]:
    """Run the document for a group once more, unless that was done as often as it may be: then Config gives up."""
    attempts = results.remediations[group].attempts if group in results.remediations else 0
    if attempts >= configuration["MaximumAutomaticAttempts"]:
        return {"remediation": "EXHAUSTED", "message": f"remediated {attempts} times, the most it may be"}
    remediation = _run(place, configuration, group)
    remediation.attempts = attempts + 1
    results.remediations[group] = remediation
    messages = [step["ErrorMessage"] for step in remediation.steps if "ErrorMessage" in step]
    return {"remediation": remediation.state, "message": "; ".join(messages)}


def _run(place: Place, configuration: Configuration, group: str) -> Remediation:
    parameters = fill(configuration["Parameters"], group)
    try:
        automation = start(place, configuration["TargetId"], configuration.get("TargetVersion"), parameters)
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
