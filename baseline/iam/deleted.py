"""Principals that were deleted: a policy shows their IDs in place of their ARNs, and they can call nothing.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-roles
"""

from collections.abc import Mapping
from typing import Any

from baseline.iam.arns import is_unique_id
from baseline.iam.elements import items


def without_deleted(policy: Mapping[str, Any]) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    """The policy without them, and each of them with the name of its statement. A statement of nobody else goes."""
    statements: list[object] = []
    deleted: list[tuple[str, str]] = []
    for statement in items(policy.get("Statement", [])):
        if not isinstance(statement, Mapping) or not isinstance(statement.get("Principal"), Mapping):
            statements.append(statement)
            continue
        named = items(statement["Principal"].get("AWS", []))
        gone = [name for name in named if isinstance(name, str) and is_unique_id(name)]
        deleted += [(name, str(statement.get("Sid", ""))) for name in gone]
        left = {**statement["Principal"], "AWS": [name for name in named if name not in gone]}
        kinds = {kind: names for kind, names in left.items() if names}
        if not gone:
            statements.append(statement)
        elif kinds:
            statements.append({**statement, "Principal": kinds})
    return {**policy, "Statement": statements}, deleted
