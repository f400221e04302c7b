"""The action as a coordinate: the actions of the list, and those that KMS may add.

A pattern outlives the list, so beside the known actions stands, for each pattern with a wildcard, an action that
nobody knows yet and that the pattern takes in.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

from baseline.iam.actions import ACTIONS
from baseline.iam.arns import has_wildcard
from baseline.prover.globs import TextTest, matches

KNOWN = tuple(sorted(ACTIONS))
NOT_YET_KNOWN = "NotYetKnown"
_CALLABLE = re.compile(r"kms:[A-Za-z0-9]+")


class Actions:
    """The actions that the patterns can tell apart; the known ones come first."""

    def __init__(self, patterns: Iterable[str]) -> None:
        unknown = dict.fromkeys(_unknown(pattern) for pattern in patterns if has_wildcard(pattern))
        self.names = (*KNOWN, *(name for name in unknown if name not in KNOWN))
        self.known = (1 << len(KNOWN)) - 1
        self.everything = (1 << len(self.names)) - 1
        self._masks: dict[tuple[str, ...], int] = {}

    def mask(self, patterns: tuple[str, ...]) -> int:
        """The actions that one of the patterns means."""
        if patterns not in self._masks:
            self._masks[patterns] = sum(
                1 << i for i, name in enumerate(self.names) if any(_means(pattern, name) for pattern in patterns)
            )
        return self._masks[patterns]


@lru_cache(maxsize=65_536)
def _means(pattern: str, name: str) -> bool:
    return matches(TextTest("like", pattern.lower()), name.lower())


def _unknown(pattern: str) -> str:
    name = pattern.replace("*", NOT_YET_KNOWN).replace("?", "x")
    return name if _CALLABLE.fullmatch(name) else f"kms:{NOT_YET_KNOWN}"


@lru_cache(maxsize=1_024)
def actions(patterns: tuple[str, ...]) -> Actions:
    """The coordinate of the actions, from all patterns of a policy and of what is asked."""
    return Actions(patterns)
