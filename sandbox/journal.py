"""The layer between the socket and moto: the journal of calls, the faults, the last net, the `/sandbox/` pages.

It needs nothing of moto: it answers while moto is still being imported, and goes on when moto breaks.
"""

import json
import os
import socket
import time
import traceback
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, NoReturn

from werkzeug.wrappers import Response

from sandbox.calls import CALL, Call, read_call
from sandbox.faults import Fault, Faults
from sandbox.replies import error_reply

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

Page = Callable[[Any], Any]
"""A page takes the JSON of the request (None without a body) and returns JSON; ValueError is a mistake of the asker."""

_REMEMBERED_CALLS = 50_000
_DIED = 70


class Journal:
    """A WSGI application that writes down each call to the one it wraps.

    `account_of` tells the account of an access key ID. `pages` are the `/sandbox/` pages beside the journal's own,
    by method and path.
    """

    def __init__(
        self, application: "WSGIApplication", account_of: Callable[[str], str], pages: dict[tuple[str, str], Page]
    ) -> None:
        self._application = application
        self._account_of = account_of
        self._calls: deque[dict[str, Any]] = deque(maxlen=_REMEMBERED_CALLS)
        self._faults = Faults()
        self._pages: dict[tuple[str, str], Page] = {
            ("GET", "/sandbox/calls"): lambda _: list(self._calls),
            ("DELETE", "/sandbox/calls"): lambda _: self._calls.clear(),
            ("POST", "/sandbox/faults"): lambda values: self._faults.add(Fault.parse(values)),
            ("DELETE", "/sandbox/faults"): lambda _: self._faults.clear(),
            **pages,
        }

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        is_page = environ.get("PATH_INFO", "").startswith("/sandbox/")
        response = self._page(environ) if is_page else self._call(environ)
        return response(environ, start_response)

    def _page(self, environ: "WSGIEnvironment") -> Response:
        page = self._pages.get((environ["REQUEST_METHOD"], environ["PATH_INFO"]))
        if page is None:
            return _json(404, {"error": "no such page"})
        try:
            body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            return _json(200, page(json.loads(body) if body else None))
        except ValueError as error:
            return _json(400, {"error": str(error)})

    def _call(self, environ: "WSGIEnvironment") -> Response:
        begin = time.perf_counter()
        call = environ[CALL] = read_call(environ)
        fault = self._faults.hitting(call)
        response = self._faulty(fault, call, environ)
        entry = asdict(call)
        account = self._account_of(entry.pop("access_key_id"))
        ms = round((time.perf_counter() - begin) * 1000, 1)
        self._calls.append({**entry, "account": account, "status": response.status_code, "ms": ms})
        if fault and fault.kind == "lost-answer":
            _hang_up(environ)
        return response

    def _faulty(self, fault: Fault | None, call: Call, environ: "WSGIEnvironment") -> Response:
        if fault and fault.kind == "error":
            return error_reply(call.service, fault.code, "a fault that was ordered", fault.status)
        if fault and fault.kind == "slow":
            time.sleep(fault.seconds)
        if fault and fault.kind == "die":
            os._exit(_DIED)
        return self._answer(call, environ)

    def _answer(self, call: Call, environ: "WSGIEnvironment") -> Response:
        """What moto answers. Its ignorance and its crashes become errors that no SDK retries.

        A status of 500 is retried up to 25 times, for minutes, before anybody sees it.
        """
        try:
            response = Response.from_app(self._application, environ, buffered=True)
        except NotImplementedError:
            return _unknown(call)
        except Exception as error:
            traceback.print_exc()
            return error_reply(call.service, "SandboxFault", f"the sandbox broke in {call.operation}: {error!r}")
        # A REST path that moto knows, with a method that it does not.
        is_nothing = response.status_code == 404 and not response.get_data() and environ["REQUEST_METHOD"] != "HEAD"
        return _unknown(call) if is_nothing else response


def _hang_up(environ: "WSGIEnvironment") -> NoReturn:
    """Close the connection. werkzeug writes nothing after such an error, as the asker is gone."""
    environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
    raise ConnectionAbortedError("the answer was ordered to be lost")


def _unknown(call: Call) -> Response:
    message = f"the sandbox does not know {call.service or 'the unsigned call'} {call.operation}"
    return error_reply(call.service, "NotImplementedException", message)


def _json(status: int, value: Any) -> Response:
    return Response(json.dumps(value), status, {"Content-Type": "application/json"})
