"""What a plan would do, read from `terraform show -json`.

The format: https://developer.hashicorp.com/terraform/internals/json-format#change-representation
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from baseline.errors import Refusal, WorldError

Kind = Literal["create", "update", "replace", "delete", "forget"]

# "read" is a data source, "no-op" nothing. Whatever is not in this table is refused: a word of
# a later Terraform could mean the loss of a key.
KINDS: Mapping[tuple[str, ...], Kind | None] = {
    ("no-op",): None,
    ("read",): None,
    ("create",): "create",
    ("update",): "update",
    ("delete", "create"): "replace",
    ("create", "delete"): "replace",
    ("delete",): "delete",
    ("forget",): "forget",
}

_REASONS = {
    "delete_because_no_resource_config": "it is no longer in the configuration",
    "delete_because_no_module": "it is no longer in the configuration",
    "replace_because_tainted": "it is marked as tainted in the state",
    "replace_by_request": "its replacement was asked for",
    "replace_by_triggers": "another resource triggers its replacement",
}


@dataclass(frozen=True, slots=True)
class KeyLoss:
    """A KMS key that a plan would schedule for deletion."""

    address: str
    action: Literal["delete", "replace"]
    reason: str
    """Why Terraform plans it, as half a sentence; empty when it does not say."""


@dataclass(frozen=True, slots=True)
class StackChanges:
    """How many resources a plan touches, by what it does to them, and the keys that it would lose."""

    create: int = 0
    update: int = 0
    replace: int = 0
    delete: int = 0
    forget: int = 0
    imported: int = 0
    """These are among the others too, when they are changed beyond the import."""
    key_losses: tuple[KeyLoss, ...] = ()

    @property
    def operations(self) -> int:
        """How often Terraform reports something as complete while it applies the plan."""
        return self.create + self.update + self.delete + 2 * self.replace + self.imported


def read_changes(plan: Mapping[str, Any]) -> StackChanges:
    """The changes of one plan. Raises WorldError for an action that is not known here."""
    entries = plan.get("resource_changes", [])
    kinds = [(entry, _kind(entry)) for entry in entries]
    counts: Counter[str] = Counter(kind for _, kind in kinds if kind)
    return StackChanges(
        **counts,
        imported=sum("importing" in entry["change"] for entry in entries),
        key_losses=tuple(
            KeyLoss(entry["address"], kind, _reason(entry))
            for entry, kind in kinds
            if kind in ("delete", "replace") and entry["type"] == "aws_kms_key"
        ),
    )


def refuse_key_losses(changes: Mapping[str, StackChanges]) -> None:
    """Raises Refusal when a plan would delete or replace a key."""
    lost = [
        f"{stack}: {loss.address} would be {loss.action}d" + (f": {loss.reason}" if loss.reason else "")
        for stack, change in changes.items()
        for loss in change.key_losses
    ]
    if lost:
        raise Refusal(
            "\n  ".join(["the plan would lose keys, and with them all that they encrypt; nothing was applied", *lost]),
            "put back what left the configuration, or list the keys under `retired:`",
        )


def _kind(entry: Mapping[str, Any]) -> Kind | None:
    actions = tuple(entry["change"]["actions"])
    if actions not in KINDS:
        raise WorldError(
            f"the plan does `{', '.join(actions)}` to {entry['address']}, which this program does not know",
            "use a Terraform that this program was tried with",
        )
    return KINDS[actions]


def _reason(entry: Mapping[str, Any]) -> str:
    reason = entry.get("action_reason", "")
    paths = entry["change"].get("replace_paths", [])
    if reason == "replace_because_cannot_update" and paths:
        names = ", ".join(f"`{'.'.join(str(part) for part in path)}`" for path in paths)
        return f"{names} cannot be changed on an existing key"
    return _REASONS.get(reason, str(reason).replace("_", " "))
