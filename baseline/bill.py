"""What keys cost, from the day on which they are made. A month that has begun is counted as a whole one."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from baseline.fields.limits import ROTATION_PERIOD
from baseline.inventory import Inventory, Key
from baseline.prices import Prices

_DAYS_OF_A_MONTH = 365 / 12


@dataclass(frozen=True, slots=True)
class Monthly:
    """What keys cost a month: before their first rotation, after it, and once no further one adds anything."""

    keys: int
    new: float
    rotated: float
    settled: float


def monthly(keys: Iterable[Key], prices: Prices) -> Monthly:
    """What these keys cost a month."""
    rotating = Counter(_is_rotated(key) for key in keys)
    every = rotating.total()
    new = every * prices.key
    first, all_of_them = (min(n, prices.billed_rotations) * prices.rotation for n in (1, prices.billed_rotations))
    return Monthly(every, new, new + rotating[True] * first, new + rotating[True] * all_of_them)


def in_year(keys: Iterable[Key], prices: Prices, year: int) -> float:
    """What keys that are made now cost in one year from now on; the first year is 1."""
    return _in_year(_periods(keys), prices, year)


def in_years(keys: Iterable[Key], prices: Prices, years: int, longest: bool = False) -> float:
    """What they cost in all of the first years together; `longest`: if they were rotated as rarely as KMS allows."""
    periods = _periods(keys)
    if longest:
        periods = Counter({0: periods[0], ROTATION_PERIOD.high: periods.total() - periods[0]})
    return sum(_in_year(periods, prices, year) for year in range(1, years + 1))


def billed_resources(inventory: Inventory) -> int:
    """How many resources the states of all stacks have."""
    of_keys = sum(3 if key.parameter else 2 for key in inventory.keys)  # the key, its alias, its parameter
    return of_keys + sum(1 for stack in inventory.stacks for part in stack.parts for _ in part.resources())


def _periods(keys: Iterable[Key]) -> Counter[int]:
    """How many keys are rotated after so many days; 0: never."""
    return Counter(key.settings.rotation_period_days if _is_rotated(key) else 0 for key in keys)


def _is_rotated(key: Key) -> bool:
    """KMS rotates no key while it is disabled. https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html"""
    return key.settings.rotation and key.enabled


def _in_year(periods: Counter[int], prices: Prices, year: int) -> float:
    return sum(number * _of_one_key(days, prices, year) for days, number in periods.items())


def _of_one_key(rotation_period_days: int, prices: Prices, year: int) -> float:
    total = 0.0
    for month in range(12 * (year - 1), 12 * year):
        past = int(month * _DAYS_OF_A_MONTH / rotation_period_days + 1e-9) if rotation_period_days else 0
        total += prices.key + min(prices.billed_rotations, past) * prices.rotation
    return total
