"""What keys cost, by public prices: no bill was ever seen.

A key costs $1 a month. Its first and its second rotation add $1 a month each, later ones nothing. A month that has begun
is counted as a whole one. https://aws.amazon.com/kms/pricing/
"""

from collections import Counter
from collections.abc import Iterable

from baseline.inventory import Key

BILLED_ROTATIONS = 2
_DAYS_OF_A_MONTH = 365 / 12
CURRENCIES = {"aws": "$", "aws-us-gov": "$"}
"""By partition. China has prices of its own, in yuan, which are not here."""


def dollars(keys: Iterable[Key], year: int) -> int:
    """What keys that are made now cost in one year from now on; the first year is 1."""
    periods = Counter(key.settings.rotation_period_days if key.settings.rotation else 0 for key in keys)
    return sum(number * _of_one_key(days, year) for days, number in periods.items())


def _of_one_key(rotation_period_days: int, year: int) -> int:
    """The same for one key; 0 days: it is never rotated."""
    months = range(12 * (year - 1), 12 * year)
    if not rotation_period_days:
        return len(months)
    return sum(1 + min(BILLED_ROTATIONS, int(m * _DAYS_OF_A_MONTH / rotation_period_days + 1e-9)) for m in months)
