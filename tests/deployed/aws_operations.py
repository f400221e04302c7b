"""The names of operations. The journal has them, but for REST services: those are found in botocore's models."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

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
    if call["service"] not in REST:
        return str(call["operation"])
    method, path = call["operation"].split(" ", 1)
    fitting = [
        route
        for route in routes(call["service"])
        if route.method == method and route.path.fullmatch(path) and route.query <= set(call["query"])
    ]
    if not fitting:
        raise LookupError(f"{call['service']} has no operation at {call['operation']} {call['query']}")
    return max(fitting, key=lambda route: len(route.query)).operation


@cache
def routes(service: str) -> tuple[Route, ...]:
    model = botocore.session.get_session().get_service_model(service)
    return tuple(_route(name, model.operation_model(name).http) for name in model.operation_names)


def _route(name: str, http: Mapping[str, str]) -> Route:
    path, _, query = http["requestUri"].partition("?")
    pattern = "".join(
        (".+" if part.endswith("+}") else "[^/]+" if part.startswith("{") else re.escape(part))
        for part in re.split(r"(\{[^}]+\})", path.rstrip("/"))
    )
    names = frozenset(part.partition("=")[0] for part in query.split("&") if part)
    return Route(http["method"], re.compile(pattern + "/?"), names, name)
