"""One run that is begun by the API, without a Terraform here.

https://developer.hashicorp.com/terraform/cloud-docs/run/api
"""

import io
import json
import tarfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deployment.hcp.client import Client, HcpError
from deployment.hcp.refusals import UNREADABLE_PLAN
from deployment.hcp.runs import Run

_PAUSE = 1.0
_PATIENCE = 60.0
"""Seconds in which an upload must have been taken."""
_FRAME = "\x02\x03"
"""What a log begins and ends with."""


@dataclass(frozen=True, slots=True)
class ApiRun:
    """A saved plan in a workspace, and its apply."""

    client: Client
    url: str
    """Where it can be seen."""
    id: str
    plan: str
    apply: str

    @classmethod
    def begun(cls, client: Client, organization: str, workspace: str, folder: Path) -> "ApiRun":
        """Upload a folder and begin a run that only plans. Raises HcpError."""
        place = client.get("organizations", organization, "workspaces", workspace)["data"]
        settings = {"auto-queue-runs": False, "provisional": True}
        data = {"type": "configuration-versions", "attributes": settings}
        version = client.post("workspaces", place["id"], "configuration-versions", data=data)["data"]
        client.upload(
            version["attributes"]["upload-url"], packed(folder, place["attributes"].get("working-directory") or "")
        )
        _wait_for_upload(client, version["id"])
        related = {
            "workspace": {"data": {"type": "workspaces", "id": place["id"]}},
            "configuration-version": {"data": {"type": "configuration-versions", "id": version["id"]}},
        }
        wanted = {"save-plan": True, "auto-apply": False, "message": "kms-baseline workspaces run"}
        run = client.post("runs", data={"type": "runs", "attributes": wanted, "relationships": related})["data"]
        plan, apply = (run["relationships"][stage]["data"]["id"] for stage in ("plan", "apply"))
        url = f"https://{client.hostname}/app/{organization}/{workspace}/runs/{run['id']}"
        return cls(client, url, run["id"], plan, apply)

    def now(self) -> Run:
        """What it is doing."""
        return Run.of(self.client.get("runs", self.id)["data"])

    def confirm(self) -> None:
        """Let it apply its plan."""
        self.client.post("runs", self.id, "actions", "apply")

    def json(self) -> dict[str, Any]:
        """The plan as `terraform show -json` has it; empty where there is none. Raises HcpError without admin."""
        try:
            return self.client.get("plans", self.plan, "json-output") or {}
        except HcpError as error:
            if error.status not in (403, 404):
                raise
            raise HcpError.of(UNREADABLE_PLAN, error.status) from None

    def log(self, stage: str, begin: int) -> bytes:
        """What a stage (`plans` or `applies`) has said from a byte on."""
        id = self.plan if stage == "plans" else self.apply
        url = self.client.get(stage, id)["data"]["attributes"].get("log-read-url")
        return self.client.download(f"{url}?limit=65536&offset={begin}") if url else b""


def packed(folder: Path, working_directory: str) -> bytes:
    """A folder as HCP Terraform unpacks it: where the workspace looks for it."""
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w:gz") as archive:
        archive.add(folder, arcname=working_directory.strip("/") or ".")
    return content.getvalue()


def readable(line: str) -> Iterator[str]:
    """A line of a log as Terraform prints it for people: logs are JSON where a workspace has structured output.

    https://developer.hashicorp.com/terraform/internals/machine-readable-ui
    """
    line = line.strip(_FRAME)
    try:
        said = json.loads(line) if line.startswith("{") else None
    except ValueError:
        said = None
    if not isinstance(said, dict):
        yield line
    elif found := said.get("diagnostic"):
        yield f"{str(found.get('severity', 'error')).capitalize()}: {found.get('summary', '')}"
        yield from (["", f"  with {found['address']},", ""] if found.get("address") else [""])
        yield from str(found.get("detail", "")).splitlines()
    else:
        yield str(said.get("@message", ""))


def _wait_for_upload(client: Client, version: str) -> None:
    until = time.monotonic() + _PATIENCE
    while (status := client.get("configuration-versions", version)["data"]["attributes"]["status"]) != "uploaded":
        if status == "errored" or time.monotonic() > until:
            raise HcpError(f"{client.hostname} does not take the upload: it is {status}")
        time.sleep(_PAUSE)
