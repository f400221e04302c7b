"""AWS Config: rules need a recorder, and what does not comply is remediated.

https://docs.aws.amazon.com/config/latest/developerguide/remediation.html
"""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from moto.config.exceptions import (
    InvalidParameterValueException,
    NoSuchConfigRuleException,
    ResourceInUseException,
)
from moto.config.responses import ConfigResponse
from moto.core.exceptions import JsonRESTError, ServiceException

from sandbox.calls import leave_note
from sandbox.extensions.automations import endpoint_of, find_document
from sandbox.extensions.channels import ChannelRefused, require_channel
from sandbox.extensions.evaluation import evaluate
from sandbox.extensions.linked_roles import ensure_linked_role
from sandbox.extensions.remediations import (
    Configuration,
    RemediationBackend,
    Results,
    remediations,
    require_fit,
)
from sandbox.runbook import Runbook, RunbookError

_MOST_CONFIGURATIONS = 25


class SandboxConfig(ConfigResponse):
    """Moto's AWS Config, which stores rules and evaluates none."""

    def put_configuration_recorder(self) -> str:
        """Moto takes an exclusion of nothing, which Terraform sends with every change, for a contradiction."""
        recorder = self._get_param("ConfigurationRecorder", {})
        group = recorder.get("recordingGroup", {})
        if not group.get("exclusionByResourceTypes", {}).get("resourceTypes"):
            group.pop("exclusionByResourceTypes", None)
        self.config_backend.put_configuration_recorder(recorder)
        return ""

    def put_delivery_channel(self) -> str:
        channel = self._get_param("DeliveryChannel")
        recorder = next(iter(self.config_backend.recorders.values()), None)
        if recorder and channel.get("s3BucketName"):
            try:
                require_channel(channel, recorder.role_arn, self.current_account, self.region)
            except ChannelRefused as refused:
                leave_note(self.normalized_request.environ, refused.note or refused.message)
                raise
        return super().put_delivery_channel()

    def put_config_rule(self) -> str:
        if not self.config_backend.recorders:
            message = "You must create a configuration recorder before you can create or update a Config rule."
            raise JsonRESTError("NoAvailableConfigurationRecorderException", message)
        return super().put_config_rule()

    def delete_config_rule(self) -> str:
        name = self._get_param("ConfigRuleName")
        if name in self._remediations.configurations:
            message = f"The rule {name} has a remediation action. Delete the remediation action and try again"
            raise ResourceInUseException(message)
        self._remediations.results.pop(name, None)
        return super().delete_config_rule()

    def start_config_rules_evaluation(self) -> str:
        names = self._get_param("ConfigRuleNames")
        self._require_rules(names)
        evaluate(endpoint_of(self), names)
        return "{}"

    def get_compliance_details_by_config_rule(self) -> str:
        name = self._get_param("ConfigRuleName")
        self._require_rules([name])
        wanted = self._get_param("ComplianceTypes") or ("COMPLIANT", "NON_COMPLIANT")
        return json.dumps({"EvaluationResults": list(self._details(name, wanted))})

    def put_remediation_configurations(self) -> str:
        configurations: list[Configuration] = self._get_param("RemediationConfigurations")
        if len(configurations) > _MOST_CONFIGURATIONS:
            raise InvalidParameterValueException(f"At most {_MOST_CONFIGURATIONS} configurations at once")
        for configuration in configurations:
            self._require_configuration(configuration)
        if any(configuration.get("Automatic") for configuration in configurations):
            # Config remediates through a role of its own; that it makes it here, and not later, is concluded.
            ensure_linked_role(self, "remediation.config.amazonaws.com", "InsufficientPermissionsException")
        for configuration in configurations:
            self._put(configuration)
        return json.dumps({"FailedBatches": []})

    def describe_remediation_configurations(self) -> str:
        found = self._remediations.configurations
        listed = [found[name] for name in self._get_param("ConfigRuleNames") if name in found]
        return json.dumps({"RemediationConfigurations": listed})

    def delete_remediation_configuration(self) -> str:
        name = self._get_param("ConfigRuleName")
        self._require_configured(name)
        del self._remediations.configurations[name]
        return "{}"

    def describe_remediation_execution_status(self) -> str:
        name = self._get_param("ConfigRuleName")
        self._require_configured(name)
        wanted = {key["resourceId"] for key in self._get_param("ResourceKeys") or ()}
        return json.dumps({"RemediationExecutionStatuses": list(self._statuses(name, wanted))})

    def put_remediation_exceptions(self) -> str:
        results = self._results(self._get_param("ConfigRuleName"))
        more = {name: self._get_param(name) for name in ("Message", "ExpirationTime") if self._get_param(name)}
        for key in self._get_param("ResourceKeys"):
            results.block(key["ResourceId"], **more)
        return json.dumps({"FailedBatches": []})

    def describe_remediation_exceptions(self) -> str:
        name = self._get_param("ConfigRuleName")
        wanted = {key["ResourceId"] for key in self._get_param("ResourceKeys") or ()}
        exceptions = self._results(name).exceptions
        listed = [{"ConfigRuleName": name, **exceptions[id]} for id in exceptions if not wanted or id in wanted]
        return json.dumps({"RemediationExceptions": listed})

    def delete_remediation_exceptions(self) -> str:
        results = self._results(self._get_param("ConfigRuleName"))
        named = [key["ResourceId"] for key in self._get_param("ResourceKeys")]
        if missing := [resource for resource in named if resource not in results.exceptions]:
            message = f"No remediation exception exists for {', '.join(missing)}"
            raise JsonRESTError("NoSuchRemediationExceptionException", message)
        for resource in named:
            results.unblock(resource)
        return json.dumps({"FailedBatches": []})

    @property
    def _remediations(self) -> RemediationBackend:
        return remediations[self.current_account][self.region]

    def _results(self, rule: str) -> Results:
        return self._remediations.results.get(rule) or Results("")

    def _require_rules(self, names: Sequence[str]) -> None:
        for name in names:
            if name not in self.config_backend.config_rules:
                raise NoSuchConfigRuleException(name)

    def _require_configured(self, name: str) -> None:
        if name not in self._remediations.configurations:
            message = f"No RemediationConfiguration for rule {name} exists"
            raise JsonRESTError("NoSuchRemediationConfigurationException", message)

    def _require_configuration(self, configuration: Configuration) -> None:
        """Raises Config's own error unless rule and document are there and everything fits."""
        rule, document = configuration["ConfigRuleName"], configuration["TargetId"]
        if rule not in self.config_backend.config_rules:
            raise InvalidParameterValueException(f"The config rule {rule} does not exist")
        try:
            content = find_document(endpoint_of(self), document, configuration.get("TargetVersion")).content_json
            runbook = Runbook.parse(content)
        except (ServiceException, RunbookError) as error:
            raise InvalidParameterValueException(f"The document {document} cannot be used: {error}") from None
        require_fit(configuration, runbook)

    def _put(self, configuration: Configuration) -> None:
        name = configuration["ConfigRuleName"]
        arn = f"arn:{self.partition}:config:{self.region}:{self.current_account}:remediation-configuration/{name}/x"
        defaults: Configuration = {"Arn": arn, "Parameters": {}, "Automatic": False}
        self._remediations.configurations[name] = defaults | configuration
        if name in self._remediations.results:
            self._remediations.results[name].remediations.clear()

    def _details(self, name: str, wanted: Sequence[str]) -> Iterator[dict[str, Any]]:
        results = self._results(name)
        at = results.at
        for resource, compliance in results.compliance.items():
            if compliance in wanted:
                qualifier = {"ConfigRuleName": name, "ResourceType": results.resource_type, "ResourceId": resource}
                yield {
                    "EvaluationResultIdentifier": {"EvaluationResultQualifier": qualifier, "OrderingTimestamp": at},
                    "ComplianceType": compliance,
                    "ResultRecordedTime": at,
                    "ConfigRuleInvokedTime": at,
                }

    def _statuses(self, name: str, wanted: set[str]) -> Iterator[dict[str, Any]]:
        results = self._results(name)
        for resource, remediation in results.remediations.items():
            if not wanted or resource in wanted:
                yield {
                    "ResourceKey": {"resourceType": results.resource_type, "resourceId": resource},
                    "State": remediation.state,
                    "StepDetails": remediation.steps,
                    "InvocationTime": remediation.at,
                    "LastUpdatedTime": remediation.at,
                }
