"""Whole key policies as files that a person can read: `<partition>/<purpose>.json` and `variants/<what>.json`.

A policy that is meant to change is written anew by `python -m tests.expected_policies`; then read the difference.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from baseline.iam.document import Document
from baseline.purposes import PURPOSES
from tests.conftest import inventory

FOLDER = Path(__file__).parent
RENEW = "python -m tests.expected_policies"
REGIONS = {"aws": "eu-west-2", "aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}
"""By partition: the region of the keys, which is the home region too."""

PEOPLE = {
    "administrators": [
        "role/SecurityAdministrators",
        "user/Ada",
        "role/aws-reserved/sso.amazonaws.com*/AWSReservedSSO_KeyAdmins_*",
    ],
    "users": ["role/App", "role/ci/*", "arn:aws:iam::333333333333:role/App", "arn:aws:iam::555555555555:root"],
}
STATEMENT = {
    "Sid": "SupportDecryptsOneTenant",
    "Effect": "Allow",
    "Principal": {"AWS": "*"},
    "Action": "kms:Decrypt",
    "Condition": {
        "StringEquals": {
            "kms:CallerAccount": "222222222222",
            "aws:PrincipalArn": "arn:aws:iam::222222222222:role/Support",
            "kms:EncryptionContext:tenant": "blue",
        }
    },
}
LAKE = {
    "title": "Data lake objects",
    "through": [
        {
            "service": "s3",
            "may": "use",
            "context": {"aws:s3:arn": ["arn:{partition}:s3:::lake", "arn:{partition}:s3:::lake/*"]},
        },
        {"service": "glue", "may": "use", "grants": True},
        {"service": "dynamodb", "may": "use", "grants": True, "regions": "enabled"},
    ],
    "services": [
        {
            "principal": "delivery.logs",
            "may": "use",
            "source_account": "own",
            "source_arn": "arn:{partition}:logs:{region}:{account}:*",
        },
        {
            "principal": "logs",
            "may": "publish",
            "context": {"aws:logs:arn": "arn:{partition}:logs:{region}:{account}:log-group:/lake/*"},
        },
        {"principal": "guardduty", "may": "write", "source_organization": "own"},
    ],
    "share_with": ["555555555555", "organization"],
    "users": ["role/Analysts"],
}
"""A purpose of the owner's own that says everything."""
VARIANTS: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "ebs_users_and_administrators": ("ebs", PEOPLE),
    "cloudtrail_readers": ("cloudtrail", {"users": ["role/Auditors", "role/soc/*"]}),
    "sns_separate_duties": ("sns", {"administrators": ["role/SecurityAdministrators"], "separate_duties": True}),
    "sns_every_publisher": ("sns", {"purposes": {"sns": {"publishers": list(PURPOSES["sns"].services)}}}),
    "logs_delegation_administrators": (
        "logs",
        {"administrators": ["role/SecurityAdministrators"], "iam_delegation": "administrators"},
    ),
    "logs_delegation_full": ("logs", {"iam_delegation": "full"}),
    "logs_statements": ("logs", {"purposes": {"logs": {"statements": [STATEMENT]}}}),
    "ebs_shared_with_accounts": ("ebs", {"purposes": {"ebs": {"share_with": ["555555555555", "333333333333"]}}}),
    "backup_shared_with_the_organization": ("backup", {"purposes": {"backup": {"share_with": ["organization"]}}}),
    "s3_every_service_and_shared": (
        "s3",
        {"purposes": {"s3": {"services": list(PURPOSES["s3"].services), "share_with": ["555555555555"]}}},
    ),
    "custom_data_lake": ("custom-data-lake", {"custom": {"data-lake": LAKE}}),
    "backup_recently_used_keys_stay": ("backup", {"deny_deletion_if_used_within_days": 365}),
}
"""By name: the purpose, and what the configuration says under `keys`."""


OPTIONAL = {name: True for name, purpose in PURPOSES.items() if purpose.optional}
"""What switches on all that nobody has otherwise."""


def policies() -> Iterator[tuple[str, Document]]:
    """Every policy under the name of its file, without the ending."""
    for partition in REGIONS:
        for purpose, policy in _of_account(partition, {}).items():
            yield f"{partition}/{purpose}", policy
    for name, (purpose, keys) in VARIANTS.items():
        yield f"variants/{name}", _of_account("aws", keys)[purpose]


def _of_account(partition: str, keys: Mapping[str, Any]) -> Mapping[str, Document]:
    """The policies of an account by purpose, where nothing but this is said of keys."""
    region = REGIONS[partition]
    written = {
        "version": 1,
        "organization": {"id": "o-a1b2c3d4e5", "partition": partition, "home_region": region, "regions": [region]},
        "keys": {**keys, "purposes": {**OPTIONAL, **keys.get("purposes", {})}},
        "features": {"cloudtrail": True, "backup": True},
        "accounts": [{"name": "workloads", "id": "222222222222"}],
    }
    return {key.purpose: key.policy for key in inventory(json.dumps(written)).keys}  # JSON is YAML


def file(name: str) -> Path:
    return FOLDER / f"{name}.json"


def text(policy: Document) -> str:
    """A policy as its file has it."""
    return json.dumps(policy.as_dict(), indent=2, ensure_ascii=False) + "\n"
