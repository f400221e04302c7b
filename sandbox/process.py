"""Starts and ends the sandbox's process, and makes the environment that points Terraform at it and nowhere else."""

import contextlib
import importlib.util
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from baseline.errors import WorldError
from sandbox.pages import require_loopback

_STOP_SECONDS = 5


class Sandbox:
    """A running sandbox that ends with this object, or with this process, however that ends."""

    def __init__(self, process: subprocess.Popen[bytes], url: str) -> None:
        self._process = process
        self.url = url

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """End the process and forget everything it held. Stopping twice is fine."""
        if self._process.stdin:
            with contextlib.suppress(OSError):
                self._process.stdin.close()
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def start(port: int = 0, *, log: Path | None = None) -> Sandbox:
    """Start a sandbox on the loopback address; port 0 is any free port.

    What the server has to complain about goes to the file `log`, or nowhere. Raises WorldError, with what the server
    said, when it does not come up.
    """
    with _complaints(log) as complaints:
        process, url = launch(port, complaints, detached=False)
    return Sandbox(process, url)


def launch(port: int, complaints: IO[bytes], *, detached: bool) -> tuple[subprocess.Popen[bytes], str]:
    """The server's process and its URL, once it can be called."""
    if importlib.util.find_spec("moto") is None:
        raise WorldError("the sandbox needs the package `moto`, which is not installed", help="run: make install")
    # In a session of its own, so that the terminal's Ctrl-C does not take AWS away under a Terraform that finishes.
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "sandbox.server", "--port", str(port), *(["--detached"] if detached else [])],
        stdin=subprocess.DEVNULL if detached else subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=complaints,
        env=server_environment(os.environ),
        start_new_session=True,
    )
    assert process.stdout
    with process.stdout:
        line = process.stdout.readline()
    if not line:
        if process.stdin:
            process.stdin.close()
        process.wait()
        complaints.seek(0)
        said = complaints.read().decode(errors="replace").strip().splitlines()
        raise WorldError(f"the sandbox did not start: {said[-1] if said else f'exit code {process.returncode}'}")
    return process, json.loads(line)["url"]


def environment(
    url: str, access_key_id: str, secret: str, base: Mapping[str, str], *, region: str = "us-east-1"
) -> dict[str, str]:
    """The environment of a child that shall see the sandbox as AWS: `base` with every AWS setting of it replaced.

    `region` is what a client uses that names none; it must be of the accounts' partition. Raises WorldError when the
    URL is not on this machine.
    """
    require_loopback(url)
    kept = {name: value for name, value in base.items() if not name.startswith("AWS_")}
    no_proxy = ",".join(filter(None, [base.get("NO_PROXY") or base.get("no_proxy"), "127.0.0.1"]))
    return kept | {
        "AWS_ENDPOINT_URL": url,
        "AWS_ACCESS_KEY_ID": access_key_id,
        "AWS_SECRET_ACCESS_KEY": secret,
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,  # boto3 and version 1 of the AWS CLI read this one only
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "CHECKPOINT_DISABLE": "1",
        "NO_PROXY": no_proxy,
        "no_proxy": no_proxy,
    }


def server_environment(base: Mapping[str, str]) -> dict[str, str]:
    """Moto reads the user's AWS profile, and its own settings, from the environment: neither is for the sandbox."""
    kept = {name: value for name, value in base.items() if not name.startswith(("AWS_", "MOTO_"))}
    return kept | {
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "MOTO_DISABLE_GLOBAL_CORS": "true",
        "PYTHONPATH": str(Path(__file__).parent.parent),
    }


def _complaints(log: Path | None) -> IO[bytes]:
    return log.open("w+b") if log else tempfile.TemporaryFile()
