"""What a call of the API is, and the table that leads it to whoever answers."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from sandbox.cloud.records import ROLES, NewWorkspaces, Role, Store
from sandbox.cloud.terraform import Workers

API = "/api/v2/"
_PAGE_SIZE = 20
"""https://developer.hashicorp.com/terraform/cloud-docs/api-docs#pagination"""


class Refused(Exception):
    """An answer that is no success."""

    def __init__(self, status: int, title: str, detail: str = "") -> None:
        super().__init__(title)
        self.status, self.title, self.detail = status, title, detail


def not_found() -> Refused:
    """Also the answer to a token that may not: https://developer.hashicorp.com/terraform/cloud-docs/api-docs#response-codes"""
    return Refused(404, "not found")


class _Identified(Protocol):
    id: str


Record = TypeVar("Record", bound=_Identified)


def found(records: Iterable[Record], id: str) -> Record:
    """The record of an ID. Raises Refused when there is none."""
    for record in records:
        if record.id == id:
            return record
    raise not_found()


@dataclass(frozen=True, kw_only=True)
class Call:
    """One request, as its handler sees it."""

    store: Store
    workers: Workers
    url: str
    """Of the server, for addresses in documents."""
    new_workspaces: NewWorkspaces
    role: Role
    user: str
    method: str = ""
    query: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    content: bytes = b""
    """The body as it came."""
    names: Mapping[str, str] = field(default_factory=dict)
    """The variable parts of the path."""

    @property
    def attributes(self) -> dict[str, Any]:
        """Of the resource that was sent."""
        return dict((self.body or {}).get("data", {}).get("attributes") or {})

    def relation(self, name: str) -> Any:
        """The ID, or the list of IDs, that the resource that was sent is related to; None: it says nothing."""
        linked = (self.body or {}).get("data", {}).get("relationships", {}).get(name, {}).get("data")
        return [each["id"] for each in linked] if isinstance(linked, list) else linked and linked["id"]

    def related(self, name: str) -> list[dict[str, Any]]:
        """The resources that came with the one that was sent, as that relation."""
        return (self.body or {}).get("data", {}).get("relationships", {}).get(name, {}).get("data") or []

    def page(self, documents: list[dict[str, Any]], **more: Any) -> "Answer":
        """A list, of which one page is answered."""
        number, size = (
            int(self.query.get(f"page[{name}]") or usual) for name, usual in (("number", 1), ("size", _PAGE_SIZE))
        )
        pages = max(1, -(-len(documents) // size))
        pagination = {
            "current-page": number,
            "page-size": size,
            "prev-page": number - 1 or None,
            "next-page": number + 1 if number < pages else None,
            "total-pages": pages,
            "total-count": len(documents),
        }
        return Answer(
            {"data": documents[(number - 1) * size : number * size], "meta": {"pagination": pagination}, **more}
        )


@dataclass(frozen=True)
class Answer:
    """What is answered: a document, bytes, or nothing."""

    content: Any = None
    status: int = 200


Handler = Callable[[Call], Answer]


@dataclass(frozen=True)
class Route:
    """A method and a path, and the least that a token must be good for; None: it needs no token."""

    method: str
    path: re.Pattern[str]
    least: Role | None
    handler: Handler

    def lets(self, role: Role | None) -> bool:
        """Whether a token of this role may call it."""
        return self.least is None or (role is not None and ROLES.index(role) >= ROLES.index(self.least))


class Routes:
    """A table of routes, filled by decorated functions."""

    def __init__(self) -> None:
        self.table: list[Route] = []

    def add(self, methods: str, path: str, least: Role | None = "plan") -> Callable[[Handler], Handler]:
        """`{name}` in the path stands for a part of it. A path without `/` in front is the API's."""
        full = path if path.startswith("/") else f"{API}{path}"
        pattern = re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(full)))

        def added(handler: Handler) -> Handler:
            self.table += [Route(method, pattern, least, handler) for method in methods.split()]
            return handler

        return added
