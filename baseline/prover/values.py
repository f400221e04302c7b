"""The classes of values that are no text: booleans, numbers, points in time, addresses. A value stands for each.

A comparison can tell apart only what lies below, at and above each of its bounds; a range of addresses only what lies
in it and in none of the ranges inside it.
"""

import ipaddress
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

from baseline.iam.reading import PlainCondition
from baseline.iam.values import Network, moment_of, network_of, number_of

_FAMILIAR_ADDRESSES = ("203.0.113.7", "198.51.100.7", "2001:db8::7")
_FAMILIAR_TIME = Decimal(1_893_456_000)
"""The beginning of 2030."""
_EVERY_ADDRESS = (Network(4, 0, 2**32 - 1), Network(6, 0, 2**128 - 1))
_START = datetime(1970, 1, 1, tzinfo=UTC)
_ORDER: dict[str, Callable[[Decimal, Decimal], bool]] = {
    "Equals": lambda value, bound: value == bound,
    "LessThan": lambda value, bound: value < bound,
    "LessThanEquals": lambda value, bound: value <= bound,
    "GreaterThan": lambda value, bound: value > bound,
    "GreaterThanEquals": lambda value, bound: value >= bound,
}


def compares_values(base: str) -> bool:
    """Whether an operator compares numbers, times or addresses."""
    return base.startswith(("Numeric", "Date")) or base.endswith("IpAddress")


def value_test(base: str, wanted: str) -> Callable[[str], bool]:
    """The comparison of a value's text with a text of the policy, without its negation."""
    if base.endswith("IpAddress"):
        network = network_of(wanted)
        return lambda text: network is not None and _is_in(network_of(text), network)
    read = moment_of if base.startswith("Date") else number_of
    bound, compare = read(wanted), _ORDER[base.removeprefix("Numeric").removeprefix("Date").replace("Not", "")]
    return lambda text: bound is not None and (value := read(text)) is not None and compare(value, bound)


def _is_in(inner: Network | None, outer: Network) -> bool:
    return (
        inner is not None and inner.version == outer.version and outer.first <= inner.first <= inner.last <= outer.last
    )


def value_words(kind: str, key: str, conditions: Sequence[PlainCondition]) -> tuple[str, ...]:
    """A value of every class of a key of this type."""
    compared = [(c.operator.base, value) for c in conditions if compares_values(c.operator.base) for value in c.values]
    if kind == "Bool":
        return ("true", "false")
    if kind == "IPAddress":
        return tuple(_addresses([n for _, value in compared if (n := network_of(value))]))
    read = moment_of if kind == "Date" else number_of
    bounds = [
        bound for base, value in compared if (bound := (moment_of if "Date" in base else number_of)(value)) is not None
    ]
    numbers = _around(bounds or [_FAMILIAR_TIME if read is moment_of else Decimal(0)])
    if kind == "Numeric":
        return (*map(_plain, numbers), "no number")
    return tuple(map(_plain if key == "aws:epochtime" else _time, numbers))


def _around(bounds: Iterable[Decimal]) -> list[Decimal]:
    """Every bound, and something between it and the next; whole numbers where these are enough, small ones first."""
    told = sorted(set(bounds))
    found = {told[0] - 1, *told, told[-1] + 1}
    for low, high in pairwise(told):
        found |= {low + 1} if high - low > 1 else {(low + high) / 2} if low % 1 or high % 1 else set()
    return sorted(found, key=lambda number: (number < 0, number))


def _plain(number: Decimal) -> str:
    return f"{number:f}"


def _time(seconds: Decimal) -> str:
    moment = _START + timedelta(seconds=float(seconds))
    return moment.isoformat().replace("+00:00", "Z")


def _addresses(networks: Iterable[Network]) -> Iterator[str]:
    """An address of each range, and of all other ranges, that is in no range inside it."""
    ranges = list(dict.fromkeys((*_EVERY_ADDRESS, *networks)))
    familiar = [network for text in _FAMILIAR_ADDRESSES if (network := network_of(text))]
    for outer in ranges:
        inside = sorted(inner for inner in ranges if inner != outer and _is_in(inner, outer))
        first = next((n.first for n in familiar if _is_in(n, outer) and not any(_is_in(n, i) for i in inside)), None)
        at = outer.first if first is None else first
        for inner in inside if first is None else ():
            if inner.first > at:
                break
            at = max(at, inner.last + 1)
        if at <= outer.last:
            yield str(ipaddress.IPv4Address(at) if outer.version == 4 else ipaddress.IPv6Address(at))
