"""What a role's own policies allow, and which services it trusts.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from moto.core.exceptions import ServiceException
from moto.iam.models import ManagedPolicy, Role, iam_backends

from baseline.iam.request import Caller, IamCaller, ServiceCaller
from sandbox.extensions.resource_policies import judge_call


def find_role(arn: str, account_id: str, partition: str) -> Role | None:
    """An account's role, with that very path."""
    return next((role for role in list(iam_backends[account_id][partition].roles.values()) if role.arn == arn), None)


def role_refusal(role: Role, session: str, action: str, resource: str, context: Mapping[str, str]) -> str:
    """Why none of a role's own policies allows its session a call; empty if one does."""
    statements = [{"Principal": "*", **statement} for text in _policies(role) for statement in _statements(text)]
    return _refusal(statements, IamCaller(role.arn, session), action, resource, context)


def denied_to_role(role: Role, session: str, action: str, resource: str) -> str:
    """How AWS says so: https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html"""
    who = IamCaller(role.arn, session).session_arn
    why = f"because no identity-based policy allows the {action} action"
    return f"User: {who} is not authorized to perform: {action} on resource: {resource} {why}"


def trust_refusal(role: Role, service: str, context: Mapping[str, str]) -> str:
    """Why a role does not trust a service that sends these condition keys; empty if it does."""
    statements = [{**statement, "Resource": role.arn} for statement in _statements(role.assume_role_policy_document)]
    return _refusal(statements, ServiceCaller(service), "sts:AssumeRole", role.arn, context)


def _refusal(
    statements: list[dict[str, Any]], caller: Caller, action: str, resource: str, context: Mapping[str, str]
) -> str:
    try:
        decision = judge_call({"Statement": statements}, caller, action, resource, context)
    except ServiceException as error:
        return error.message
    if decision.effect == "denied":
        return f"denied by {decision.sid}"
    return "" if decision.effect == "allowed" else "; ".join(decision.notes) or "it has no statement"


def _policies(role: Role) -> Iterator[str]:
    yield from role.policies.values()
    yield from (_document(policy) for policy in role.managed_policies.values())


def _document(policy: ManagedPolicy) -> str:
    return next(version.document for version in policy.versions if version.is_default)


def _statements(text: str) -> list[dict[str, Any]]:
    written = json.loads(text)["Statement"]
    return written if isinstance(written, list) else [written]
