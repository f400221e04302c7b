"""`kms-baseline diff`: what the change of a configuration means."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from baseline.errors import Exit, UsageError
from baseline.inventory import Key
from baseline.prover.inventories import ChangedKeys
from baseline.setting_changes import plain
from baseline.words import count, some
from cli import changes, options, output
from cli.policy.diff import NoNewAccess
from operations.comparison import BillDifference, ConfigurationDifference, difference_of_configurations
from operations.costs import prices_from
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
    prices: options.OwnPrices = None,
    format: options.OutputOfChange = options.ChangeFormat.table,
) -> None:
    """Show what a change of the configuration does: to settings, to keys, and to who may do what with them.

    Example: kms-baseline diff --from main
    """
    if old and revision:
        raise UsageError("OLD and --from both say what the old configuration is", "leave one of them out")
    found = difference_of_configurations(
        old, new or configuration_path(config), revision or "HEAD", prices_from(prices)
    )
    if format is options.ChangeFormat.json:
        output.show_json(_as_json(found))
    elif format is options.ChangeFormat.markdown:
        output.show("\n".join(_markdown(found)))
    else:
        output.show("\n".join(_lines(found)))
    if no_new_access and any(c.direction == "gains" for group in found.keys.changed for c in group.changes):
        raise typer.Exit(Exit.REFUSED)


def _markdown(of: ConfigurationDifference) -> Iterator[str]:
    """For the comment of a pull request: how much it is, what it costs, then everything."""
    found = of.keys
    changed = sum(len(group.keys) for group in found.changed)
    yield f"### keys: {len(found.new)} new, {len(found.gone)} gone, {changed} changed\n"
    if of.bill and of.bill.changes:
        yield f"{_bill(of.bill)}\n"
    # Four back quotes: no value of a configuration ends the block.
    yield "````text"
    yield from _lines(of)
    yield "````"


def _lines(of: ConfigurationDifference) -> Iterator[str]:
    found = of.keys
    for change in found.settings:
        where = f" in {some(change.accounts)}" if change.accounts else ""
        yield f"SETTING  {change.name}: {change.old or 'none'} -> {change.new or 'none'}{where}"
    for title, keys in (("new", found.new), ("gone", found.gone)):
        for key in keys:
            yield f"{title.upper()}  {key.where}"
    for group in found.changed:
        yield from _group(group)
    if found.reworded:
        first, *others = found.reworded
        more = f" and {count(len(others), 'other key')}" if others else ""
        yield f"SAME MEANING  another text of the policy of {first.where}{more}"
    if of.bill and of.bill.changes:
        yield f"BILL  {_bill(of.bill)}"
    if not (found.new or found.gone or found.changed or found.reworded or found.settings):
        yield "nothing changes"


def _bill(of: BillDifference) -> str:
    old, new, prices = of.old, of.new, of.prices
    now, then = (
        f"{prices.amount(a)} -> {prices.amount(b)}" for a, b in ((old.new, new.new), (old.settled, new.settled))
    )
    said = (
        f"{old.keys} -> {count(new.keys, 'key')}: {now} a month, new; {then} after {prices.billed_rotations} rotations"
    )
    if of.resources:
        said += f"; {of.resources[0]} -> {count(of.resources[1], 'resource')} billed by HCP Terraform"
    return said


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
        "bill": of.bill and asdict(of.bill),
    }


def _key(key: Key) -> dict[str, str]:
    return {"account": key.account, "account_id": key.account_id, "region": key.region, "purpose": key.purpose}
