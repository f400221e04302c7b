"""One AWS provider for everybody: the lock file beside the configuration, which every stack's folder gets."""

from collections.abc import Mapping, Sequence

from baseline.errors import UsageError
from deployment.binaries import find_terraform
from deployment.mirror import find_mirror
from deployment.provider_lock import lock_of, locked_version
from files.whole import write_whole
from operations.progress import Say
from operations.project import Project
from stacks.versions import required_provider

ALWAYS = "linux_amd64"
"""HCP Terraform's workers and most of CI."""


def provider_lock(project: Project) -> str | None:
    """The text of the lock file; None where there is none. Raises UsageError for one that no stack could take."""
    text = project.providers_text
    if text is not None:
        locked_version(text, str(project.providers_path), _required(project)["version"])
    return text


def renew(
    project: Project, platforms: Sequence[str], environment: Mapping[str, str], say: Say
) -> tuple[str, list[str]]:
    """Write the lock file with the newest provider; its version, and the platforms that may use it. Raises WorldError."""
    terraform, required = find_terraform(environment), _required(project)
    wanted = list(dict.fromkeys(platforms)) or sorted({ALWAYS, terraform.platform})
    mirror = find_mirror(terraform, required["version"], environment)
    if mirror and mirror.folder is None:
        raise UsageError(
            f"{mirror.origin} says where providers come from, and `terraform providers lock` does not read it",
            "name the mirror's folder in KMS_BASELINE_PROVIDER_MIRROR",
        )
    say(f"asking {mirror.folder if mirror else 'registry.terraform.io'} for {', '.join(wanted)}")
    text = lock_of(terraform, mirror, required, wanted, environment)
    version = locked_version(text, "Terraform's answer", required["version"])
    write_whole(project.providers_path, text.encode())
    return version, wanted


def _required(project: Project) -> dict[str, str]:
    """The provider that the configuration asks for."""
    return required_provider(project.configuration.organization.deployment.aws_provider)
