"""Policies of a folder that differ in their account's ID alone: one of them is judged for all."""

from collections.abc import Callable
from typing import Generic, TypeVar

from baseline.likeness.renaming import ids_in, is_renamable, renamed
from baseline.likeness.writing import Unlike

T = TypeVar("T")
STAND_IN = "123456789012"
"""The account of the one that is judged."""


class Alike(Generic[T]):
    """Judges policies by text, account and region, and remembers one of each kind."""

    def __init__(self, judged: Callable[[str, str, str], T], said: object = ()) -> None:
        """`said`: whatever else the result follows from. Accounts that it names are judged by themselves."""
        self._judged = judged
        self._named = ids_in(said)
        self._known: dict[tuple[str, str], T] = {}

    def of(self, text: str, account_id: str, region: str) -> T:
        """The result for one policy. Raises what the judging of it raises."""
        if not account_id or account_id in self._named or STAND_IN in text or not is_renamable(text, account_id):
            return self._judged(text, account_id, region)
        kind = text.replace(account_id, STAND_IN), region
        if kind not in self._known:
            self._known[kind] = self._judged(kind[0], STAND_IN, region)
        try:
            return renamed(self._known[kind], STAND_IN, account_id)
        except Unlike:  # it stands for any other account there
            return self._judged(text, account_id, region)
