"""What a plan knows of keys: which the state has, which of them are gone, which are tainted, and what is made.

Read from `terraform show -json`, which also reads the plan that Terraform writes when it refuses to destroy a key:
https://developer.hashicorp.com/terraform/internals/json-format
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

KEY, ALIAS = "aws_kms_key", "aws_kms_alias"


@dataclass(frozen=True, slots=True)
class LostKey:
    """A key of the state that is not as Terraform left it."""

    address: str
    key_id: str


@dataclass(frozen=True, slots=True)
class KeysInPlan:
    """The keys of one plan. Addresses are Terraform's."""

    known: Mapping[str, str] = field(default_factory=dict)
    """The IDs of the keys that the state has or that are imported, by address."""
    targets: Mapping[str, str] = field(default_factory=dict)
    """The IDs of the keys at which aliases are that the state has or that are imported, by the alias's address."""
    tainted: tuple[str, ...] = ()
    """Addresses of keys that Terraform would replace, since their creation was interrupted."""
    vanished: tuple[LostKey, ...] = ()
    """Keys of the state that AWS no longer has, or that wait for their deletion."""
    stopped: tuple[LostKey, ...] = ()
    """Keys that somebody disabled past Terraform, and that the plan would enable again."""
    enabled: frozenset[str] = frozenset()
    """Addresses of disabled keys that the plan enables."""
    disabled: frozenset[str] = frozenset()
    """Addresses of enabled keys that the plan disables."""
    made: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """All resources that the plan makes, of whatever type, and does not import: by address, with those of their
    arguments that are known texts."""
    imported: Mapping[str, Mapping[str, str] | None] = field(default_factory=dict)
    """What the plan takes over: by address, with the tags that AWS has there; None: such a thing has no tags."""


def read_keys(plan: Mapping[str, Any]) -> KeysInPlan:
    """What a plan says of keys."""
    enabled = frozenset(_switched(plan, to=True))
    every = list(_resources(plan.get("prior_state", {})))
    state = [resource for resource in every if resource["type"] == KEY]
    return KeysInPlan(
        known={resource["address"]: _id(resource["values"]) for resource in state},
        targets={r["address"]: str(r["values"].get("target_key_id")) for r in every if r["type"] == ALIAS},
        tainted=tuple(resource["address"] for resource in state if resource.get("tainted")),
        vanished=tuple(
            LostKey(entry["address"], _id(entry["change"]["before"]))
            for entry in plan.get("resource_drift", [])
            if entry["type"] == KEY and entry["change"]["actions"] == ["delete"]
        ),
        stopped=tuple(
            LostKey(entry["address"], _id(entry["change"]["before"]))
            for entry in plan.get("resource_drift", [])
            if entry["address"] in enabled and _enabled(entry, "before") is True
        ),
        enabled=enabled,
        disabled=frozenset(_switched(plan, to=False)),
        made={
            entry["address"]: {k: v for k, v in (entry["change"].get("after") or {}).items() if isinstance(v, str)}
            for entry in plan.get("resource_changes", [])
            if entry["change"]["actions"] == ["create"] and "importing" not in entry["change"]
        },
        imported={
            entry["address"]: _tags(entry["change"]["before"] or {})
            for entry in plan.get("resource_changes", [])
            if "importing" in entry["change"]
        },
    )


def _switched(plan: Mapping[str, Any], to: bool) -> Iterator[str]:
    for entry in plan.get("resource_changes", []):
        updated = entry["type"] == KEY and entry["change"]["actions"] == ["update"]
        if updated and _enabled(entry, "before") is (not to) and _enabled(entry, "after") is to:
            yield entry["address"]


def _tags(values: Mapping[str, Any]) -> Mapping[str, str] | None:
    return (values["tags_all"] or {}) if "tags_all" in values else None


def _enabled(entry: Mapping[str, Any], side: str) -> bool | None:
    return (entry["change"].get(side) or {}).get("is_enabled")


def _id(values: Mapping[str, Any]) -> str:
    """A tainted key has an ID and nothing else."""
    return str(values.get("key_id") or values.get("id") or "")


def _resources(state: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield from state.get("values", {}).get("root_module", {}).get("resources", [])
