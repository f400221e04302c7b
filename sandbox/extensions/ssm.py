"""Systems Manager: documents that are no runbook are refused, runbooks run, and keys of parameters are asked.

https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-documents.html
"""

import json
from collections.abc import Mapping
from typing import Any

from moto.core.responses import ActionResult
from moto.ssm.exceptions import SSMException
from moto.ssm.responses import SimpleSystemManagerResponse

from sandbox.automation import StepResult
from sandbox.extensions.automations import Automation, automations, endpoint_of, start
from sandbox.extensions.key_uses import refused_to_the_caller
from sandbox.runbook import Runbook


class SandboxSsm(SimpleSystemManagerResponse):
    """Moto's Systems Manager, which stores any JSON as a document and runs none."""

    def create_document(self) -> ActionResult:
        if self._get_param("DocumentType") == "Automation":
            self._require_runbook()
        return super().create_document()

    def update_document(self) -> ActionResult:
        documents = self.ssm_backend._documents.get(self._get_param("Name"))
        if documents and documents.get_latest_version().document_type == "Automation":
            self._require_runbook()
        return super().update_document()

    def start_automation_execution(self) -> ActionResult:
        name, version = self._get_param("DocumentName"), self._get_param("DocumentVersion")
        automation = start(endpoint_of(self), name, version, self._get_param("Parameters", {}))
        return ActionResult({"AutomationExecutionId": automation.id})

    def get_automation_execution(self) -> ActionResult:
        executions = automations[self.current_account][self.region].executions
        automation = executions.get(self._get_param("AutomationExecutionId"))
        if automation is None:
            message = "No automation execution with such an ID exists"
            raise SSMException("AutomationExecutionNotFoundException", message)
        return ActionResult({"AutomationExecution": _execution(automation)})

    def put_parameter(self) -> ActionResult:
        """A standard parameter is encrypted by KMS itself, an advanced one under a data key."""
        key, is_advanced = self._get_param("KeyId"), self._get_param("Tier") == "Advanced"
        if self._get_param("Type") == "SecureString" and key:
            self._require_key(key, self._get_param("Name"), "kms:GenerateDataKey" if is_advanced else "kms:Encrypt")
        return super().put_parameter()

    def get_parameter(self) -> ActionResult:
        found = self.ssm_backend.get_parameter(self._get_param("Name"))
        if self._get_param("WithDecryption") and found and found.parameter_type == "SecureString" and found.keyid:
            self._require_key(found.keyid, found.name, "kms:Decrypt")
        return super().get_parameter()

    def _require_key(self, key: str, name: str, action: str) -> None:
        """Raises Systems Manager's own error unless the key lets the caller in through it.

        https://docs.aws.amazon.com/systems-manager/latest/userguide/secure-string-parameter-kms-encryption.html
        """
        if key.startswith("alias/aws/"):
            return
        arn = f"arn:{self.partition}:ssm:{self.region}:{self.current_account}:parameter/{name.removeprefix('/')}"
        if refused := refused_to_the_caller(self, key, "ssm", (action,), {"PARAMETER_ARN": arn}):
            denied = refused.code == "AccessDeniedException"
            raise SSMException("AccessDeniedException" if denied else "InvalidKeyId", refused.message)

    def _require_runbook(self) -> None:
        if self._get_param("DocumentFormat", "JSON") != "JSON":
            raise SSMException("NotImplementedException", "the sandbox reads a runbook in JSON only")
        try:
            Runbook.parse(json.loads(self._get_param("Content")))
        except ValueError as error:
            raise SSMException("InvalidDocumentContent", str(error)) from None


def _execution(automation: Automation) -> dict[str, Any]:
    return {
        "AutomationExecutionId": automation.id,
        "DocumentName": automation.document.name,
        "DocumentVersion": automation.document.document_version,
        "ExecutionStartTime": automation.started,
        "ExecutionEndTime": automation.started,
        "AutomationExecutionStatus": "Failed" if automation.failure else "Success",
        "FailureMessage": automation.failure,
        "StepExecutions": [_step(result) for result in automation.execution.steps],
        "Parameters": dict(automation.given),
        "Outputs": _texts(automation.execution.outputs),
        "Mode": "Auto",
    }


def _step(result: StepResult) -> dict[str, Any]:
    return {
        "StepName": result.step.name,
        "Action": result.step.action,
        "StepStatus": result.status,
        "FailureMessage": result.message,
        "Outputs": _texts(result.outputs),
        "OnFailure": result.step.on_failure,
        "IsCritical": result.step.is_critical,
        "IsEnd": result.step.is_end,
    }


def _texts(outputs: Mapping[str, Any]) -> dict[str, list[str]]:
    """Outputs as the API writes them: each a list of texts."""
    listed = {name: value if isinstance(value, list) else [value] for name, value in outputs.items()}
    return {
        name: [each if isinstance(each, str) else json.dumps(each) for each in values]
        for name, values in listed.items()
    }
