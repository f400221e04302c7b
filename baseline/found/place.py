"""The key that a found policy belongs to, as far as somebody said or the policy shows."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from baseline.errors import FieldPath
from baseline.found.policy import FoundPolicy
from baseline.iam.arns import is_account_id
from baseline.iam.elements import items
from baseline.key_policy.place import KeyPlace
from baseline.regions import partition_of

_ARN_OF_ACCOUNT = re.compile(r"arn:[a-z*?-]+:[a-z0-9*?-]*:[a-z0-9*?-]*:([0-9]{12}):.+", re.DOTALL)
_ARN = re.compile(r"arn:(aws[a-z-]*):")


def texts_in(value: Any) -> Iterator[str]:
    """Every text inside a value, at any depth."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from texts_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts_in(inner)


def texts_with_paths(value: Any, path: FieldPath = ()) -> Iterator[tuple[FieldPath, str]]:
    """Every text inside a value, names of members included, with the path of its line."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield (*path, name), name
            yield from texts_with_paths(inner, (*path, name))
    elif isinstance(value, list):
        for i, inner in enumerate(value):
            yield from texts_with_paths(inner, (*path, i))


def account_of(text: str) -> str:
    """The account that an ID or an ARN is of; empty if it is of none."""
    match = _ARN_OF_ACCOUNT.fullmatch(text)
    return text if is_account_id(text) else match[1] if match else ""


def accounts_in(value: Any) -> list[str]:
    """The accounts named in a value, in their order."""
    return list(dict.fromkeys(filter(None, map(account_of, texts_in(value)))))


def partition_in(policy: FoundPolicy) -> str:
    """The partition of the first ARN among the principals; `aws` where there is none."""
    for statement in policy.statements:
        for text in texts_in(statement.elements.get("Principal")):
            if match := _ARN.match(text):
                return match[1]
    return "aws"


def account_in(policy: FoundPolicy) -> str:
    """The account whose key it looks like: whose root principal is let in, or the only one named; else empty."""
    principals = [s.elements["Principal"] for s in policy.statements if s.is_allow and "Principal" in s.elements]
    roots = [text for text in texts_in(principals) if _is_root(text)]
    for candidates in (
        accounts_in(roots),
        accounts_in(principals),
        accounts_in([s.elements for s in policy.statements]),
    ):
        if candidates:
            return candidates[0] if len(candidates) == 1 else ""
    return ""


def place_of(policy: FoundPolicy, account_id: str, region: str) -> KeyPlace:
    """Where the key is that the policy belongs to: as somebody said, else as the policy shows."""
    partition = partition_of(region) if region else None
    return KeyPlace(partition.name if partition else partition_in(policy), account_id or account_in(policy), region)


def _is_root(text: str) -> bool:
    return is_account_id(text) or (account_of(text) != "" and text.split(":", 5)[5] == "root")


def names_of(statement: Mapping[str, Any], kind: str) -> list[str]:
    """The principals of a kind, such as `Service`, that are written as texts."""
    principal = statement.get("Principal")
    written = principal.get(kind, []) if isinstance(principal, Mapping) else principal if kind == "AWS" else []
    return [name for name in items(written) if isinstance(name, str)]
