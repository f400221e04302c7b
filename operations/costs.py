"""What the keys of a project cost a month, and what other choices would save."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from baseline.bill import Monthly, billed_resources, in_year, in_years, monthly
from baseline.errors import UsageError
from baseline.fields.limits import ROTATION_PERIOD
from baseline.inventory import Key
from baseline.own_purpose import PREFIX
from baseline.prices import Prices, parse_prices, public_prices
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
    """Keys that were retired: they stay, and are billed until they are deleted."""
    resources: int
    """Resources in the states of the whole organization."""


def prices_from(file: Path | None) -> Prices:
    """The public prices, or what a file says otherwise. Raises UsageError, Mistakes."""
    if file is None:
        return public_prices()
    return parse_prices(read_text(file, "name a file with prices"), str(file), public_prices())


def costs(project: Project, keys: Sequence[Key], by: str, prices: Prices) -> Costs:
    """What these keys of a project cost. Raises UsageError where the prices do not hold for its partition."""
    partition = project.inventory.organization.partition
    if partition not in prices.partitions:
        raise UsageError(
            f"nobody has looked up prices for the partition {partition}", "name a file with yours by --prices"
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
        savings=tuple(_savings(project.inventory.organization.purposes, keys, prices)),
        retired=sum(1 for _ in project.inventory.lock.retired),
        resources=billed_resources(project.inventory),
    )


def _savings(purposes: Mapping[str, Purpose], keys: Sequence[Key], prices: Prices) -> Iterator[Saving]:
    """What can be declined, purpose by purpose, and rotation as rare as KMS allows."""
    for name, purpose in purposes.items():
        of = [key for key in keys if key.purpose == name]
        if of:
            way = f"keys: {{purposes: {{{name}: false}}}}"
            if purpose.feature:
                way = f"features: {{{purpose.feature}: false}}"
            elif purpose.own:
                way = f"keys.custom without {name.removeprefix(PREFIX)}"
            yield Saving(f"no {name} keys: `{way}`", len(of), in_years(of, prices, YEARS))
    rotating = [key for key in keys if key.settings.rotation]
    saved = in_years(keys, prices, YEARS) - in_years(keys, prices, YEARS, longest=True)
    if saved > 0:
        yield Saving(
            f"the longest rotation: `keys: {{rotation_period_days: {ROTATION_PERIOD.high}}}`", len(rotating), saved
        )
