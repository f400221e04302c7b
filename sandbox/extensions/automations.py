"""Automation executions: which document, as which role, and what that role may do.

https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-setup.html
"""

import uuid
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Any

import boto3
from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from moto.core.base_backend import BackendDict, BaseBackend
from moto.core.responses import BaseResponse
from moto.core.utils import utcnow
from moto.iam.models import Role
from moto.ssm.exceptions import SSMException
from moto.ssm.models import Document, ssm_backends
from moto.sts.models import sts_backends
from moto.utilities.utils import get_partition

from baseline.iam.request import IamCaller
from sandbox.automation import CallFailed, Execution, ParametersRefused, fit, run
from sandbox.extensions.roles import find_role, role_refusal, trust_refusal
from sandbox.references import resolve
from sandbox.runbook import Runbook

Given = Mapping[str, Sequence[str]]

_SERVICE = "ssm.amazonaws.com"
# Whoever starts an execution holds these services' locks until it ends.
_BUSY = frozenset({"config", "ssm"})
_SDK = boto3.Session()
"""One for all executions: it remembers the descriptions of the services."""
_SDK_MAKES_A_CLIENT = Lock()
"""It makes one at a time."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An account's region in the sandbox, and where the sandbox is called."""

    account_id: str
    region: str
    url: str

    @property
    def partition(self) -> str:
        return get_partition(self.region)


def endpoint_of(response: BaseResponse) -> Endpoint:
    """Where the call came to that a response answers."""
    environ = response.normalized_request.environ
    url = f"http://{environ['SERVER_NAME']}:{environ['SERVER_PORT']}"
    return Endpoint(response.current_account, response.region, url)


@dataclass(frozen=True, slots=True)
class Automation:
    """An execution that has ended. Nothing in the sandbox takes time, so there are no others."""

    id: str
    document: Document
    given: Given
    started: datetime
    execution: Execution

    @property
    def failure(self) -> str:
        """The message of the step that failed; empty if none did."""
        failed = self.execution.failed
        return failed.message if failed else ""


