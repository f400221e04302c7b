"""What KMS refuses about key policies: documents that it does not take, and calls that they do not allow."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from moto.core.exceptions import JsonRESTError

from baseline.iam.arns import Arn
from baseline.iam.evaluate import Decision, decide
from baseline.iam.policy_error import PolicyError
from baseline.iam.request import IamCaller, Request
from sandbox.extensions.callers import arn_of
from sandbox.extensions.principals import unknown_principals

MAX_BYTES = 32_768
"""https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-overview.html"""

_MALFORMED = "MalformedPolicyDocumentException"


def require_document(text: str, partition: str) -> Mapping[str, Any]:
    """The policy that the text is. Raises KMS's own error for one that it does not take.

    https://docs.aws.amazon.com/kms/latest/APIReference/API_PutKeyPolicy.html
    """
    if len(text.encode()) > MAX_BYTES:
        raise JsonRESTError("LimitExceededException", f"the key policy has more than {MAX_BYTES} bytes")
    try:
        policy = json.loads(text)
    except ValueError:
        raise JsonRESTError(_MALFORMED, "Syntax errors in policy.") from None
    if not isinstance(policy, dict):
        raise JsonRESTError(_MALFORMED, "Syntax errors in policy.")
    if unknown_principals(policy, partition):
        raise JsonRESTError(_MALFORMED, "Policy contains a statement with one or more invalid principals.")
    return policy


def require_no_lockout(policy: Mapping[str, Any], caller: IamCaller) -> tuple[str, ...]:
    """Why a new policy would not let the caller change it again, statement by statement; empty if it would."""
    context = {"kms:BypassPolicyLockoutSafetyCheck": "false"}
    decision = judge(policy, Request(caller, "kms:PutKeyPolicy", context))
    return () if decision.effect == "allowed" else _reasons(decision)


def lockout_error() -> JsonRESTError:
    """What KMS says then."""
    return JsonRESTError(_MALFORMED, "The new key policy will not allow you to update the key policy in the future.")


def judge(policy: Mapping[str, Any], request: Request) -> Decision:
    """The evaluator's decision. A policy that it does not decide is refused by name, never taken for an answer."""
    try:
        return decide(policy, request)
    except PolicyError as error:
        raise JsonRESTError("NotImplementedException", f"the sandbox cannot judge this key policy: {error}") from None


def denial(key_arn: str, policy: Mapping[str, Any], request: Request) -> tuple[JsonRESTError, tuple[str, ...]] | None:
    """KMS's error when the key policy does not allow a call, with the evaluator's reasons; None when it does.

    What the policy leaves to the caller's IAM policies counts as allowed: those are not judged. Of principals of other
    accounts KMS honours some actions only.
    """
    decision = judge(policy, replace(request, owner=Arn.parse(key_arn).account_id))
    if decision.effect == "allowed":
        return None
    name = arn_of(request.caller) if isinstance(request.caller, IamCaller) else request.caller.name
    why = (
        "with an explicit deny in a resource-based policy"
        if decision.effect == "denied"
        else f"because no resource-based policy allows the {request.action} action"
    )
    message = f"User: {name} is not authorized to perform: {request.action} on resource: {key_arn} {why}"
    return JsonRESTError("AccessDeniedException", message), _reasons(decision)


def _reasons(decision: Decision) -> tuple[str, ...]:
    return (f"denied by {decision.sid}",) if decision.effect == "denied" else decision.notes
