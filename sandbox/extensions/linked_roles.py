"""The roles that services make for themselves in an account, when somebody who may let them needs one first.

Moto makes none. Whoever has no policies here, as roles and users that were only seeded, is not judged.
https://docs.aws.amazon.com/IAM/latest/UserGuide/using-service-linked-roles.html
"""

import json

from moto.core.exceptions import JsonRESTError
from moto.core.responses import BaseResponse
from moto.iam.models import iam_backends

from sandbox.calls import leave_need, leave_note
from sandbox.extensions.callers import UNKNOWN, signed_caller
from sandbox.extensions.roles import denied_to_role, find_role, role_refusal
from sandbox.locks import lock_of

_ACTION = "iam:CreateServiceLinkedRole"
_NAMES = {
    "backup.amazonaws.com": "AWSServiceRoleForBackup",
    "cloudtrail.amazonaws.com": "AWSServiceRoleForCloudTrail",
    "remediation.config.amazonaws.com": "AWSServiceRoleForConfigRemediation",
}


def linked_role_arn(service: str, account: str, partition: str) -> str:
    """What the ARN of a service's role is in an account, whether it is there or not."""
    return f"arn:{partition}:iam::{account}:role{_path(service)}{_NAMES[service]}"


def ensure_linked_role(response: BaseResponse, service: str, code: str) -> None:
    """Make the service's role in the account of the call that is being answered, if it is not there.

    Raises an error of the given code when the caller's policies do not let it.
    """
    account, partition = response.current_account, response.partition
    with lock_of("iam"):
        iam = iam_backends[account][partition]
        if any(role.path == _path(service) for role in iam.roles.values()):
            return
        _require_allowed(response, service, code)
        trust = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
        iam.create_role(
            role_name=_NAMES[service],
            assume_role_policy_document=json.dumps({"Version": "2012-10-17", "Statement": [trust]}),
            path=_path(service),
            permissions_boundary=None,
            description="",
            tags=[],
            max_session_duration="3600",
            linked_service=service,
        )


def _path(service: str) -> str:
    return f"/aws-service-role/{service}/"


def _require_allowed(response: BaseResponse, service: str, code: str) -> None:
    caller = signed_caller(response, JsonRESTError("UnrecognizedClientException", UNKNOWN))
    role = find_role(caller.principal_arn, caller.account_id, response.partition)
    if role is None or not (role.policies or role.managed_policies):
        return
    arn = linked_role_arn(service, caller.account_id, response.partition)
    if reason := role_refusal(role, caller.session, _ACTION, arn, {"iam:AWSServiceName": service}):
        leave_note(response.normalized_request.environ, reason)
        raise JsonRESTError(code, denied_to_role(role, caller.session, _ACTION, arn))
    leave_need(response.normalized_request.environ, _ACTION)
