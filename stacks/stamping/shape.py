"""What stacks have in common: equal up to account ID, names and role, they are one shape, and are built once.

Putting a stack's own values back gives its JSON again. Why this is right: `baseline/likeness/__init__.py`.
"""

import hashlib
import pickle
import re
from collections.abc import Mapping
from typing import NamedTuple

from baseline.features.feature import Site
from baseline.iam.arns import is_account_id
from baseline.inventory import Key, Provider, Stack
from baseline.likeness.writing import Unlike, Whole, Writer
from baseline.organization import KeySettings

WHOLE: Whole = {
    Stack: {"name": "name"},
    Key: {"stack": "name", "account": "account"},
    Provider: {"role": "role"},
    Site: {"account": "account", "role": "role"},
}
"""The fields that are a stack's own as a whole, by the names of its values. The ID is replaced wherever it stands."""
_PLAIN = re.compile(r"[A-Za-z0-9_+=,.@:/-]+")
"""Values that no text around them changes: JSON and Terraform take them as they are."""


class Shape(NamedTuple):
    """The shape of one stack, and the values that make this stack of it."""

    digest: str
    values: Mapping[str, str]
    """`name`, `account`, `role`, `id`; empty for a stack that is built by itself."""


class Shapes:
    """Tells the shapes of stacks, as built by the same versions, and remembers them."""

    def __init__(self, versions: str) -> None:
        self.versions = versions
        self._known: dict[int, tuple[Stack, Shape]] = {}
        self._writer = Writer(WHOLE, shared=[KeySettings])

    def of(self, stack: Stack) -> Shape:
        """The shape of a stack."""
        if id(stack) not in self._known:
            self._known[id(stack)] = stack, self._told(stack)  # with the stack, so that no other gets its identity
        return self._known[id(stack)][1]

    def _told(self, stack: Stack) -> Shape:
        try:
            values = _own_values(stack)
            text = self._writer.written(stack, values["id"], values)
        except Unlike:
            return self.of_itself(stack)
        return Shape(hashlib.sha256(f"{self.versions}\n{text}".encode()).hexdigest(), values)

    def of_itself(self, stack: Stack) -> Shape:
        """A shape that no other stack has."""
        return Shape(hashlib.sha256(self.versions.encode() + pickle.dumps(stack)).hexdigest(), {})


def _own_values(stack: Stack) -> dict[str, str]:
    """What is the stack's own. Raises Unlike where a value could be changed on its way into the output."""
    accounts = {key.account for key in stack.keys} | {part.site.account for part in stack.parts}
    ids = {provider.account_id for provider in stack.providers}
    roles = {provider.role for provider in stack.providers}
    if len(ids) != 1 or len(roles) != 1 or len(accounts) > 1:
        raise Unlike
    found = {"name": stack.name, "id": ids.pop()}
    if accounts:
        found["account"] = accounts.pop()
    if role := roles.pop():
        found["role"] = role
    if not is_account_id(found["id"]) or not all(map(_PLAIN.fullmatch, found.values())):
        raise Unlike
    return found
