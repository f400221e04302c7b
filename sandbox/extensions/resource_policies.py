"""What a policy on a resource other than a key says of one call: a topic's, for one.

Who may call and under which conditions is decided by the evaluator of key policies. It knows one resource, so which
statements are about the call's action and resource is settled here before it is asked.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

import re
from collections.abc import Mapping
from typing import Any

from moto.core.exceptions import ServiceException

from baseline.iam.evaluate import Decision, decide
from baseline.iam.policy_error import PolicyError
from baseline.iam.request import Caller, Request

_THIS_CALL = "kms:ThisCall"
"""Stands for the action, which the evaluator wants to be one of KMS's."""


def judge_call(
    policy: Mapping[str, Any], caller: Caller, action: str, resource: str, context: Mapping[str, str]
) -> Decision:
    """The decision of a resource's policy. One that cannot be decided is refused by name, never taken for an answer."""
    statements = [_about(statement, action, resource) for statement in _list(policy.get("Statement", []))]
    try:
        plain = {"Version": "2012-10-17", "Statement": statements}
        return decide(plain, Request(caller, _THIS_CALL, dict(context)))
    except PolicyError as error:
        message = f"the sandbox cannot judge the policy of {resource}: {error}"
        raise ServiceException("NotImplementedException", message) from None


def _about(statement: Mapping[str, Any], action: str, resource: str) -> dict[str, Any]:
    """The statement as one about this call or about another, under whatever condition.

    NotAction and NotResource are left to be refused.
    """
    is_inverted = "NotAction" in statement or "NotResource" in statement
    if is_inverted or (_names(statement.get("Action"), action.lower()) and _names(statement.get("Resource"), resource)):
        return {**statement, "Action": _THIS_CALL, "Resource": "*"}
    return {**statement, "Action": "kms:AnotherCall", "Resource": "*", "Condition": {}}


def _names(patterns: Any, text: str) -> bool:
    """Action names are compared without regard to case, which lower case on both sides does; ARNs are exact."""
    is_action = not text.startswith("arn:")
    return any(_is_like(pattern.lower() if is_action else pattern, text) for pattern in _list(patterns or []))


def _is_like(pattern: str, text: str) -> bool:
    wanted = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    return re.fullmatch(wanted, text, re.DOTALL) is not None


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
