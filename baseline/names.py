"""Every name that never changes.

A resource's Terraform address decides whether Terraform keeps it or destroys it, so this module is a contract:
no name depends on the order or the number of accounts, regions or features (tests/golden holds it).
"""

import hashlib
import re
from typing import Literal

Layout = Literal["account", "account-region"]

MANAGED_BY = "kms-baseline"
RESERVED_TAGS = ("managed-by", "namespace", "purpose")
"""The tags that identify a key of ours, given when it is made: the only handle on a key that no state knows."""


def underscored(region: str) -> str:
    """A region as Terraform identifiers spell it; also the alias of its provider."""
    return region.replace("-", "_")


def address(purpose: str, region: str) -> str:
    """The name part of the Terraform addresses of a key, its alias and its parameter."""
    return f"{purpose}_{underscored(region)}"


def key_addresses(address: str, published: bool) -> tuple[str, ...]:
    """The Terraform addresses of one key's resources: key, alias, and its parameter where it is published."""
    types = ("aws_kms_key", "aws_kms_alias", *(("aws_ssm_parameter",) if published else ()))
    return tuple(f"{type}.{address}" for type in types)


def of_path(kind: str, path: str, region: str) -> str:
    """The Terraform name of something that AWS calls by a path, as log groups are: no two paths have one name.

    A path of letters, digits, hyphens and slashes is readable in it; any other gets a digest of itself as well.
    """
    readable = re.sub(r"[^A-Za-z0-9-]", "_", path.strip("/"))
    if not re.fullmatch(r"/?[A-Za-z0-9-]+(?:/[A-Za-z0-9-]+)*", path):
        readable += f"_{hashlib.sha256(path.encode()).hexdigest()[:8]}"
    absolute = "_" if path.startswith("/") else ""
    return f"{kind}_{absolute}{readable}_{underscored(region)}"


def role(namespace: str, feature: str, region: str) -> str:
    """The IAM role of a feature: roles are global, features regional. At most 64 characters."""
    return f"{namespace}-{feature.replace('_', '-')}-{region}"


def trail_bucket(namespace: str, account_id: str, region: str) -> str:
    """The bucket of an account's trail: bucket names are shared by all of AWS. At most 55 characters of 63."""
    return f"{namespace}-trail-{account_id}-{region}"


def output(purpose: str, region: str) -> str:
    """The Terraform output that carries a key's ARN."""
    return f"{address(purpose, region)}_key_arn"


def alias(namespace: str, purpose: str) -> str:
    """A key's alias, the same in every region."""
    return f"alias/{namespace}/{purpose}"


def parameter(namespace: str, purpose: str) -> str:
    """The SSM parameter with a key's ARN, in the key's own region."""
    return f"/{namespace}/kms/{purpose}/arn"


def stack(base: str, region: str, layout: Layout) -> str:
    """The stack of an account's region; `base` is the account's name, or the one that the lock keeps for its ID."""
    return base if layout == "account" else f"{base}-{region}"


def stack_base(stack: str, region: str, layout: Layout) -> str:
    """The inverse of `stack`."""
    return stack if layout == "account" else stack.removesuffix(f"-{region}")


def state_file(stack: str) -> str:
    return f"{stack}.tfstate"


def workspace(prefix: str, stack: str) -> str:
    """The HCP Terraform workspace of a stack."""
    return f"{prefix}-{stack}"


def role_arn(role: str | None, partition: str, account_id: str) -> str | None:
    """The ARN of a deployment role that is written as a name or an ARN; None: the caller's own credentials."""
    if role is None or role.startswith("arn:"):
        return role
    return f"arn:{partition}:iam::{account_id}:role/{role.removeprefix('/')}"
