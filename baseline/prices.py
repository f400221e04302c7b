"""Public prices, in one dated file: no bill was ever seen. An owner's file may say otherwise."""

import json
import re
from dataclasses import dataclass, fields
from functools import cache
from importlib.resources import files
from typing import Any

from baseline.errors import Mistake, Mistakes
from baseline.fields.limits import nearest


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """What is billed each month, but for whatever is billed by use."""

    as_of: str
    """The day on which somebody looked."""
    currency: str
    partitions: tuple[str, ...]
    """Where these prices hold. China has others, in yuan."""
    key: float
    """Of one key, from the day on which it is made. A disabled key is billed as well; one that waits for deletion is not."""
    rotation: float
    """What each of the first rotations of a key adds."""
    billed_rotations: int
    """Later ones add nothing."""
    resources: dict[str, float]
    """Of one resource in a state of HCP Terraform, by its edition."""
    sources: tuple[str, ...]

    def amount(self, price: float) -> str:
        """`$1,200`, `$9.70`."""
        text = f"{price:,.2f}".removesuffix(".00")
        return f"{self.currency}{text}"


@cache
def public_prices() -> Prices:
    """Those of the file that comes with the program."""
    return parse_prices(files("baseline").joinpath("prices.json").read_text(encoding="utf-8"), "prices.json")


def prices_in(partition: str, prices: Prices | None = None) -> Prices | None:
    """The public prices, or an owner's, if they hold in this partition; None: nobody has looked it up."""
    prices = prices or public_prices()
    return prices if partition in prices.partitions else None


def parse_prices(text: str, file: str, others: Prices | None = None) -> Prices:
    """A file's prices; whatever it does not say is as in the others. Raises Mistakes."""
    try:
        data = json.loads(text.removeprefix("\ufeff"))
    except json.JSONDecodeError as error:
        raise _wrong(file, error.lineno, "", f"is not JSON: {error.msg}, column {error.colno}") from None
    except (RecursionError, ValueError):
        raise _wrong(file, 1, "", "is no list of prices") from None
    if not isinstance(data, dict):
        raise _wrong(file, 1, "", "is no list of prices")
    known = [field.name for field in fields(Prices)]
    for name, value in data.items():
        line = _line_of(name, text)
        if name not in known:
            raise _wrong(
                file, line, name, "is no price that is known", nearest(name, known) or f"there are {', '.join(known)}"
            )
        if problem := _problem(name, value):
            raise _wrong(file, line, name, problem)
    before = {name: getattr(others, name) for name in known} if others else {}
    missing = [name for name in known if name not in {**before, **data}]
    if missing:
        raise _wrong(file, 1, missing[0], "is missing")
    told = {name: tuple(value) if isinstance(value, list) else value for name, value in data.items()}
    return Prices(**{**before, **told})


def _problem(name: str, value: Any) -> str:
    if name in ("as_of", "currency"):
        return "" if isinstance(value, str) and value else "must be a text"
    if name in ("partitions", "sources"):
        fits = isinstance(value, list) and all(isinstance(item, str) for item in value)
        return "" if fits else "must be a list of texts"
    if name == "billed_rotations":
        return "" if type(value) is int and value >= 0 else f"must be a whole number from 0 on, got `{value}`"
    if name == "resources":
        fits = isinstance(value, dict) and all(map(_is_price, value.values()))
        return "" if fits else "must be a mapping of editions to prices"
    return "" if _is_price(value) else f"must be a number from 0 on, got `{value}`"


def _is_price(value: Any) -> bool:
    return type(value) in (int, float) and 0 <= value < float("inf")


def _line_of(name: str, text: str) -> int:
    found = re.search(rf'"{re.escape(name)}"\s*:', text)
    return text.count("\n", 0, found.start()) + 1 if found else 1


def _wrong(file: str, line: int, field: str, problem: str, help: str = "") -> Mistakes:
    return Mistakes([Mistake(file, line, field, problem, help)])
