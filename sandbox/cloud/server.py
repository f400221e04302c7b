"""The server on the loopback address, and what a person or a test may do beside the API."""

import json
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from signal import SIGKILL
from types import TracebackType
from typing import Any, Self

from baseline.errors import WorldError
from sandbox.cloud.certificates import ADDRESS, certify, trusted
from sandbox.cloud.gate import Fault, Gate
from sandbox.cloud.records import Role, Run, Store, Variable, VariableSet, Workspace
from sandbox.cloud.run_routes import act_on
from sandbox.cloud.terraform import Workers, send

_HEADERS = {"TFP-API-Version": "2.6", "TFP-AppName": "HCP Terraform"}
"""Below 2.5 Terraform refuses to go on; the name tells it that logs may be structured."""
_HTTPS = 443
_SECONDS = 60
"""How long a client may be silent."""


class Cloud:
    """A running HCP Terraform with one organization. All that it holds is gone when it stops."""

    def __init__(self, workers: Workers, organization: str, hostname: str = f"{ADDRESS}:0") -> None:
        """Under a name of this machine; port 0 is any free one. Raises WorldError when the port is taken."""
        name, _, port = hostname.partition(":")
        self.store, self.workers = Store(organization), workers
        self.gate = Gate(self.store, workers)
        self.certificate, key = certify(workers.folder)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, key)
        try:
            self._server = _Server(int(port or _HTTPS), context, self.gate)
        except (OSError, OverflowError) as error:
            raise WorldError(f"port {port or _HTTPS} on {ADDRESS} cannot be used: {error}") from None
        self.hostname = f"{name}:{self._server.server_address[1]}"
        self.gate.url = workers.issuer = f"https://{self.hostname}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), name="cloud")
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def environment(self, base: Mapping[str, str], role: Role = "admin") -> dict[str, str]:
        """`base` with a token of a role, and with trust in the server's certificate."""
        variable = "TF_TOKEN_" + self.hostname.replace(".", "_")
        return {**base, variable: self.gate.tokens[role], "SSL_CERT_FILE": str(trusted(self.certificate, base))}

    def workspace(self, name: str) -> Workspace:
        """The workspace of a name. Raises KeyError when there is none."""
        with self.store.changed:
            return {workspace.name: workspace for workspace in self.store.workspaces}[name]

    def runs(self, workspace: str) -> list[Run]:
        """The runs of a workspace, the oldest first; none where there is no such workspace."""
        with self.store.changed:
            return [run for run in self.store.runs if run.workspace.name == workspace]

    def wait(self, run: Run, *statuses: str, seconds: float = 120) -> None:
        """Wait until the run has one of these statuses. Raises TimeoutError."""
        if not self.store.wait(lambda: run.status in statuses, seconds):
            raise TimeoutError(f"{run.id} is {run.status}, not {' or '.join(statuses)}")

    def act(self, run: Run, action: str) -> None:
        """What a person does in the user interface: `apply`, `discard` or `cancel`. Raises Refused."""
        with self.store.changed:
            act_on(self.store, run, action)

    def lock(self, workspace: str, by: str = "a-person") -> None:
        """A person locks a workspace; `""`, nobody, unlocks it."""
        with self.store.changed:
            self.workspace(workspace).locked_by = by
            self.store.changed.notify_all()

    @contextmanager
    def held(self) -> Iterator[None]:
        """While the block lasts, a run that is to be applied stays `applying`, and its Terraform does not begin."""
        self._hold(True)
        try:
            yield
        finally:
            self._hold(False)

    def _hold(self, holding: bool) -> None:
        with self.store.changed:
            self.workers.holding = holding
            self.store.changed.notify_all()

    def give(self, name: str, variables: Mapping[str, str]) -> None:
        """Every workspace gets these variables of the environment, by a variable set."""
        kept = [Variable(key=key, value=value, sensitive="SECRET" in key) for key, value in variables.items()]
        with self.store.changed:
            self.store.variable_sets.append(VariableSet(name=name, everywhere=True, variables=kept))

    def fail(self, method: str, path: str, status: int, *, after: int = 0, times: int = 1) -> None:
        """Answer calls of a path below the API (`*`: anything) with a status: so many, after so many others."""
        self.gate.faults.append(Fault(method, path, status, after, times))

    def stop(self) -> None:
        """End the runs, at once since nothing of them is kept, and the server."""
        with self.store.changed:
            self.store.stopping = True
            for run in self.store.runs:
                send(run, SIGKILL)
            self.store.changed.notify_all()
        for thread in self.workers.threads:
            thread.join()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    """Each connection has a thread, which makes the handshake too: a client that does not trust us stops nobody else."""

    daemon_threads = False

    def __init__(self, port: int, context: ssl.SSLContext, gate: Gate) -> None:
        self.context, self.gate = context, gate
        super().__init__((ADDRESS, port), _Handler)

    def finish_request(self, request: Any, client_address: Any) -> None:
        request.settimeout(_SECONDS)
        with self.context.wrap_socket(request, server_side=True) as connection:
            super().finish_request(connection, client_address)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away, or does not trust us, is its own affair."""


class _Handler(BaseHTTPRequestHandler):
    """One request a connection."""

    server: _Server

    def _answer(self) -> None:
        content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        answer = self.server.gate.answer(self.command, self.path, dict(self.headers.items()), content)
        is_bytes, discovery = isinstance(answer.content, bytes), self.path.startswith("/.well-known")
        body = answer.content if is_bytes else b"" if answer.content is None else json.dumps(answer.content).encode()
        kind = "octet-stream" if is_bytes else "json" if discovery else "vnd.api+json"
        self.send_response(answer.status)
        for name, value in (
            _HEADERS | {"Content-Type": f"application/{kind}", "Content-Length": str(len(body))}
        ).items():
            self.send_header(name, value)
        self.end_headers()
        with suppress(OSError):
            self.wfile.write(body)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _answer  # noqa: N815

    def log_message(self, format: str, *arguments: Any) -> None:
        """The journal has it."""
