"""Administrators and users as people write them, and the ARNs that they stand for in one account."""

import re

from baseline.organization import NamedPrincipal

_NAME = re.compile(r"(role|user)/[A-Za-z0-9_+=,.@/*?-]{1,576}")
_ARN = re.compile(r"arn:(aws[a-z-]*):iam::([0-9]{12}):(root|(role|user)/[A-Za-z0-9_+=,.@/*?-]{1,576})")

PRINCIPAL_PATTERN = f"{_NAME.pattern}|{_ARN.pattern}"


def check_principal(written: str) -> str:
    """The text itself. Raises ValueError when it is neither a name nor an ARN that can stand for a role or user."""
    if _NAME.fullmatch(written) or _ARN.fullmatch(written):
        return written
    if ":assumed-role/" in written or ":federated-user/" in written:
        raise ValueError(
            f"`{written}` is a session, which ends, and the key then has one principal less",
            "write the role or the user whose session it is, as in `role/NAME`",
        )
    if ":group/" in written or written.startswith("group/"):
        raise ValueError(f"`{written}` is a group, which no key policy can name; write roles or users")
    if re.fullmatch(r"[0-9]{12}", written):
        raise ValueError(f"`{written}` is an account ID; write `arn:aws:iam::{written}:root` for the whole account")
    raise ValueError(f"must be `role/NAME`, `user/NAME` or a full ARN of one with its exact account, got `{written}`")


def partition_written(written: str) -> str | None:
    """The partition in a full ARN; None for a name."""
    match = _ARN.fullmatch(written)
    return match[1] if match else None


def resolve(written: str, partition: str, account_id: str) -> NamedPrincipal:
    """What a name or ARN stands for in an account."""
    return NamedPrincipal(written if written.startswith("arn:") else f"arn:{partition}:iam::{account_id}:{written}")
