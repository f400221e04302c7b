"""The whole way on this machine: what the demo does with a copy of a project, into an embedded AWS."""

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from baseline.backends import LocalBackend
from baseline.errors import UsageError
from deployment.binaries import find_cdktf, find_terraform
from deployment.cdktf import run_cdktf_deploy
from deployment.deploy import Rollout, plan_stacks
from deployment.events import OnEvent
from operations.node import prepare_node
from operations.project import CONFIGURATION_VARIABLE, Project

CLONE = Path(__file__).parent.parent
"""Where `cdktf.json` and `main.py` are: the clone that the command is installed from."""


def cdktf_for(project: Project) -> Path:
    """The `cdktf` that the demo runs. Raises Refusal, UsageError or WorldError when the project cannot be shown."""
    project.check_policies()
    if not isinstance(project.inventory.organization.deployment.backend, LocalBackend):
        raise UsageError(f"{project.path}: the demo needs the local backend", "write deployment.backend: {type: local}")
    prepare_node()
    return find_cdktf(CLONE, os.environ)


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    """A deployment of a copy, so that the project's own lock and state stay as they are."""

    project: Project
    folder: Path
    """Takes the copy, and all that a deployment leaves."""
    environment: Mapping[str, str]
    """Leads to an embedded AWS."""
    on_event: OnEvent

    def deploy(self, cdktf: Path, parallelism: int | None) -> None:
        """Run the real `cdktf deploy`. Raises WorldError or Refusal when a stack fails."""
        for path in (self.project.path, self.project.lock_path, self.project.found_path, self.project.providers_path):
            if path.exists():
                shutil.copyfile(path, self.folder / path.name)
        arguments = ["--output", str(self._output)]
        if parallelism is not None:
            arguments += ["--parallelism", str(parallelism)]
        copy = {CONFIGURATION_VARIABLE: str(self.folder / self.project.path.name)}
        log = self.folder / "logs" / "cdktf.log"
        run_cdktf_deploy(cdktf, CLONE, arguments, {**self.environment, **copy}, log, self.on_event)

    def plan_again(self) -> dict[str, bool]:
        """Whether a plan of each stack has changes now. Raises WorldError when a stack cannot be planned."""
        rollout = Rollout(
            terraform=find_terraform(self.environment),
            output=self._output,
            folder=self.folder,
            environment=self.environment,
            on_event=self.on_event,
        )
        with plan_stacks(rollout, [stack.name for stack in self.project.inventory.stacks]) as planned:
            planned.refuse_failures()
            return {plan.stack.name: plan.changed for plan in planned.plans}

    @property
    def _output(self) -> Path:
        return self.folder / "cdktf.out"
