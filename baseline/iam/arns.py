"""Amazon Resource Names.

The form: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from baseline.iam.policy_error import PolicyError

_ACCOUNT_ID = re.compile(r"[0-9]{12}")
_UNIQUE_ID = re.compile(r"A[A-Z]{2}A[A-Z0-9]{12,}")


def is_account_id(text: str) -> bool:
    """Whether the text is an AWS account ID: twelve digits, leading zeros included."""
    return _ACCOUNT_ID.fullmatch(text) is not None


def is_unique_id(text: str) -> bool:
    """Whether the text is the ID of a user or role (`AIDA...`, `AROA...`), which a policy shows after its deletion.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
    """
    return _UNIQUE_ID.fullmatch(text) is not None


def has_wildcard(text: str) -> bool:
    """Whether `*` or `?` stands in the text."""
    return "*" in text or "?" in text


@dataclass(frozen=True, slots=True)
class Arn:
    """The six parts of an ARN. Only the first five colons divide; a resource may hold more of them."""

    partition: str
    service: str
    region: str
    account_id: str
    resource: str

    @staticmethod
    @lru_cache(maxsize=8_192)
    def parse(text: str) -> "Arn":
        """Read `arn:partition:service:region:account:resource`. Raises PolicyError."""
        parts = text.split(":", 5)
        if len(parts) != 6 or parts[0] != "arn":
            raise PolicyError(
                f"`{text}` is not an ARN; it has six parts: arn:partition:service:region:account:resource"
            )
        return Arn(*parts[1:])

    def __str__(self) -> str:
        return f"arn:{self.partition}:{self.service}:{self.region}:{self.account_id}:{self.resource}"
