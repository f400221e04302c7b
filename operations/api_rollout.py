"""The folders of an export, planned and applied by the API of HCP Terraform: no Terraform and no `cloud` block is needed."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from baseline import names
from baseline.errors import Refusal
from deployment.binaries import Terraform
from deployment.deploy import Planned, Rollout
from deployment.events import OnEvent
from deployment.hcp.client import Client
from deployment.hcp.engine import ApiEngine
from deployment.hcp.workspaces import Places
from operations.progress import Say
from operations.project import Project
from operations.rollout import looked_at
from operations.synthesis import check_export
from operations.takeover import Looking
from operations.workspaces import backend_of

_AT_ONCE = 8
"""Runs that are followed at the same time; how many HCP Terraform works on is its own affair."""
_NOBODY = Terraform(Path("terraform"), "", "")


def refuse_stale(project: Project, folder: Path, say: Say, program: str) -> None:
    """Raise Refusal unless the folder is what an export of today would be, with every key of it in the lock."""
    if project.lock_differs:
        raise Refusal(
            f"{project.lock_path} does not record what the configuration has",
            f"`kms-baseline export {folder}` records it",
        )
    check_export(project, folder, say, program)


@contextmanager
def planned_by_api(
    project: Project, folder: Path, stacks: list[str], looking: Looking, on_event: OnEvent, keep_going: bool = False
) -> Iterator[Planned]:
    """Plan exported folders in their workspaces, and look at AWS before anything of a key is made.

    The export stays as it is. Raises as `planned` of `operations/rollout.py` does, and HcpError.
    """
    backend = backend_of(project)
    client = Client.of(backend.hostname, os.environ)
    Places(client, backend.organization).check()
    workspaces = {stack: names.workspace(backend.prefix, stack) for stack in stacks}
    with TemporaryDirectory(prefix="kms-baseline-") as temporary:
        for stack in stacks:
            shutil.copytree(
                folder / stack,
                Path(temporary) / "stacks" / stack,
                ignore=shutil.ignore_patterns(".terraform", "*.tfstate*"),
            )
        rollout = Rollout(
            terraform=_NOBODY,
            output=Path(temporary),
            folder=Path(),
            environment=os.environ,
            on_event=on_event,
            parallelism=_AT_ONCE,
            engine=ApiEngine(client, backend.organization, workspaces),
        )
        with looked_at(rollout, stacks, looking, keep_going) as plans:
            yield plans
