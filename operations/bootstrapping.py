"""What has to be there before the first deployment: the documents that make it, in a folder."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from baseline.backends import CloudBackend
from baseline.deployer import cloudformation, terraform
from baseline.deployer.plan import MARK, Bootstrap, Document, bootstrap
from baseline.deployer.trust import Identity, of_github, of_gitlab, of_hcp
from baseline.errors import Refusal, UsageError, WorldError
from baseline.fields.limits import ROLE_ARN
from files.whole import read_text, write_whole
from operations.project import Project

FORMS = {"terraform": terraform.documents, "cloudformation": cloudformation.documents}
_PATHS = {"terraform": "*/main.tf.json", "cloudformation": "*.template.json"}
_NAME = r"[A-Za-z0-9_.-]+"
_REPOSITORY = re.compile(rf"{_NAME}/{_NAME}")
_PROJECT = re.compile(rf"{_NAME}(?:/{_NAME})+")
_WORD = re.compile(r"[A-Za-z0-9_.-]+(?:/[A-Za-z0-9_.-]+)*")


@dataclass(frozen=True, slots=True)
class Jobs:
    """Which jobs may take the caller's role, as the options say it."""

    github: str | None
    gitlab: str | None
    hcp: bool
    environment: str
    branch: str
    gitlab_host: str
    pull_requests: bool

    def identity(self, project: Project) -> Identity | None:
        """Who they are; None: the role is there already. Raises UsageError."""
        if sum(map(bool, (self.github, self.gitlab, self.hcp))) > 1:
            raise UsageError("--github, --gitlab and --hcp exclude each other", "a caller's role trusts one of them")
        if self.github:
            _check(_REPOSITORY, self.github, "--github", "OWNER/NAME")
            _check(_WORD, self.environment, "--environment", "an environment's name")
            return of_github(self.github, self.environment, self.pull_requests)
        if self.gitlab:
            _check(_PROJECT, self.gitlab, "--gitlab", "GROUP/NAME")
            _check(_WORD, self.branch, "--branch", "a branch's name")
            _check(_WORD, self.gitlab_host, "--gitlab-host", "a host's name, such as gitlab.com")
            return of_gitlab(self.gitlab, self.branch, self.gitlab_host, self.pull_requests)
        if not self.hcp:
            return None
        backend = project.configuration.organization.deployment.backend
        if not isinstance(backend, CloudBackend):
            raise UsageError("--hcp needs workspaces, and the backend is of another type", "write `type: cloud` there")
        return of_hcp(backend.organization, backend.project, backend.prefix, backend.hostname)


def bootstrap_of(project: Project, callers: Sequence[str], identity: Identity | None, has_provider: bool) -> Bootstrap:
    """What the organization needs, for callers by their ARNs. Raises UsageError."""
    partition = project.configuration.organization.partition
    for caller in callers:
        try:
            ROLE_ARN.check(caller)
        except ValueError as error:
            raise UsageError(f"--caller: {error}", f"write it as arn:{partition}:iam::111111111111:role/NAME") from None
        if caller.split(":")[1] != partition:
            raise UsageError(f"--caller {caller}: is of another partition than the organization, {partition}")
    return bootstrap(project.inventory, list(dict.fromkeys(callers)), identity, has_provider)


def documents(found: Bootstrap, form: str) -> dict[str, Document]:
    """The documents of a form, by their paths."""
    return FORMS[form](found)


def write(files: Mapping[str, Document], folder: Path, form: str) -> list[str]:
    """Write the documents into a folder; returns those of an earlier run that none of these replaced.

    Raises Refusal, and writes nothing, where a file is there that bootstrap did not write; WorldError when it cannot write.
    """
    there = {path.relative_to(folder).as_posix(): path for path in folder.glob(_PATHS[form])}
    ours = [name for name, path in there.items() if _is_ours(path)]
    for name in files:
        if (folder / name).exists() and name not in ours:
            raise Refusal(
                f"{folder / name} was not written by bootstrap", "name another --output, or move the file away"
            )
    try:
        for name, document in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            write_whole(folder / name, (json.dumps(document, indent=2) + "\n").encode())
    except OSError as error:
        raise WorldError(f"{folder}: cannot be written: {error.strerror}") from None
    return sorted(set(ours) - set(files))


def _is_ours(path: Path) -> bool:
    """Whether bootstrap wrote a file."""
    try:
        found = json.loads(read_text(path, ""))
    except (ValueError, UsageError):
        return False
    if not isinstance(found, dict):
        return False
    metadata = found.get("Metadata")
    return MARK in (found.get("//"), metadata.get("WrittenBy") if isinstance(metadata, dict) else None)


def _check(pattern: re.Pattern[str], value: str, option: str, form: str) -> None:
    if not pattern.fullmatch(value):
        raise UsageError(f"{option} {value}: must be {form}")
