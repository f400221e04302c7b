"""The child process that is AWS: `python -m sandbox.server [--port N] [--detached]`.

It prints one line of JSON with its URL on standard output as soon as it can be called. Unless it is detached it ends
when its standard input does, so it cannot outlive a command that was killed.
"""

import argparse
import importlib
import json
import os
import socket
import sys
import threading
from collections.abc import Iterable
from functools import partial
from types import ModuleType
from typing import TYPE_CHECKING, Any

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from sandbox.journal import Journal, Page

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

HOST = "127.0.0.1"
"""An address, never `localhost`: with a name S3 puts the bucket before it, and `bucket.localhost` is nowhere."""

WARM = {"sts": "GetCallerIdentity", "kms": "TrentService.ListKeys", "ssm": "AmazonSSM.DescribeParameters"}
"""A harmless call of each service that Terraform needs first; the first call of a service takes up to a second."""


class QuietHandler(WSGIRequestHandler):
    """Writes no line a request: the journal has them.

    Head and body of an answer leave as one. Written one after the other, an SDK on a busy machine sometimes gives up
    between them and calls again: a key, an alias, a parameter is then made twice, or "exists already".
    """

    wbufsize = 1 << 20

    def log(self, type: str, message: str, *args: Any) -> None:
        pass


def main() -> None:
    """Serve until standard input ends, or for ever if detached."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.server")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--detached", action="store_true")
    arguments = parser.parse_args()
    server = _listen(arguments.port)
    print(json.dumps({"url": f"http://{HOST}:{server.port}"}), flush=True)  # noqa: T201
    _silence_standard_output()
    if not arguments.detached:
        threading.Thread(target=_end_with_standard_input, daemon=True).start()
    threading.Thread(target=_warm_up, daemon=True).start()
    server.serve_forever()


def _listen(port: int) -> BaseWSGIServer:
    """Bound here, not by werkzeug, which prints two lines of its own when a port is taken."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
    except (OSError, OverflowError) as error:
        print(f"port {port} on {HOST} cannot be used: {getattr(error, 'strerror', None) or error}", file=sys.stderr)  # noqa: T201
        sys.exit(3)
    listener.listen(128)
    pages: dict[tuple[str, str], Page] = {
        ("GET", "/sandbox/ready"): _ready,
        ("POST", "/sandbox/seed"): _seed,
        ("POST", "/sandbox/key"): _plant_key,
        ("GET", "/sandbox/keys"): _kept_keys,
        ("POST", "/sandbox/keys"): _put_back,
        ("POST", "/sandbox/publish-as"): _publish_as,
        ("POST", "/sandbox/enforce"): _enforce,
        ("POST", "/sandbox/deliver"): _deliver,
        ("POST", "/sandbox/key-history"): _key_history,
        ("POST", "/sandbox/evaluate"): partial(_evaluate, f"http://{HOST}:{listener.getsockname()[1]}"),
    }
    journal = Journal(_aws, _account_of, pages)
    return make_server(HOST, port, journal, threaded=True, request_handler=QuietHandler, fd=listener.detach())


def _silence_standard_output() -> None:
    """Nothing but the URL is said there; moto prints, and nobody may be left to read."""
    sys.stdout.flush()
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _end_with_standard_input() -> None:
    sys.stdin.buffer.read()
    os._exit(0)


def _moto() -> ModuleType:
    """Moto behind its application, imported when first needed: it takes half a second."""
    with _IMPORTING:
        return importlib.import_module("sandbox.application")


# Moto imports itself in circles: two threads that begin at two ends each see a half-made module of the other.
_IMPORTING = threading.Lock()


def _warm_up() -> None:
    for service, target in WARM.items():
        _moto().warm_up(service, target)


def _aws(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
    answer: Iterable[bytes] = _moto().application(environ, start_response)
    return answer


def _account_of(access_key_id: str) -> str:
    return str(_moto().get_account_id_from(access_key_id))


def _ready(_: None) -> dict[str, int]:
    return {"pid": os.getpid()}


def _seed(values: Any) -> dict[str, str]:
    key: dict[str, str] = _moto().plant(values)
    return key


def _evaluate(url: str, values: Any) -> list[dict[str, str]]:
    """What AWS Config does by itself from time to time: `account_id` and `region` limit where."""
    where = values or {}
    found: list[dict[str, str]] = _moto().evaluate_everywhere(url, where.get("account_id"), where.get("region"))
    return found


def _deliver(values: Any) -> dict[str, Any]:
    answer: dict[str, Any] = _moto().deliver(values)
    return answer


def _key_history(values: Any) -> dict[str, Any]:
    answer: dict[str, Any] = _moto().key_history(values)
    return answer


def _plant_key(values: Any) -> dict[str, str]:
    answer: dict[str, str] = _moto().plant_key(values)
    return answer


def _kept_keys(_: None) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = _moto().kept_keys()
    return found


def _put_back(values: Any) -> dict[str, int]:
    answer: dict[str, int] = _moto().put_back(values)
    return answer


def _enforce(values: Any) -> dict[str, int]:
    answer: dict[str, int] = _moto().enforce(values)
    return answer


def _publish_as(values: Any) -> dict[str, Any]:
    answer: dict[str, Any] = _moto().publish_as(values)
    return answer


if __name__ == "__main__":
    main()
