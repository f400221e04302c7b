"""What many keys share, kept once and given a number."""

from collections.abc import Hashable
from typing import Generic, TypeVar

T = TypeVar("T")


class Shared(Generic[T]):
    """Values by what makes them equal."""

    def __init__(self) -> None:
        self.values: list[T] = []
        self._numbers: dict[Hashable, int] = {}

    def known(self, kind: Hashable) -> int | None:
        """The number of the value of this kind, if there is one."""
        return self._numbers.get(kind)

    def number(self, kind: Hashable, value: T) -> int:
        """The number of the value of this kind; the value is kept if it is the first."""
        if kind not in self._numbers:
            self._numbers[kind] = len(self.values)
            self.values.append(value)
        return self._numbers[kind]
