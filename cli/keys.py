"""`kms-baseline keys`: the list of all keys."""

from typing import Any

from baseline.configuration.precedence import Chosen
from baseline.inventory import Key
from baseline.words import count
from cli import options, output
from operations.project import Project, configuration_path
from operations.selection import select


def keys(
    config: options.Config = None,
    account: options.Accounts = None,
    region: options.Regions = None,
    purpose: options.Purposes = None,
    format: options.OutputFormat = options.Format.table,
    explain: options.Explain = False,
) -> None:
    """List every key that should exist, with its settings.

    Example: kms-baseline keys --account data --format json
    """
    project = Project(configuration_path(config))
    selected = list(select(project, account or (), region or (), purpose or ()))
    if format is options.Format.json:
        output.show_json_list(_as_json(project, key, explain) for key in selected)
    elif explain:
        for key in selected:
            output.show(_explained(project, key))
    else:
        output.show_table(_HEAD, lambda: map(_row, selected))
        output.say(count(len(selected), "key"))


_HEAD = ("ACCOUNT", "ACCOUNT ID", "REGION", "PURPOSE", "ALIAS", "ROTATION", "DELETION WINDOW", "ADDRESS", "STATE")


def _row(key: Key) -> tuple[str, ...]:
    settings = key.settings
    rotation = f"{settings.rotation_period_days} days" if settings.rotation else "off"
    window = f"{settings.deletion_window_days} days"
    return (
        key.account,
        key.account_id,
        key.region,
        key.purpose,
        key.alias,
        rotation,
        window,
        f"aws_kms_key.{key.address}",
        state(key),
    )


def state(key: Key) -> str:
    """What a key is to be, in KMS's own words."""
    return "Enabled" if key.enabled else "Disabled"


def _as_json(project: Project, key: Key, explain: bool) -> dict[str, Any]:
    settings = key.settings
    data = {
        "account": key.account,
        "account_id": key.account_id,
        "region": key.region,
        "purpose": key.purpose,
        "alias": key.alias,
        "address": f"aws_kms_key.{key.address}",
        "stack": key.stack,
        "provider": f"aws.{key.provider}",
        "state": state(key),
        "rotation": settings.rotation,
        "rotation_period_days": settings.rotation_period_days if settings.rotation else None,
        "deletion_window_days": settings.deletion_window_days,
        "administrators": [principal.arn for principal in settings.administrators],
        "users": [principal.arn for principal in settings.users],
    }
    if explain:
        data["explained"] = {
            field: {"value": chosen.value, "level": chosen.level, "place": _place(project, chosen) or None}
            for field, chosen in project.configuration.explain(key.account_id, key.region, key.purpose).items()
        }
    return data


def _explained(project: Project, key: Key) -> str:
    chosen = project.configuration.explain(key.account_id, key.region, key.purpose)
    rows = [(f"  {field}", _spelled(c.value), c.level, _place(project, c)) for field, c in chosen.items()]
    head = f"{key.account} ({key.account_id}) {key.region} {key.purpose}"
    return f"{head}\n{output.table(('  SETTING', 'VALUE', 'LEVEL', 'PLACE'), rows)}\n"


def _place(project: Project, chosen: Chosen) -> str:
    """`file:line` of a value; empty for a default."""
    return str(project.configuration.place(chosen) or "")


def _spelled(value: object) -> str:
    """A value as the configuration writes it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return f"[{', '.join(_spelled(item['Sid'] if isinstance(item, dict) else item) for item in value)}]"
    return str(value)
