"""HCP Terraform on this machine, whose workers deploy into the embedded AWS."""

import json
import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from baseline.backends import Backend, CloudBackend
from baseline.configuration.source import compose
from baseline.errors import WorldError
from deployment.binaries import find_terraform
from deployment.environment import without_dead_configuration
from deployment.mirror import SYSTEM_FOLDERS, find_mirror, provider_environment
from deployment.parallelism import MOST_APPLIES, for_applies, free_memory
from operations.embedded_aws import run_to_its_end
from operations.embedded_hub import variables_of_runs
from operations.project import Project
from sandbox.cloud.certificates import ADDRESS
from sandbox.cloud.server import Cloud
from sandbox.cloud.terraform import Workers
from stacks.versions import REQUIRED_PROVIDER

_OF_MACHINE = (
    "PATH",
    "TMPDIR",
    "HTTPS_PROXY",
    "HTTP_PROXY",
    "NO_PROXY",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "GOGC",
    "GOMEMLIMIT",
)
"""What a worker's Terraform needs to run on this machine, and to get a provider where there is no mirror."""
_COMMAND = "import sys; from cli.main import main; sys.exit(main())"


@contextmanager
def embedded_cloud(backend: CloudBackend, aws: Mapping[str, str], folder: Path) -> Iterator[Cloud]:
    """The one that a backend names, which ends with the block; the folder takes its files, and port 0 is any free one.

    Its workers take a role of AWS by a token, as a variable set says, and have nothing of the caller's.
    Raises WorldError where Terraform cannot be told to trust it.
    """
    if sys.platform == "darwin":
        raise WorldError(
            "Terraform on macOS trusts the system's keychain alone, and not this server's certificate",
            "run it on Linux, in a container for example",
        )
    terraform = find_terraform(os.environ)
    workers = Workers(
        terraform=terraform.path,
        terraform_version=terraform.version,
        environment=_of_workers(folder),
        folder=folder,
        at_once=for_applies(MOST_APPLIES, free_memory()),
    )
    with Cloud(workers, backend.organization, backend.hostname) as cloud:
        cloud.give("AWS", variables_of_runs(aws, replace(backend, hostname=cloud.hostname)))
        yield cloud


@contextmanager
def named_cloud(backend: Backend, aws: Mapping[str, str], folder: Path) -> Iterator[dict[str, str]]:
    """The HCP Terraform that a backend names on this machine, as long as the block lasts; none if it names another.

    Yields the environment that leads to AWS, and to that.
    """
    if isinstance(backend, CloudBackend) and backend.hostname.partition(":")[0] in ("localhost", ADDRESS):
        with embedded_cloud(backend, aws, folder) as cloud:
            yield cloud.environment(aws)
    else:
        yield dict(aws)


def any_cloud(namespace: str) -> CloudBackend:
    """A backend at any free port of this machine."""
    return CloudBackend(organization="example", project=None, hostname=f"{ADDRESS}:0", prefix=namespace)


def _of_workers(folder: Path) -> dict[str, str]:
    """The environment of the workers: a home of their own, unless the caller's says where providers come from."""
    home = folder / "worker"
    home.mkdir()
    names = {*_OF_MACHINE, *map(str.lower, _OF_MACHINE)}
    own = {name: value for name, value in os.environ.items() if name in names} | {"HOME": str(home)}
    mirror = find_mirror(find_terraform(os.environ), REQUIRED_PROVIDER["version"], os.environ, SYSTEM_FOLDERS)
    if mirror and mirror.configured:
        kept = ("HOME", "TF_CLI_CONFIG_FILE", "XDG_DATA_HOME", "XDG_DATA_DIRS")
        return own | {name: os.environ[name] for name in kept if name in without_dead_configuration(os.environ)}
    return provider_environment(mirror, home, own)


@dataclass(frozen=True, slots=True)
class CloudCopy:
    """A copy of a project, with the server in place of its backend: its own lock and states stay as they are."""

    project: Project
    cloud: Cloud
    folder: Path
    """An empty folder for it."""
    environment: Mapping[str, str]
    """What the commands are given beside a token: they ask AWS what it has, as the deploying person's machine does."""

    def write(self) -> None:
        """Make the copy."""
        project = self.project
        data = compose(project.text, str(project.path)).data
        backend = {"type": "cloud", "organization": self.cloud.store.organization, "hostname": self.cloud.hostname}
        data["deployment"] = {**(data.get("deployment") or {}), "backend": backend}
        (self.folder / project.path.name).write_text(json.dumps(data, indent=2), encoding="utf-8")
        if project.lock_path.exists():
            moved = replace(project.lock, backend=None)
            (self.folder / project.lock_path.name).write_text(moved.render(), encoding="utf-8")
        for path in (project.found_path, project.providers_path):
            if path.exists():
                shutil.copyfile(path, self.folder / path.name)

    def run(self, *arguments: str) -> int:
        """Run a command of ours in the copy, and return its exit code."""
        command = [sys.executable, "-P", "-c", _COMMAND, *arguments, "--config", self.project.path.name]
        return run_to_its_end(command, self.cloud.environment(self.environment), self.folder)


def runs_of(cloud: Cloud) -> list[tuple[str, str]]:
    """Each workspace, with what became of its runs."""
    names = [workspace.name for workspace in cloud.store.workspaces]
    return [(name, ", ".join(run.status for run in cloud.runs(name))) for name in sorted(names)]
