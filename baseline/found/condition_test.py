"""One test of a condition, as the checks on conditions look at it."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from baseline.iam.actions import ACTIONS, expand_all
from baseline.iam.conditions import Operator
from baseline.iam.elements import items
from baseline.key_policy.place import KeyPlace


class Test(NamedTuple):
    """One key under one operator, as it is written, and the statement around it."""

    statement: Mapping[str, Any]
    written: str
    operator: Operator
    key: str
    """As AWS spells it."""
    values: tuple[str, ...]
    demanded: frozenset[str]
    """The keys, in lower case, that a Null `false` beside it demands."""
    place: KeyPlace
    """Of the KMS key."""

    @property
    def is_allow(self) -> bool:
        return self.statement.get("Effect") == "Allow"

    @property
    def actions(self) -> frozenset[str]:
        """The actions that the statement means; between replicas nobody calls, so a condition says nothing of those."""
        named = tuple(a for a in items(self.statement.get("Action", [])) if isinstance(a, str))
        return frozenset(action for action in expand_all(named) if not ACTIONS[action].is_between_replicas)

    @property
    def holds_without(self) -> bool:
        """Whether it holds of a request that does not carry the key."""
        qualifier, base, is_if_exists = self.operator
        if base == "Null":
            return self.values[:1] == ("true",)
        return is_if_exists or qualifier == "ForAllValues:" or ("Not" in base and not qualifier)
