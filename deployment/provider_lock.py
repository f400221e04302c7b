"""Terraform's dependency lock file: which version of the AWS provider runs, and the sums of its packages.

https://developer.hashicorp.com/terraform/language/files/dependency-lock
"""

import json
import re
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from baseline.errors import UsageError, WorldError
from deployment.binaries import Terraform
from deployment.environment import for_terraform
from deployment.mirror import VARIABLE, Mirror
from deployment.versions import meets, parse_version

_LOCK_FILE = ".terraform.lock.hcl"
_PROVIDER = re.compile(
    r'^provider "registry\.terraform\.io/hashicorp/aws" \{\n(?P<body>(?:[ \t].*\n|\n)*?)\}', re.MULTILINE
)
_VERSION = re.compile(r'^\s+version\s*=\s*"(?P<version>[^"]*)"', re.MULTILINE)


def locked_version(text: str, file: str, constraint: str) -> str:
    """The version of the AWS provider that a lock file has. Raises UsageError where it can be no lock of our stacks."""
    help = "`kms-baseline lock --providers` writes it anew"
    found = _PROVIDER.search(text)
    body = found["body"] if found else ""
    written = _VERSION.search(body)
    if not written or ('"h1:' not in body and '"zh:' not in body):
        raise UsageError(f"{file}: has no version and sums of hashicorp/aws", help)
    version = parse_version(written["version"])
    if version is None or not meets(version, constraint):
        raise UsageError(f"{file}: has hashicorp/aws {written['version']}, and {constraint} is needed", help)
    return written["version"]


def lock_of(
    terraform: Terraform,
    mirror: Mirror | None,
    required: Mapping[str, str],
    platforms: Sequence[str],
    environment: Mapping[str, str],
) -> str:
    """The text of a lock file with the newest version that is required, and its sums for these platforms.

    From the mirror where there is one, else from the registry. Raises WorldError where a platform's package is not there.
    """
    arguments = ["providers", "lock", "-no-color", *(f"-platform={platform}" for platform in platforms)]
    if mirror and mirror.folder:
        arguments.append(f"-fs-mirror={mirror.folder}")
    with TemporaryDirectory(prefix="kms-baseline-") as folder:
        configuration = {"terraform": {"required_providers": {"aws": dict(required)}}}
        (Path(folder) / "main.tf.json").write_text(json.dumps(configuration), encoding="utf-8")
        done = subprocess.run(
            [str(terraform.path), *arguments],
            cwd=folder,
            env=for_terraform(environment),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )
        if done.returncode:
            raise WorldError(
                f"no lock for {', '.join(platforms)}: {_reason(done.stderr)}",
                f"name platforms as Terraform does (linux_amd64); {VARIABLE} names a folder that has their packages, "
                "which `terraform providers mirror -platform=...` makes",
            )
        return (Path(folder) / _LOCK_FILE).read_text(encoding="utf-8")


def _reason(said: str) -> str:
    """What Terraform says, in one line and without its heading."""
    words = " ".join(said.partition("Error: ")[2].replace("│", " ").replace("╵", " ").split())
    return words.partition("could not be installed: - ")[2] or words or "Terraform gave no reason"
