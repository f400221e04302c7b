"""Whether a role's trust policy lets a caller assume it.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_update-role-trust-policy.html
"""

from collections.abc import Mapping
from typing import Any

from baseline.iam.request import IamCaller


def trusts(policy: Mapping[str, Any], caller: IamCaller, external_id: str) -> bool:
    """True when a statement allows it, alone or with the caller's IAM policies, which are not judged.

    Of conditions the external ID and the caller's ARN are understood; a statement with another one allows nothing here.
    """
    return any(
        statement["Effect"] == "Allow"
        and "sts:AssumeRole" in _list(statement.get("Action"))
        and not _names_of(caller).isdisjoint(_list(statement["Principal"].get("AWS")))
        and _conditions_hold(statement.get("Condition", {}), caller, external_id)
        for statement in policy["Statement"]
    )


def _names_of(caller: IamCaller) -> set[str]:
    """Every way in which a trust policy can mean the caller."""
    partition = caller.arn.split(":")[1]
    account = f"arn:{partition}:iam::{caller.account_id}:root"
    return {"*", caller.account_id, account, caller.arn, caller.session_arn}


def _conditions_hold(conditions: Mapping[str, Any], caller: IamCaller, external_id: str) -> bool:
    sent = {("StringEquals", "sts:ExternalId"): external_id, ("ArnEquals", "aws:PrincipalArn"): caller.principal_arn}
    wanted = {(operator, key): values for operator, keys in conditions.items() for key, values in keys.items()}
    return all(sent.get(test, "") in _list(values) for test, values in wanted.items())


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
