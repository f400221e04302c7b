"""What AWS Config's recorder can tell a rule about keys: it reads their policies as its role, through no service.

Of the rule behind Security Hub's KMS.5 only this is judged here: whether the policy can be read at all, and whether a
statement lets everybody in without any condition.
https://docs.aws.amazon.com/securityhub/latest/userguide/kms-controls.html#kms-5
https://docs.aws.amazon.com/config/latest/developerguide/kms-key-policy-no-public-access.html
"""

import json
from typing import Any

from moto.config.models import ConfigBackend
from moto.kms.models import Key, kms_backends

from baseline.iam.request import IamCaller, Request
from sandbox.extensions.automations import Endpoint
from sandbox.extensions.key_policies import denial
from sandbox.extensions.roles import find_role, role_refusal
from sandbox.locks import lock_of

IDENTIFIER = "KMS_KEY_POLICY_NO_PUBLIC_ACCESS"
RESOURCE_TYPE = "AWS::KMS::Key"

_ACTION = "kms:GetKeyPolicy"
_SESSION = "AWSConfig-Describe"


def compliance_of_keys(endpoint: Endpoint, config: ConfigBackend) -> dict[str, str]:
    """What the rule finds of each customer managed key, if keys are recorded."""
    role = next((recorder.role_arn for recorder in config.recorders.values() if _records_keys(recorder)), "")
    if not role:
        return {}
    with lock_of("kms"):
        keys = list(kms_backends[endpoint.account_id][endpoint.region].keys.values())
    own = [key for key in keys if not any(alias.startswith("alias/aws/") for alias in key.aliases)]
    return {
        key.id: "COMPLIANT" if _can_read(endpoint, role, key) and not _is_public(key) else "NON_COMPLIANT"
        for key in own
    }


def _records_keys(recorder: Any) -> bool:
    group = recorder.recording_group
    return bool(group.all_supported or RESOURCE_TYPE in (group.resource_types or ()))


def _can_read(endpoint: Endpoint, role_arn: str, key: Key) -> bool:
    """By the role's own policies and the key's. The policies of AWS's own role let it, and are not here."""
    if denial(key.arn, json.loads(key.policy), Request(IamCaller(role_arn, _SESSION), _ACTION)):
        return False
    role = find_role(role_arn, endpoint.account_id, endpoint.partition)
    if role is None:
        return False
    return role.path.startswith("/aws-service-role/") or not role_refusal(role, _SESSION, _ACTION, key.arn, {})


def _is_public(key: Key) -> bool:
    statements = json.loads(key.policy)["Statement"]
    return any(
        statement["Effect"] == "Allow"
        and statement.get("Principal") in ("*", {"AWS": "*"})
        and not statement.get("Condition")
        for statement in (statements if isinstance(statements, list) else [statements])
    )
