"""`kms-baseline keys`: the list of all keys."""

import os
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from baseline.configuration.precedence import Chosen
from baseline.errors import UsageError, WorldError
from baseline.inventory import Key
from baseline.words import count
from cli import options, output
from operations.project import Project, configuration_path
from operations.selection import DeclinedKey, declined_keys, select

if TYPE_CHECKING:
    from operations.live_keys import LiveKey

Live = Annotated[bool, typer.Option("--live", help="Ask AWS for the key IDs, ARNs and states.")]

NotThere = Annotated[
    bool, typer.Option("--declined", help="List instead the keys that are declined, by which line, and why.")
]


def keys(
    config: options.Config = None,
    account: options.Accounts = None,
    region: options.Regions = None,
    purpose: options.Purposes = None,
    format: options.OutputFormat = options.Format.table,
    explain: options.Explain = False,
    live: Live = False,
    declined: NotThere = False,
) -> None:
    """List every key that should exist, with its settings.

    With --live AWS is asked for IDs and ARNs; without another option retired keys are listed then too.

    Example: kms-baseline keys --account data --format json
    """
    project = Project(configuration_path(config))
    if declined:
        if live or explain:
            raise UsageError("--declined lists keys that are not there, of which --live and --explain know nothing")
        _show_declined(list(declined_keys(project, account or (), region or (), purpose or ())), format)
        return
    selected = list(select(project, account or (), region or (), purpose or ()))
    if live:
        _show_live(project, selected, not (account or region or purpose), format)
    elif format is options.Format.json:
        output.show_json_list(_as_json(project, key, explain) for key in selected)
    elif explain:
        for key in selected:
            output.show(_explained(project, key))
    else:
        output.show_table(_HEAD, lambda: map(_row, selected))
        output.say(count(len(selected), "key"))


def _show_declined(found: list[DeclinedKey], format: options.Format) -> None:
    if format is options.Format.json:
        output.show_json_list({**asdict(key), "place": str(key.place), "reason": key.reason or None} for key in found)
    else:
        rows = [(k.account, k.account_id, k.region, k.purpose, str(k.place), k.reason or "-") for k in found]
        output.show_table(("ACCOUNT", "ACCOUNT ID", "REGION", "PURPOSE", "DECLINED BY", "REASON"), lambda: rows)
        output.say(count(len(found), "declined key"))


def _show_live(project: Project, selected: list[Key], retired: bool, format: options.Format) -> None:
    from live.sessions import sessions_of  # here, for it loads boto3
    from operations.live_keys import LiveKey, live_keys
    from operations.unread import Unread

    wanted = {key.locked.key for key in selected}
    every = list(live_keys(project.inventory, sessions_of(os.environ), output.say, wanted, retired))
    found = [one for one in every if isinstance(one, LiveKey)]
    if format is options.Format.json:
        output.show_json([{**key.identity._asdict(), **_live(key)} for key in found])
    else:
        rows = [(key.account, *key.identity, key.alias, key.key_id or "-", _live_state(key)) for key in found]
        output.show(output.table(_LIVE_HEAD, rows))
        output.say(f"{count(sum(key.key_id is not None for key in found), 'key')} in AWS, of {len(found)}")
    unread = [one for one in every if isinstance(one, Unread)]
    if unread:
        lines = [f"  {one.account} {one.region}: {one.problem}" for one in unread]
        raise WorldError("\n".join([f"{count(len(unread), 'region')} of accounts could not be read", *lines]))


def _live(key: "LiveKey") -> dict[str, Any]:
    return {
        "account": key.account,
        "alias": key.alias,
        "key_id": key.key_id,
        "arn": key.arn,
        "state": key.state,
        "retired": key.retired,
    }


def _live_state(key: "LiveKey") -> str:
    there = key.state or ("not there" if key.key_id is None else "may not be described")
    return f"{there}, retired" if key.retired else there


_LIVE_HEAD = ("ACCOUNT", "ACCOUNT ID", "REGION", "PURPOSE", "ALIAS", "KEY ID", "STATE")
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
        key.state,
    )


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
        "state": key.state,
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
