"""How an operator compares a value of the policy with a value of the request.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

import ipaddress
import operator
from collections.abc import Callable, Mapping
from decimal import Decimal

from baseline.iam.values import moment_of, number_of


def is_like(pattern: str, text: str) -> bool:
    """`*` is any run of characters, also none, `?` is one."""
    if "*" not in pattern and "?" not in pattern:
        return pattern == text
    at, star, resume = 0, -1, 0
    position = 0
    while position < len(text):
        if pattern[at : at + 1] == "*":
            star, resume, at = at, position, at + 1
        elif pattern[at : at + 1] in ("?", text[position]):
            at, position = at + 1, position + 1
        elif star >= 0:
            resume += 1
            at, position = star + 1, resume
        else:
            return False
    return not pattern[at:].strip("*")


def _is_arn_like(pattern: str, value: str) -> bool:
    """Six parts, divided at the first five colons, each matched on its own; ArnEquals knows wildcards as well."""
    wanted, parts = pattern.split(":", 5), value.split(":", 5)
    return len(wanted) == len(parts) == 6 and parts[0] == "arn" and all(map(is_like, wanted, parts))


def _ordered(
    read: Callable[[str], Decimal | None], compare: Callable[[Decimal, Decimal], bool]
) -> Callable[[str, str], bool]:
    """Numbers, and points in time. A value that is none never matches."""

    def matches(wanted: str, value: str) -> bool:
        bound, given = read(wanted), read(value)
        return bound is not None and given is not None and compare(given, bound)

    return matches


def _is_in_range(wanted: str, value: str) -> bool:
    """An address in a range of its own version. A range of IPv6 with bits behind its length matches nothing."""
    try:
        return ipaddress.ip_address(value) in ipaddress.ip_network(wanted, strict=":" in wanted)
    except ValueError:
        return False


_ORDER: Mapping[str, Callable[[Decimal, Decimal], bool]] = {
    "Equals": operator.eq,
    "LessThan": operator.lt,
    "LessThanEquals": operator.le,
    "GreaterThan": operator.gt,
    "GreaterThanEquals": operator.ge,
}
COMPARISONS: Mapping[str, Callable[[str, str], bool]] = {
    "StringEquals": lambda wanted, value: value == wanted,
    "StringEqualsIgnoreCase": lambda wanted, value: value.lower() == wanted.lower(),
    "StringLike": is_like,
    "ArnEquals": _is_arn_like,
    "ArnLike": _is_arn_like,
    "Bool": lambda wanted, value: value.lower() == wanted.lower(),
    "IpAddress": _is_in_range,
    **{f"Numeric{name}": _ordered(number_of, compare) for name, compare in _ORDER.items()},
    **{f"Date{name}": _ordered(moment_of, compare) for name, compare in _ORDER.items()},
}
