"""Policies other than key policies: of topics and buckets, of a role, and whom a role trusts.

Actions and condition keys are of any service, so they are not checked against a list as those of KMS are.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, NamedTuple


class When(NamedTuple):
    """A condition: an operator, a condition key, and values of which one must match."""

    operator: str
    key: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessStatement:
    """One statement. A role's permissions name no principal, and its trust no resource."""

    sid: str
    effect: Literal["Allow", "Deny"] = "Allow"
    services: tuple[str, ...] = ()
    """Service principals."""
    accounts: tuple[str, ...] = ()
    """ARNs of accounts' roots; `*` alone is everybody, for a Deny or with a condition that says who."""
    actions: tuple[str, ...]
    resources: tuple[str, ...] = ()
    """ARNs, with `*` and `?`."""
    conditions: tuple[When, ...] = ()

    def as_dict(self) -> dict[str, object]:
        """As JSON, with the elements in AWS's order."""
        principals = {"AWS": self.accounts, "Service": self.services}
        written: dict[str, object] = {"Sid": self.sid, "Effect": self.effect}
        if self.accounts or self.services:
            written["Principal"] = {kind: _one_or_many(ids) for kind, ids in principals.items() if ids}
        written["Action"] = _one_or_many(self.actions)
        if self.resources:
            written["Resource"] = _one_or_many(self.resources)
        if self.conditions:
            operators: dict[str, dict[str, object]] = {}
            for condition in self.conditions:
                operators.setdefault(condition.operator, {})[condition.key] = _one_or_many(condition.values)
            written["Condition"] = operators
        return written


def render(*statements: AccessStatement) -> str:
    """The policy as compact JSON, the same text for the same statements."""
    written = [statement.as_dict() for statement in statements]
    return json.dumps({"Version": "2012-10-17", "Statement": written}, separators=(",", ":"))


def _one_or_many(values: Iterable[str]) -> str | list[str]:
    unique = sorted(set(values))
    return unique[0] if len(unique) == 1 else unique
