"""HCP Terraform on the loopback address for tests: its server, and Terraform as somebody else's machine calls it."""

import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deployment.binaries import Terraform
from sandbox.cloud.server import Cloud
from sandbox.cloud.terraform import Workers

ORGANIZATION = "example"
OF_MACHINE = ("PATH", "KMS_BASELINE_TESTED_TERRAFORM", "GOGC", "GOMEMLIMIT", "TMPDIR")
"""Variables of the tests that say nothing about credentials or servers."""


def of_machine() -> dict[str, str]:
    """The environment that every Terraform of the tests needs, whoever runs it."""
    return {name: os.environ[name] for name in OF_MACHINE if name in os.environ}


@contextmanager
def cloud(terraform: Terraform, folder: Path, environment: Mapping[str, str] | None = None) -> Iterator[Cloud]:
    """A server whose workers have what `environment` adds to that of this machine: a mirror, for example."""
    home = folder / "worker"
    home.mkdir()
    workers = Workers(
        terraform=terraform.path,
        terraform_version=terraform.version,
        environment={**of_machine(), "HOME": str(home), **(environment or {})},
        folder=folder,
    )
    with Cloud(workers, ORGANIZATION) as running:
        yield running


@dataclass(frozen=True)
class Machine:
    """Somebody's machine with a folder of Terraform's files, a workspace of the server, and no credentials for AWS."""

    cloud: Cloud
    folder: Path
    environment: Mapping[str, str]

    def write(self, workspace: str, **blocks: Any) -> None:
        """The folder's only file, with the `cloud` block of a workspace."""
        place = {"organization": ORGANIZATION, "hostname": self.cloud.hostname, "workspaces": {"name": workspace}}
        terraform = {"cloud": place} | blocks.pop("terraform", {})
        (self.folder / "main.tf.json").write_text(json.dumps({"terraform": terraform, **blocks}))

    def terraform(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run Terraform to its end, with nothing on standard input."""
        return subprocess.run(
            ["terraform", *arguments],
            cwd=self.folder,
            env={**self.environment, **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )


def machine(cloud: Cloud, folder: Path, role: Any = "admin") -> Machine:
    """A machine with a token of a role, and an empty home."""
    (folder / "home").mkdir()
    (folder / "files").mkdir()
    own = {"HOME": str(folder / "home"), "CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1"}
    return Machine(cloud, folder / "files", cloud.environment(of_machine() | own, role))
