"""Values of conditions that are no plain text: numbers, points in time, ranges of addresses.

The forms: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

import ipaddress
import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import NamedTuple

_NUMBER = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,9})?")
_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:[0-9]{2}))?"
)
_EPOCH = re.compile(r"[0-9]{9,11}")
_START = datetime(1970, 1, 1, tzinfo=UTC)


class Network(NamedTuple):
    """A range of addresses of one version, 4 or 6, from the first to the last, as whole numbers."""

    version: int
    first: int
    last: int


def number_of(text: str) -> Decimal | None:
    """A number; None if it is none."""
    return Decimal(text) if _NUMBER.fullmatch(text) else None


def moment_of(text: str) -> Decimal | None:
    """A date, a time with its offset, or seconds since 1970, as seconds since 1970; None if it is none of them."""
    if _EPOCH.fullmatch(text):
        return Decimal(text)
    if not _TIME.fullmatch(text):
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    elapsed = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - _START
    return Decimal(elapsed.days * 86_400 + elapsed.seconds) + Decimal(elapsed.microseconds) / 1_000_000


def network_of(text: str) -> Network | None:
    """An address or a range of them in CIDR notation; None if it is none.

    Bits behind the length of an IPv4 range do not count; with such bits an IPv6 range means nothing (seen in a real
    account: https://github.com/radkawar/stackd).
    """
    try:
        network = ipaddress.ip_network(text, strict=":" in text)
    except ValueError:
        return None
    return Network(network.version, int(network.network_address), int(network.broadcast_address))
