"""The names of operations. A call has them, but for REST services: those are found in botocore's models."""

import re
from collections.abc import Collection, Mapping
from functools import cache
from typing import Any, NamedTuple
from urllib.parse import unquote

import botocore.session

REST = ("backup", "s3")


class Route(NamedTuple):
    """Where an operation of a REST service is called."""

    method: str
    path: re.Pattern[str]
    query: frozenset[str]
    operation: str


def operation(call: Mapping[str, Any]) -> str:
    """The operation of a call of the journal. Raises LookupError for a path that the service does not have."""
    return asked(call["service"], call["operation"], call["query"])[0]


def asked(service: str, written: str, query: Collection[str]) -> tuple[str, dict[str, str]]:
    """The operation of a call, and what stands in its path by name. Raises LookupError for a path that is none."""
    if service not in REST:
        return written, {}
    method, path = written.split(" ", 1)
    fitting = [
        (route, found)
        for route in routes(service)
        if route.method == method and route.query <= set(query) and (found := route.path.fullmatch(path))
    ]
    if not fitting:
        raise LookupError(f"{service} has no operation at {written} {query}")
    route, found = max(fitting, key=lambda fit: len(fit[0].query))
    return route.operation, {name: unquote(value) for name, value in found.groupdict().items()}


@cache
def routes(service: str) -> tuple[Route, ...]:
    model = botocore.session.get_session().get_service_model(service)
    return tuple(_route(name, model.operation_model(name).http) for name in model.operation_names)


def _route(name: str, http: Mapping[str, str]) -> Route:
    path, _, query = http["requestUri"].partition("?")
    pattern = "".join(
        f"(?P<{part.strip('{+}')}>{'.+' if part.endswith('+}') else '[^/]+'})"
        if part.startswith("{")
        else re.escape(part)
        for part in re.split(r"(\{[^}]+\})", path.rstrip("/"))
    )
    names = frozenset(part.partition("=")[0] for part in query.split("&") if part)
    return Route(http["method"], re.compile(pattern + "/?"), names, name)
