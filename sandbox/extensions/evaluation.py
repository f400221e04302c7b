"""Evaluates AWS Config's rules on log groups and keys, and remediates. It runs when asked, never by time.

https://docs.aws.amazon.com/config/latest/developerguide/cloudwatch-log-group-encrypted.html
"""

from collections.abc import Iterable, Iterator

from moto.config.models import ConfigBackend, ConfigRule, config_backends
from moto.core.utils import unix_time
from moto.logs.models import LogGroup, logs_backends

from sandbox.extensions import recorded_keys
from sandbox.extensions.automations import Endpoint
from sandbox.extensions.remediating import remediate
from sandbox.extensions.remediations import Results, remediations
from sandbox.locks import lock_of

IDENTIFIER = "CLOUDWATCH_LOG_GROUP_ENCRYPTED"


def evaluate(endpoint: Endpoint, names: Iterable[str] | None = None) -> list[dict[str, str]]:
    """Evaluate rules of an account's region (all without names) and answer what was found of each log group.

    What was found of keys is kept for who asks Config, where a recorder records; a periodic rule runs without. Rules of
    other kinds find nothing.
    https://docs.aws.amazon.com/config/latest/developerguide/resource-config-reference.html
    """
    config = config_backends[endpoint.account_id][endpoint.region]
    rules = [rule for name, rule in list(config.config_rules.items()) if names is None or name in names]
    for rule in rules:
        if rule.source.source_identifier == recorded_keys.IDENTIFIER and _records(config):
            results = _results(endpoint, rule, recorded_keys.RESOURCE_TYPE)
            results.compliance, results.at = recorded_keys.compliance_of_keys(endpoint, config), unix_time()
    return [
        found for rule in rules if rule.source.source_identifier == IDENTIFIER for found in _evaluate(endpoint, rule)
    ]


def evaluate_everywhere(url: str, account_id: str | None, region: str | None) -> list[dict[str, str]]:
    """The same in every account and region that has a rule, or only in those that are named."""
    return [
        found
        for each_account, regions in list(config_backends.items())
        for each_region, config in list(regions.items())
        if config.config_rules and account_id in (None, each_account) and region in (None, each_region)
        for found in evaluate(Endpoint(each_account, each_region, url))
    ]


def _records(config: ConfigBackend) -> bool:
    return any(recorder.status.recording for recorder in config.recorders.values())


def _results(endpoint: Endpoint, rule: ConfigRule, resource_type: str) -> Results:
    kept = remediations[endpoint.account_id][endpoint.region].results
    return kept.setdefault(str(rule.config_rule_name), Results(resource_type))


def _evaluate(endpoint: Endpoint, rule: ConfigRule) -> Iterator[dict[str, str]]:
    rule_name, results = str(rule.config_rule_name), _results(endpoint, rule, "AWS::Logs::LogGroup")
    configuration = remediations[endpoint.account_id][endpoint.region].configurations.get(rule_name)
    with lock_of("logs"):
        groups = list(logs_backends[endpoint.account_id][endpoint.region].groups.values())
    results.compliance = {group.name: _compliance(group, rule) for group in groups}
    results.at = unix_time()
    wrong = [name for name, compliance in results.compliance.items() if compliance != "COMPLIANT"]
    results.forgive(name for name in results.compliance if name not in wrong)
    done = dict.fromkeys(results.compliance, ("", ""))
    if configuration and configuration.get("Automatic"):
        done |= {name: (state, why) for name, state, why in remediate(endpoint, configuration, results, wrong)}
    for name, (state, why) in done.items():
        answer = {"account_id": endpoint.account_id, "region": endpoint.region, "rule": rule_name, "group": name}
        yield answer | {"compliance": results.compliance[name], "remediation": state, "message": why}


def _compliance(group: LogGroup, rule: ConfigRule) -> str:
    wanted = rule.input_parameters_dict.get("KmsKeyId")
    return "COMPLIANT" if group.kms_key_id and group.kms_key_id == (wanted or group.kms_key_id) else "NON_COMPLIANT"
