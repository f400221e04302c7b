"""`kms-baseline diff`: what the change of a configuration means."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from baseline.bill import Monthly
from baseline.errors import Exit, UsageError
from baseline.inventory import Key
from baseline.prices import public_prices
from baseline.prover.inventories import ChangedKeys
from baseline.setting_changes import plain
from baseline.words import count, some
from cli import changes, options, output
from cli.policy.diff import NoNewAccess
from operations.comparison import ConfigurationDifference, difference_of_configurations
from operations.project import configuration_path

Old = Annotated[Path | None, typer.Argument(help="The old configuration.", show_default=False)]
New = Annotated[Path | None, typer.Argument(help="The new configuration; else that of --config.", show_default=False)]
From = Annotated[
    str,
    typer.Option(
        "--from",
        help="Take the old configuration from this revision of Git, else from HEAD.",
        show_default=False,
    ),
]


def diff(
    old: Old = None,
    new: New = None,
    config: options.Config = None,
    revision: From = "",
    no_new_access: NoNewAccess = False,
    format: options.OutputFormat = options.Format.table,
) -> None:
    """Show what a change of the configuration does: to settings, to keys, and to who may do what with them.

    Example: kms-baseline diff --from main
    """
    if old and revision:
        raise UsageError("OLD and --from both say what the old configuration is", "leave one of them out")
    found = difference_of_configurations(old, new or configuration_path(config), revision or "HEAD")
    if format is options.Format.json:
        output.show_json(_as_json(found))
    else:
        _show(found)
    if no_new_access and any(c.direction == "gains" for group in found.keys.changed for c in group.changes):
        raise typer.Exit(Exit.REFUSED)


def _show(of: ConfigurationDifference) -> None:
    found = of.keys
    for change in found.settings:
        where = f" in {some(change.accounts)}" if change.accounts else ""
        output.show(f"SETTING  {change.name}: {change.old or 'none'} -> {change.new or 'none'}{where}")
    for title, keys in (("new", found.new), ("gone", found.gone)):
        for key in keys:
            output.show(f"{title.upper()}  {key.where}")
    for group in found.changed:
        output.show("\n".join(_group(group)))
    if found.reworded:
        first, *others = found.reworded
        more = f" and {count(len(others), 'other key')}" if others else ""
        output.show(f"SAME MEANING  another text of the policy of {first.where}{more}")
    if of.bill and of.bill[0] != of.bill[1]:
        output.show(_bill(*of.bill))
    if not (found.new or found.gone or found.changed or found.reworded or found.settings):
        output.show("nothing changes")


def _bill(old: Monthly, new: Monthly) -> str:
    prices = public_prices()
    now, then = (
        f"{prices.amount(a)} -> {prices.amount(b)}" for a, b in ((old.new, new.new), (old.settled, new.settled))
    )
    return f"BILL  {old.keys} -> {count(new.keys, 'key')}: {now} a month, new; {then} after {prices.billed_rotations} rotations"


def _group(group: ChangedKeys) -> Iterator[str]:
    first, *others = group.keys
    more = f" and {count(len(others), 'other key')} alike: {_places(others)}" if others else ""
    yield f"CHANGED  {first.where}{more}"
    for name, (old, new) in group.settings.items():
        yield f"  {name}: {plain(old)} -> {plain(new)}"
    yield from (f"  {line}" for line in changes.lines(group.changes))


def _places(keys: Sequence[Key]) -> str:
    return some([f"{key.account}/{key.region}" for key in keys])


def _as_json(of: ConfigurationDifference) -> dict[str, Any]:
    found = of.keys
    return {
        "version": 1,
        "new": [_key(key) for key in found.new],
        "gone": [_key(key) for key in found.gone],
        "changed": [
            {
                "keys": [_key(key) for key in group.keys],
                "settings": {name: {"old": old, "new": new} for name, (old, new) in group.settings.items()},
                "changes": changes.as_json(group.changes),
            }
            for group in found.changed
        ],
        "same_meaning": [_key(key) for key in found.reworded],
        "settings": [asdict(change) for change in found.settings],
        "bill": of.bill and {"old": asdict(of.bill[0]), "new": asdict(of.bill[1])},
    }


def _key(key: Key) -> dict[str, str]:
    return {"account": key.account, "account_id": key.account_id, "region": key.region, "purpose": key.purpose}
