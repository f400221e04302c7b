"""Asks a `/sandbox/` page of a running sandbox."""

import json
import urllib.request
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit

from baseline.errors import WorldError

# A proxy is for the network; the sandbox is on this machine, whatever HTTP_PROXY says.
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def ask(url: str, method: str, path: str, body: str | None = None, *, timeout: float = 60) -> Any:
    """The JSON that the page answers. `timeout` is in seconds.

    Raises WorldError when the URL is not on this machine, nothing answers, or the page refuses.
    """
    require_loopback(url)
    request = urllib.request.Request(url + path, method=method, data=body.encode() if body else None)
    try:
        with _OPENER.open(request, timeout=timeout) as answer:
            return json.load(answer)
    except HTTPError as error:
        with error:
            raise WorldError(f"the sandbox refused {path}: {_reason(error)}") from None
    except (URLError, OSError) as error:
        raise WorldError(f"no sandbox answers at {url}") from error


def is_sandbox(url: str) -> bool:
    """Whether a sandbox answers there."""
    if urlsplit(url).hostname != "127.0.0.1":
        return False
    try:
        return "pid" in ask(url, "GET", "/sandbox/ready", timeout=5)
    except (WorldError, TypeError, ValueError):
        return False


def require_loopback(url: str) -> None:
    """Raises WorldError unless the URL is on this machine: nothing meant for the sandbox may leave it."""
    if urlsplit(url).hostname != "127.0.0.1":
        raise WorldError(f"a sandbox is only ever at 127.0.0.1, not at `{url}`")


def _reason(error: HTTPError) -> str:
    try:
        return str(json.load(error)["error"])
    except (ValueError, KeyError):
        return f"status {error.code}"