class AutomationBackend(BaseBackend):
    """The executions of one account and region, by their IDs."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.executions: dict[str, Automation] = {}


automations = BackendDict(AutomationBackend, "ssm")


def start(endpoint: Endpoint, name: str, version: str | None, given: Given, ahead: int = 0) -> Automation:
    """Run a document to its end. Raises the errors of StartAutomationExecution.

    `ahead` of it in the same second others were started, which AWS's rates are used by first.
    """
    document = find_document(endpoint, name, version)
    runbook = Runbook.parse(document.content_json)
    try:
        values = fit(runbook, given) | _variables(endpoint)
    except ParametersRefused as error:
        raise SSMException("InvalidAutomationExecutionParametersException", str(error)) from None
    execution_id = str(uuid.uuid4())
    values["automation:EXECUTION_ID"] = execution_id
    role = _role(endpoint, resolve(runbook.assume_role, values), execution_id)
    started = utcnow()
    execution = run(runbook, values, _caller(endpoint, role, f"Automation-{execution_id}", ahead))
    automation = Automation(execution_id, document, given, started, execution)
    automations[endpoint.account_id][endpoint.region].executions[execution_id] = automation
    return automation


def find_document(endpoint: Endpoint, name: str, version: str | None) -> Document:
    """A version of a document, by default its default version. Raises the errors of StartAutomationExecution."""
    ssm = ssm_backends[endpoint.account_id][endpoint.region]
    try:
        document = ssm._get_documents(name.rpartition("/")[2]).find(None if version == "$DEFAULT" else version)
    except SSMException:
        raise SSMException("AutomationDefinitionNotFoundException", f"Document {name} does not exist") from None
    if document.document_type != "Automation":
        raise SSMException("AutomationDefinitionNotFoundException", f"Document {name} is no Automation runbook")
    return document


def _variables(endpoint: Endpoint) -> dict[str, Any]:
    return {
        "global:ACCOUNT_ID": endpoint.account_id,
        "global:AWS_PARTITION": endpoint.partition,
        "global:REGION": endpoint.region,
    }


def _role(endpoint: Endpoint, arn: str, execution_id: str) -> Role:
    """The role that a document names, if Systems Manager can assume it."""
    if not arn:
        raise SSMException("NotImplementedException", "the sandbox runs a document as the role that it names only")
    role = find_role(arn, endpoint.account_id, endpoint.partition)
    source = f"arn:{endpoint.partition}:ssm:{endpoint.region}:{endpoint.account_id}:automation-execution/{execution_id}"
    context = {"aws:SourceAccount": endpoint.account_id, "aws:SourceArn": source}
    reason = trust_refusal(role, _SERVICE, context) if role else "it does not exist"
    if role is None or reason:
        message = f"The defined assume role is unable to be assumed. ({arn}: {reason})"
        raise SSMException("InvalidAutomationExecutionParametersException", message)
    return role


def _caller(
    endpoint: Endpoint, role: Role, session: str, ahead: int
) -> Callable[[str, str, Mapping[str, Any]], Mapping[str, Any]]:
    """Calls the sandbox as a session of the role, so that each service refuses what it refuses to anybody."""
    key = sts_backends[endpoint.account_id][endpoint.partition].assume_role(
        endpoint.region, session, role.arn, "", 3600, ""
    )
    caller, tries = IamCaller(role.arn, session), Counter[tuple[str, str]]()

    def call(service: str, api: str, inputs: Mapping[str, Any]) -> Mapping[str, Any]:
        if service in _BUSY:
            raise CallFailed(f"the sandbox calls no {service} from a document")
        action = f"{service}:{api}"
        resource = _resource(endpoint, service, api, inputs)
        if reason := role_refusal(role, session, action, resource, {"aws:RequestedRegion": endpoint.region}):
            raise CallFailed(_ACCESS_DENIED.format(api, caller.session_arn, action, resource, action, reason))
        tries[service, api] += 1
        # Every try is a second later than the one before, and each second serves as many as the rate says.
        if (service, api) in _A_SECOND and ahead >= _A_SECOND[service, api] * tries[service, api]:
            raise CallFailed(_AWS_ERROR.format(api, Code="ThrottlingException", Message="Rate exceeded"))
        with _SDK_MAKES_A_CLIENT:
            client = _SDK.client(
                service,
                region_name=endpoint.region,
                endpoint_url=endpoint.url,
                aws_access_key_id=key.access_key_id,
                aws_secret_access_key=key.secret_access_key,
                aws_session_token=key.session_token,
                config=Config(retries={"total_max_attempts": 1}, read_timeout=30),
            )
        try:
            answer: Mapping[str, Any] = getattr(client, xform_name(api))(**inputs)
        except ClientError as error:
            raise CallFailed(_AWS_ERROR.format(api, **error.response["Error"])) from None
        except (BotoCoreError, AttributeError) as error:
            raise CallFailed(str(error)) from None
        return answer

    return call


def _resource(endpoint: Endpoint, service: str, api: str, inputs: Mapping[str, Any]) -> str:
    """What IAM takes for the resource of a call, as its refusals name it.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/iam-access-control-overview-cwl.html
    """
    if service != "logs":
        return "*"
    identifier = inputs.get("logGroupName") or inputs.get("resourceIdentifier", "")
    name = "" if api == "DescribeLogGroups" else str(identifier).rpartition(":log-group:")[2]
    return f"arn:{endpoint.partition}:logs:{endpoint.region}:{endpoint.account_id}:log-group:{name}:log-stream:"


_A_SECOND = {("logs", "AssociateKmsKey"): 5, ("logs", "DescribeLogGroups"): 10}
"""How often AWS answers in an account's region: https://docs.aws.amazon.com/general/latest/gr/cwl_region.html"""
_AWS_ERROR = "An error occurred ({Code}) when calling the {} operation: {Message}"
_ACCESS_DENIED = (
    "An error occurred (AccessDeniedException) when calling the {} operation: User: {} is not authorized to perform: "
    "{} on resource: {} because no identity-based policy allows the {} action ({})"
)
