"""Who calls and what for: tokens, the way to the handler, the journal, and faults that a test wants."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from secrets import token_urlsafe
from urllib.parse import parse_qsl, urlsplit

from sandbox.cloud import run_routes, state_routes, variable_routes, workspace_routes
from sandbox.cloud.calls import API, Answer, Call, Refused, Route, not_found
from sandbox.cloud.records import ROLES, NewWorkspaces, Role, Store
from sandbox.cloud.terraform import Workers

_TABLE: list[Route] = [
    route for module in (workspace_routes, variable_routes, run_routes, state_routes) for route in module.ROUTES.table
]
_USERS: dict[Role, str] = {"admin": "ada", "write": "grace", "plan": "edith"}
_SECRET = ("logs", "uploads", "states")
"""Paths that are good for whoever knows them."""


@dataclass(frozen=True)
class Request:
    """A request that was answered. Tokens, and the secret part of an address, are not kept."""

    method: str
    path: str
    status: int
    role: Role | None


@dataclass
class Fault:
    """What some calls are answered instead."""

    method: str
    path: str
    """As in a shell: `*` is anything."""
    status: int
    after: int
    times: int

    def takes(self, method: str, path: str) -> bool:
        """Whether this call is one of them; it counts."""
        if self.method != method or not fnmatchcase(path, API + self.path):
            return False
        self.after -= 1
        return -self.times <= self.after < 0


@dataclass
class Gate:
    """Answers requests, one at a time."""

    store: Store
    workers: Workers
    new_workspaces: NewWorkspaces = field(default_factory=NewWorkspaces)
    url: str = ""
    tokens: dict[Role, str] = field(
        default_factory=lambda: {role: f"{token_urlsafe(10)}.atlasv1.{token_urlsafe(40)}" for role in ROLES},
        repr=False,
    )
    requests: list[Request] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def answer(self, method: str, target: str, headers: Mapping[str, str], content: bytes) -> Answer:
        """Answer a request, and keep it in the journal."""
        parts, token = urlsplit(target), (headers.get("Authorization") or "").removeprefix("Bearer ")
        role = next((role for role, known in self.tokens.items() if known == token), None)
        with self.store.changed:
            try:
                answer = self._answer(method, parts.path, dict(parse_qsl(parts.query)), role, content)
            except Refused as refused:
                error = {"status": str(refused.status), "title": refused.title, "detail": refused.detail}
                answer = Answer({"errors": [error]}, refused.status)
            self.requests.append(Request(method, _without_secret(parts.path), answer.status, role))
        return answer

    def call(self, role: Role) -> Call:
        """A call by somebody of this role, about nothing yet."""
        return Call(
            store=self.store,
            workers=self.workers,
            new_workspaces=self.new_workspaces,
            url=self.url,
            role=role,
            user=_USERS[role],
        )

    def _answer(self, method: str, path: str, query: dict[str, str], role: Role | None, content: bytes) -> Answer:
        if faults := [fault for fault in self.faults if fault.takes(method, path)]:  # each counts every call
            raise Refused(faults[0].status, "as the test wants it")
        for route in _TABLE:
            if route.method == method and (names := route.path.fullmatch(path)):
                break
        else:
            raise not_found()
        if route.least and role is None:
            raise Refused(401, "unauthorized")
        if not route.lets(role):
            raise not_found()
        call = replace(self.call(role or "plan"), method=method, query=query, names=names.groupdict(), content=content)
        try:
            return route.handler(replace(call, body=_document(content)))
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise Refused(422, "invalid attribute", repr(error)) from error


def _document(content: bytes) -> object:
    """The JSON of a request; None where it is something else, as an upload is."""
    try:
        return json.loads(content) if content.startswith(b"{") else None
    except ValueError:
        return None


def _without_secret(path: str) -> str:
    first = path.split("/")[1]
    return f"/{first}/..." if first in _SECRET else path
