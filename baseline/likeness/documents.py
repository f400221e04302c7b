"""A key policy that is another account's, renamed: built only where somebody looks into it."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace

from baseline.iam.conditions import Condition
from baseline.iam.document import Document
from baseline.iam.statement import Statement

_EXTREMES = ("0" * 12, "9" * 12)


class RenamedDocument(Document):
    """What `like` says of one account, said of another. It is valid as `like` is: account IDs have one length.

    Only for documents that are `renamable`.
    """

    __slots__ = ("renaming",)
    renaming: tuple[Document, str, str]
    """The other document, the account that it speaks of, and the account that this one does."""

    def __init__(self, like: Document, old: str, new: str) -> None:
        object.__setattr__(self, "renaming", (like, old, new))

    @property
    def statements(self) -> tuple[Statement, ...]:
        like, old, new = self.renaming
        return tuple(_statement(statement, old, new) for statement in like.statements)

    @property
    def sids(self) -> tuple[str, ...]:
        like, old, new = self.renaming
        return tuple(sid.replace(old, new) for sid in like.sids)

    def render(self) -> str:
        like, old, new = self.renaming
        return like.render().replace(old, new)

    def as_dict(self) -> dict[str, object]:
        policy: dict[str, object] = json.loads(self.render())
        return policy

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Document) and self.statements == other.statements

    def __hash__(self) -> int:
        return hash((self.statements,))

    def __reduce__(self) -> tuple[type["RenamedDocument"], tuple[Document, str, str]]:
        return RenamedDocument, self.renaming

    def __repr__(self) -> str:
        return f"Document(statements={self.statements!r})"


def first_of(document: Document) -> Document:
    """The document that this one is a copy of, for another account; the document itself where it is none."""
    return document.renaming[0] if isinstance(document, RenamedDocument) else document


def _statement(statement: Statement, old: str, new: str) -> Statement:
    principal = replace(
        statement.principal,
        ids=tuple(name.replace(old, new) for name in statement.principal.ids),
        conditions=_conditions(statement.principal.conditions, old, new),
    )
    conditions = _conditions(statement.conditions, old, new)
    return replace(statement, sid=statement.sid.replace(old, new), principal=principal, conditions=conditions)


def _conditions(conditions: tuple[Condition, ...], old: str, new: str) -> tuple[Condition, ...]:
    return tuple(replace(c, values=tuple(value.replace(old, new) for value in c.values)) for c in conditions)


def renamable(document: Document, account_id: str) -> bool:
    """Whether the canonical form stays canonical with any other ID that the document does not hold already.

    The ID must stand by itself, never within a longer number, nor in a condition's key; and lists must stay sorted.
    """
    text = document.render()
    if len(re.findall(rf"(?<!\d){account_id}(?!\d)", text)) != text.count(account_id):
        return False
    keys = (c.key for statement in document.statements for c in statement.all_conditions)
    return not any(account_id in key for key in keys) and all(
        _stays_sorted(values, account_id) for values in _lists(document)
    )


def _lists(document: Document) -> Iterator[tuple[str, ...]]:
    for statement in document.statements:
        yield statement.principal.ids
        yield from (condition.values for condition in statement.all_conditions)


def _stays_sorted(values: tuple[str, ...], account_id: str) -> bool:
    """The order of two texts changes at most once as the ID grows, so the smallest and the largest tell."""
    if len(values) < 2:
        return True
    renamed = ([value.replace(account_id, extreme) for value in values] for extreme in _EXTREMES)
    return all(texts == sorted(texts) for texts in renamed)
