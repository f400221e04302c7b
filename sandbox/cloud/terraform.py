"""The real Terraform in a run's folder, in an environment that is made for it and not inherited."""

import io
import json
import os
import signal
import subprocess
import tarfile
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from sandbox.cloud.identity import dynamic_credentials
from sandbox.cloud.log import Log
from sandbox.cloud.plan_json import Schemas
from sandbox.cloud.records import Run, StateVersion, Store

_OVERRIDE = "zz_worker_override.tf.json"
"""A backend in an override file takes the place of a `cloud` block.

https://developer.hashicorp.com/terraform/language/files/override#merging-terraform-blocks
"""
_STATE = "terraform.tfstate"


class Canceled(Exception):
    """Somebody cancelled the run, or the server stops."""


@dataclass(kw_only=True)
class Workers:
    """The machines that runs are worked off on."""

    terraform: Path
    terraform_version: str
    environment: Mapping[str, str]
    """All that Terraform is told beside the variables of its workspace: PATH, HOME, where providers come from."""
    folder: Path
    """Takes the folders of the runs."""
    issuer: str = ""
    """Who vouches for a run, as AWS knows it: the server's address, with the scheme."""
    at_once: int = 4
    busy: int = 0
    holding: bool = False
    """Whether no apply begins, for whoever wants to look at one that goes on."""
    schemas: Schemas = field(default_factory=Schemas)
    threads: list[threading.Thread] = field(default_factory=list)


def send(run: Run, number: signal.Signals = signal.SIGINT) -> None:
    """Send a signal to the Terraform of a run and its providers, if there is one. The caller holds the lock."""
    if run.process is not None:
        with suppress(ProcessLookupError):
            os.killpg(run.process.pid, number)


class Folder:
    """A folder with what somebody uploaded, in which Terraform works for one run."""

    def __init__(self, store: Store, workers: Workers, run: Run, root: Path) -> None:
        self._store, self._workers, self._run, self._root = store, workers, run, root
        self._folder = root / str(run.workspace.settings.get("working-directory") or "")

    def fill(self) -> None:
        """Unpack what was uploaded, and put the workspace's state beside it."""
        assert self._run.version.archive is not None
        with tarfile.open(fileobj=io.BytesIO(self._run.version.archive)) as packed:
            packed.extractall(self._root, filter="data")
        (self._folder / _OVERRIDE).write_text(json.dumps({"terraform": {"backend": {"local": {}}}}))
        if state := self._run.workspace.state:
            (self._folder / _STATE).write_bytes(state.content or b"")

    @property
    def has_plan(self) -> bool:
        """Whether Terraform wrote a plan here, be it one that cannot be applied."""
        return (self._folder / "tfplan").exists()

    def take_state(self) -> None:
        """What Terraform left becomes the workspace's state, also when it failed half-way."""
        workspace, file = self._run.workspace, self._folder / _STATE
        before, content = workspace.state, file.read_bytes() if file.exists() else b""
        if content and content != (before.content if before else b""):
            said = json.loads(content)
            state = StateVersion(workspace=workspace, serial=said["serial"], lineage=said["lineage"], run=self._run)
            workspace.states.append(state)
            self._store.upload(state, content)

    def json(self, *arguments: str) -> dict[str, Any]:
        """What Terraform answers in JSON."""
        code, said = self.terraform(*arguments)
        if code:
            raise OSError(f"terraform {arguments[0]}: {said.decode(errors='replace')}")
        answer: dict[str, Any] = json.loads(said)
        return answer

    def terraform(self, *arguments: str, log: Log | None = None) -> tuple[int, bytes]:
        """Run it to its end: the exit code, and what it said unless that went into a log. Raises Canceled."""
        run, said = self._run, bytearray()
        with self._store.changed:
            if run.cancel_asked or self._store.stopping:
                raise Canceled
            process = run.process = subprocess.Popen(
                [str(self._workers.terraform), *arguments],
                cwd=self._folder,
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                bufsize=0,
                start_new_session=True,
            )
        assert process.stdout
        with process.stdout:
            while part := process.stdout.read(1 << 16):
                log.write(part) if log else said.extend(part)
        code = process.wait()
        with self._store.changed:
            run.process = None
        return code, bytes(said)

    def _environment(self) -> dict[str, str]:
        """Whoever called the server is on another machine, and so are that one's variables."""
        run, organization = self._run, self._store.organization
        own = {
            "CHECKPOINT_DISABLE": "1",
            "TF_IN_AUTOMATION": "1",
            "TFC_RUN_ID": run.id,
            "TFC_WORKSPACE_NAME": run.workspace.name,
            "TFC_WORKSPACE_SLUG": f"{organization}/{run.workspace.name}",
        }
        variables = self._store.variables_of(run.workspace)
        phase: Literal["plan", "apply"] = "apply" if run.status == "applying" else "plan"
        role = dynamic_credentials(variables, run, phase, self._workers.issuer, organization, self._root)
        return {**self._workers.environment, **variables, **own, **role}
