"""A plan as a client draws it: without sensitive values, and with the schemas of the types that it changes."""

import threading
from collections import defaultdict
from collections.abc import Callable
from typing import Any

Json = dict[str, Any]
Type = tuple[str, str, str]
"""Provider, section of its schemas, name of the type."""
_SECTIONS = {"managed": "resource_schemas", "data": "data_source_schemas"}
_CHANGES = ("resource_changes", "resource_drift")


class Schemas:
    """Schemas of types, read when a type is first seen: all of one provider are 13 MB of JSON."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[Type, Json] = {}
        self.format_version = "1.0"

    def of(self, types: set[Type], read: Callable[[], Json]) -> Json:
        """The schemas of some types by provider; `read` gets all that Terraform has."""
        with self._lock:
            if types - self._known.keys():
                said = read()
                self.format_version = said["format_version"]
                self._known |= {each: said["provider_schemas"][each[0]][each[1]][each[2]] for each in types}
            found: dict[str, dict[str, Json]] = defaultdict(lambda: defaultdict(dict))
            for provider, section, name in sorted(types):
                found[provider][section][name] = self._known[provider, section, name]
            return found


def redacted(plan: Json, schemas: Schemas, read: Callable[[], Json]) -> Json:
    """What `plans/ID/json-output-redacted` answers, from what `terraform show -json` says."""
    changes = [change for name in _CHANGES for change in plan.get(name, ())]
    found = schemas.of({(each["provider_name"], _SECTIONS[each["mode"]], each["type"]) for each in changes}, read)
    return {
        "plan_format_version": plan["format_version"],
        "provider_format_version": schemas.format_version,
        "provider_schemas": found,
        "relevant_attributes": plan.get("relevant_attributes", []),
        "output_changes": {name: _without(change) for name, change in plan.get("output_changes", {}).items()},
        **{name: [_changed(each) for each in plan.get(name, ())] for name in _CHANGES},
    }


def _changed(resource: Json) -> Json:
    return {**resource, "change": _without(resource["change"])}


def _without(change: Json) -> Json:
    return {
        **change,
        **{side: _masked(change.get(side), change.get(f"{side}_sensitive")) for side in ("before", "after")},
    }


def _masked(value: Any, sensitive: Any) -> Any:
    """The value with nothing where it is marked as sensitive."""
    if sensitive is True:
        return None
    if isinstance(value, dict) and isinstance(sensitive, dict):
        return {name: _masked(inner, sensitive.get(name)) for name, inner in value.items()}
    if isinstance(value, list) and isinstance(sensitive, list):
        marks = [*sensitive, *([None] * len(value))]
        return [_masked(inner, mark) for inner, mark in zip(value, marks, strict=False)]
    return value
