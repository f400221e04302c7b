"""What becomes of a key without a call to KMS: `POST /sandbox/key` with `account_id`, `region`, `key_id` and the fields below.

`policy`: the text that KMS shows, as after a role was deleted, whose ARN it replaces by the role's ID:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-roles
`policy_names`: those of more policies, as AWS RAM makes for a shared key.
"""

from collections.abc import Mapping
from typing import Any

from moto.core.base_backend import BackendDict, BaseBackend
from moto.kms.models import kms_backends


class PolicyNames(BaseBackend):
    """The names of policies beside `default`, by key ID; one of these an account and region."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.of_key: dict[str, list[str]] = {}


policy_names = BackendDict(PolicyNames, "kms")


def plant_key(values: Mapping[str, Any]) -> dict[str, str]:
    """Change the key; returns its ARN."""
    account_id, region, key_id = (str(values[name]) for name in ("account_id", "region", "key_id"))
    key = kms_backends[account_id][region].keys[key_id]
    if "policy" in values:
        key.policy = values["policy"]
    if "policy_names" in values:
        policy_names[account_id][region].of_key[key_id] = list(values["policy_names"])
    return {"arn": key.arn}
