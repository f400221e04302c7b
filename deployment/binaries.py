"""Finds the programs that a deployment needs: Terraform, Node and cdktf."""

import json
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from baseline.errors import WorldError
from deployment.versions import Version, meets, parse_version

TERRAFORM_CONSTRAINT = ">= 1.10"
_SECONDS = 30
"""How long a program may take to say its version; a cold start on a busy machine takes a few seconds."""


@dataclass(frozen=True, slots=True)
class Terraform:
    """The Terraform that a deployment runs."""

    path: Path
    version: str
    platform: str
    """As Terraform writes it: `linux_amd64`."""


def find_terraform(environment: Mapping[str, str]) -> Terraform:
    """The program of `TERRAFORM_BINARY_NAME`, else `terraform`, else OpenTofu's `tofu`, on the PATH of the environment.

    Raises WorldError when there is none, when it does not run, or when it is older than 1.10.
    """
    chosen = environment.get("TERRAFORM_BINARY_NAME")
    names = [chosen] if chosen else ["terraform", "tofu"]
    path = next((found for name in names if (found := _which(name, environment))), None)
    if path is None:
        raise WorldError(
            f"`{names[0]}` is not on PATH",
            f"install Terraform {TERRAFORM_CONSTRAINT}, or set TERRAFORM_BINARY_NAME to where it is",
        )
    return _checked(path, _answer([str(path), "version", "-json"], environment))


def node_major(environment: Mapping[str, str]) -> int:
    """The major version of the `node` on the PATH of the environment, which runs cdktf.

    Raises WorldError when there is none or it does not run.
    """
    path = _which("node", environment)
    if path is None:
        raise WorldError("`node` is not on PATH", "install Node.js 20 or newer: cdktf runs on it")
    text = _answer([str(path), "--version"], environment).strip()
    return _version_of(text, path)[0]


def find_cdktf(project_folder: Path, environment: Mapping[str, str]) -> Path:
    """The project's own `cdktf`, else that on the PATH of the environment. Raises WorldError when there is none."""
    own = project_folder.absolute() / "node_modules" / ".bin" / "cdktf"
    path = _which(str(own), environment) or _which("cdktf", environment)
    if path is None:
        raise WorldError("`cdktf` is neither in node_modules of the project nor on PATH", "run `make install`")
    return path


def _which(name: str, environment: Mapping[str, str]) -> Path | None:
    found = shutil.which(name, path=environment.get("PATH", ""))
    return Path(found).absolute() if found else None


def _answer(command: list[str], environment: Mapping[str, str]) -> str:
    try:
        ended = subprocess.run(
            command,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_SECONDS,
            check=True,
        )
    except subprocess.CalledProcessError as error:
        last = (error.stderr.strip() or "no message").splitlines()[-1]
        raise WorldError(f"`{' '.join(command)}` failed with exit code {error.returncode}: {last}") from error
    except (OSError, subprocess.TimeoutExpired) as error:
        raise WorldError(f"`{' '.join(command)}` does not run: {error}") from error
    return ended.stdout


def _checked(path: Path, answer: str) -> Terraform:
    try:
        facts = json.loads(answer)
        terraform = Terraform(path, facts["terraform_version"], facts["platform"])
    except (ValueError, KeyError, TypeError) as error:
        raise WorldError(f"`{path} version -json` does not answer as Terraform does") from error
    if not meets(_version_of(terraform.version, path), TERRAFORM_CONSTRAINT):
        raise WorldError(
            f"Terraform {TERRAFORM_CONSTRAINT} is needed, and `{path}` is {terraform.version}",
            "install a newer Terraform, or set TERRAFORM_BINARY_NAME to where one is",
        )
    return terraform


def _version_of(text: str, path: Path) -> Version:
    version = parse_version(text)
    if version is None:
        raise WorldError(f"`{path}` says that its version is `{text}`, which is no version")
    return version
