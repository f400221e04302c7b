"""The IDs of backup plans, which only AWS Backup knows."""

from typing import Any

from baseline.inventory import Provider
from live.asking import allowed, asking, pages
from live.sessions import Sessions


def backup_ids(sessions: Sessions, provider: Provider, name: str) -> dict[str, str] | None:
    """The `plan_id` of the plan with this name, and the `selection_id` of its selection with this name, if there are any.

    None: they may not be listed. Raises WorldError when AWS cannot be reached.
    """
    with asking(provider):
        backup = sessions.client(provider, "backup")
        return allowed(lambda: _ids(backup, name))


def _ids(backup: Any, name: str) -> dict[str, str]:
    for plan in pages(backup, "list_backup_plans", "BackupPlansList"):
        if plan["BackupPlanName"] == name:
            plan_id = plan["BackupPlanId"]
            selections = pages(backup, "list_backup_selections", "BackupSelectionsList", BackupPlanId=plan_id)
            ids = [found["SelectionId"] for found in selections if found["SelectionName"] == name]
            return {"plan_id": plan_id, **({"selection_id": ids[0]} if ids else {})}
    return {}
