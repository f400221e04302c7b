"""What a plan does to each resource, and which of its arguments change, read from `terraform show -json`.

The format: https://developer.hashicorp.com/terraform/internals/json-format#change-representation
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from deployment.changes import KINDS, Kind

Action = Kind | Literal["import"]
LATER, HIDDEN = "(known after apply)", "(sensitive)"
_OF_THE_PROVIDER = ("tags",)
"""What `tags_all` says once more, with the default tags."""


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One argument that gets another value. As texts, JSON for what is none; None: it is not there."""

    name: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class ResourceChange:
    """What becomes of one resource."""

    address: str
    action: Action
    """An import may change fields too."""
    fields: tuple[FieldChange, ...] = ()
    """Of an update, a replacement or an import."""


def read_details(plan: Mapping[str, Any]) -> tuple[ResourceChange, ...]:
    """Every resource that the plan touches, in its order."""
    return tuple(_details(plan))


def _details(plan: Mapping[str, Any]) -> Iterator[ResourceChange]:
    for entry in plan.get("resource_changes", []):
        change = entry["change"]
        action = "import" if "importing" in change else KINDS.get(tuple(change["actions"]))
        if action in ("import", "update", "replace"):
            yield ResourceChange(entry["address"], action, tuple(_fields(change)))
        elif action:
            yield ResourceChange(entry["address"], action)


def _fields(change: Mapping[str, Any]) -> Iterator[FieldChange]:
    before, after = change.get("before") or {}, change.get("after") or {}
    unknown = change.get("after_unknown") or {}
    hidden = _hidden(change.get("before_sensitive")) | _hidden(change.get("after_sensitive"))
    for name in sorted({*before, *after, *unknown} - set(_OF_THE_PROVIDER)):
        old, new = before.get(name), LATER if unknown.get(name) is True else after.get(name)
        if _written(old) == _written(new):
            continue
        if name in hidden:
            yield FieldChange(name, HIDDEN, HIDDEN)
        elif name == "tags_all" and not isinstance(new, str):
            yield from _tags(old or {}, new or {})
        else:
            yield FieldChange(name, _written(old), _written(new))


def _tags(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[FieldChange]:
    for tag in sorted({*old, *new}):
        if old.get(tag) != new.get(tag):
            yield FieldChange(f"tags.{tag}", old.get(tag), new.get(tag))


def _hidden(sensitive: object) -> set[str]:
    """The arguments of which anything is sensitive."""
    return {name for name, within in sensitive.items() if within} if isinstance(sensitive, Mapping) else set()


def _written(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value or None
    return json.dumps(value, sort_keys=True) if value not in ([], {}) else None
