"""What the keys of a project cost a month, and what other choices would save."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from baseline.bill import Monthly, billed_resources, in_year, in_years, monthly
from baseline.errors import UsageError
from baseline.fields.limits import ROTATION_PERIOD
from baseline.inventory import Key
from baseline.lock import KeyIdentity
from baseline.own_purpose import PREFIX
from baseline.prices import Prices, parse_prices, prices_in, public_prices
from baseline.purposes.purpose import Purpose
from files.whole import read_text
from operations.project import Project

YEARS = 3
"""Over which a saving is counted."""
GROUPS: dict[str, Callable[[Key], str]] = {
    "account": lambda key: key.account,
    "region": lambda key: key.region,
    "purpose": lambda key: key.purpose,
}


@dataclass(frozen=True, slots=True)
class Saving:
    """A choice, and what it would save."""

    choice: str
    keys: int
    saved: float
    """In the first three years of these keys."""


@dataclass(frozen=True, slots=True)
class Costs:
    """What keys cost, by what was asked for."""

    prices: Prices
    groups: dict[str, Monthly]
    every: Monthly
    first_year: float
    third_year: float
    savings: tuple[Saving, ...]
    retired: int
    """Keys that were retired and that Terraform forgets: they stay, and are billed until they are deleted."""
    resources: int
    """Resources in the states of the whole organization."""


def prices_from(file: Path | None) -> Prices:
    """The public prices, or what a file says otherwise. Raises UsageError, Mistakes."""
    if file is None:
        return public_prices()
    return parse_prices(read_text(file, "name a file with prices"), str(file), public_prices())


def costs(project: Project, keys: Sequence[Key], forgotten: Sequence[KeyIdentity], by: str, prices: Prices) -> Costs:
    """What these keys of a project cost, and what retired ones of which Terraform knows nothing would save if they went.

    Raises UsageError where the prices do not hold for its partition.
    """
    partition = project.inventory.organization.partition
    if not prices_in(partition, prices):
        raise UsageError(
            f"nobody has looked up prices for the partition {partition}",
            f'name a file with yours by --prices, which has "partitions": ["{partition}"]',
        )
    groups: dict[str, list[Key]] = {}
    for key in keys:
        groups.setdefault(GROUPS[by](key), []).append(key)
    return Costs(
        prices=prices,
        groups={name: monthly(of, prices) for name, of in groups.items()},
        every=monthly(keys, prices),
        first_year=in_year(keys, prices, 1),
        third_year=in_year(keys, prices, YEARS),
        savings=tuple(_savings(project.inventory.organization.purposes, keys, len(forgotten), prices)),
        retired=len(forgotten),
        resources=billed_resources(project.inventory),
    )


def _savings(purposes: Mapping[str, Purpose], keys: Sequence[Key], forgotten: int, prices: Prices) -> Iterator[Saving]:
    """What can be declined, purpose by purpose; rotation as rare as KMS allows; retired keys, if a person deletes them.

    Of a retired key nobody knows how often it was rotated: it costs at least as much as one that never was.
    """
    enabled = [key for key in keys if key.enabled]
    for name, purpose in purposes.items():
        of = [key for key in enabled if key.purpose == name]
        if of:
            way = f"keys: {{purposes: {{{name}: false}}}}"
            if purpose.feature:
                way = f"features: {{{purpose.feature}: false}}"
            elif purpose.own:
                way = f"keys.custom without {name.removeprefix(PREFIX)}"
            yield Saving(f"no {name} keys: `{way}`", len(of), in_years(of, prices, YEARS))
    rotating = [key for key in enabled if key.settings.rotation]
    saved = in_years(keys, prices, YEARS) - in_years(keys, prices, YEARS, longest=True)
    if saved > 0:
        yield Saving(
            f"the longest rotation: `keys: {{rotation_period_days: {ROTATION_PERIOD.high}}}`", len(rotating), saved
        )
    if retired := forgotten + len(keys) - len(enabled):
        yield Saving(
            "no retired keys: `then: schedule_deletion`, and `kms-baseline retire --execute`",
            retired,
            retired * 12 * YEARS * prices.key,
        )
