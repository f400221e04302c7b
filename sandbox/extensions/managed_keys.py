"""The keys that AWS makes in an account for a service, at their first use, with a policy that nobody can change.

https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html#aws-managed-key
"""

import json
from typing import Any

from moto.kms.models import Key, KmsBackend

_SERVICES = {"alias/aws/backup": "backup", "alias/aws/ebs": "ec2", "alias/aws/sns": "sns"}
_USE = ["Encrypt", "Decrypt", "ReEncrypt*", "GenerateDataKey*", "CreateGrant", "DescribeKey"]
_READ = ["Describe*", "Get*", "List*", "RevokeGrant"]


def managed_key(kms: KmsBackend, alias: str) -> Key | None:
    """The key behind an alias of AWS; None for an alias of a service that is not known here."""
    if alias not in _SERVICES:
        return None
    if not kms.alias_exists(alias):
        policy = json.dumps(_policy(kms, _SERVICES[alias]))
        key = kms.create_key(policy, "ENCRYPT_DECRYPT", "SYMMETRIC_DEFAULT", f"Default key for {alias}", None)
        key.key_manager = "AWS"
        kms.create_alias(key.id, alias)
    return kms.keys[kms.get_key_id_from_alias(alias) or ""]


def _policy(kms: KmsBackend, service: str) -> dict[str, Any]:
    """Everybody in the account, through the service only; and the account, to look at it.

    As printed by GetKeyPolicy for the three keys; the services differ in single actions.
    """
    through = {"kms:CallerAccount": kms.account_id, "kms:ViaService": f"{service}.{kms.region_name}.amazonaws.com"}
    root = {"AWS": f"arn:{kms.partition}:iam::{kms.account_id}:root"}
    use = {"Sid": "Allow access through the service", "Principal": {"AWS": "*"}, "Condition": {"StringEquals": through}}
    read = {"Sid": "Allow direct access to key metadata to the account", "Principal": root}
    return {
        "Version": "2012-10-17",
        "Id": f"auto-{service}",
        "Statement": [_allow(use, _USE), _allow(read, _READ)],
    }


def _allow(who: dict[str, Any], actions: list[str]) -> dict[str, Any]:
    return {**who, "Effect": "Allow", "Action": [f"kms:{action}" for action in actions], "Resource": "*"}
