"""A sandbox that outlives the command which started it: `sandbox start` and `sandbox stop`."""

import contextlib
import json
import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from baseline.errors import WorldError
from sandbox.pages import ask
from sandbox.process import launch
from sandbox.seed import Credentials

_RECORD = "sandbox.json"
_KEYS = "keys.json"
"""Keys that the next one gets."""
_STOP_SECONDS = 5


@dataclass(frozen=True, slots=True)
class Detached:
    """A sandbox that runs on its own, as its folder remembers it."""

    url: str
    pid: int
    credentials: Credentials


def start_detached(folder: Path, port: int, seeding: Callable[[str], Credentials]) -> Detached:
    """Start a sandbox that stays, fill it by `seeding` (which gets its URL), and remember it in `folder`.

    It gets the keys that the last one left by `stop_detached`. One that runs already is filled once more: what is new is
    added, and all that it holds stays. Port 0 is any free port. Raises WorldError when the folder's sandbox already runs at
    another port, or this one does not come up.
    """
    if (running := find_detached(folder)) is not None:
        if port and not running.url.endswith(f":{port}"):
            raise WorldError(
                f"a sandbox is already running at {running.url}", help="stop it first: kms-baseline sandbox stop"
            )
        again = replace(running, credentials=seeding(running.url))
        _write(folder / _RECORD, again)
        return again
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "sandbox.log").open("w+b") as log:
        process, url = launch(port, log, detached=True)
    try:
        detached = Detached(url, process.pid, seeding(url))
        if (kept := folder / _KEYS).exists():
            ask(url, "POST", "/sandbox/keys", kept.read_text("utf-8"))
        _write(folder / _RECORD, detached)
    except BaseException:
        process.kill()
        process.wait()
        raise
    process.returncode = 0  # it is meant to go on; Popen would warn that it does
    return detached


def find_detached(folder: Path) -> Detached | None:
    """The folder's sandbox, if it is still the process that was started."""
    try:
        values = json.loads((folder / _RECORD).read_text("utf-8"))
        detached = Detached(values["url"], values["pid"], Credentials(**values["credentials"]))
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None
    return detached if _answers(detached) else None


def stop_detached(folder: Path, *, keep_keys: bool = False) -> bool:
    """End the folder's sandbox and forget it; False when none was running.

    `keep_keys`: the next one gets its keys. Otherwise it gets none, also none that were kept before.
    """
    detached = find_detached(folder)
    if detached and keep_keys:
        part = folder / f"{_KEYS}.part"
        part.touch(0o600)  # it has the keys' material
        part.write_text(json.dumps(ask(detached.url, "GET", "/sandbox/keys"), indent=1) + "\n", "utf-8")
        part.replace(folder / _KEYS)
    elif not keep_keys:
        (folder / _KEYS).unlink(missing_ok=True)
    (folder / _RECORD).unlink(missing_ok=True)
    if detached is None:
        return False
    with contextlib.suppress(ProcessLookupError):
        os.kill(detached.pid, signal.SIGKILL)  # there is nothing to save: all it holds is in memory
    _wait_until_gone(detached)
    return True


def _write(path: Path, detached: Detached) -> None:
    credentials = {
        "access_key_id": detached.credentials.access_key_id,
        "secret_access_key": detached.credentials.secret_access_key,
    }
    values = {"url": detached.url, "pid": detached.pid, "credentials": credentials}
    path.write_text(json.dumps(values, indent=2) + "\n", "utf-8")


def _answers(detached: Detached) -> bool:
    """Whether that very process is at the URL: a number can be another process's by now, and a port another's."""
    try:
        return bool(ask(detached.url, "GET", "/sandbox/ready", timeout=5) == {"pid": detached.pid})
    except (WorldError, ValueError):
        return False


def _wait_until_gone(detached: Detached) -> None:
    deadline = time.monotonic() + _STOP_SECONDS
    while _answers(detached) and time.monotonic() < deadline:
        time.sleep(0.05)
