"""The embedded AWS with an organization's accounts in it, beside a command or in the background."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from baseline.errors import UsageError
from baseline.organization import Organization
from deployment.binaries import find_terraform
from deployment.mirror import SYSTEM_FOLDERS, find_mirror, provider_environment
from operations.embedded_accounts import seed_accounts
from operations.progress import Say
from sandbox.detached import start_detached
from sandbox.process import environment, start
from sandbox.seed import Credentials
from stacks.versions import REQUIRED_PROVIDER

FOLDER = Path(".sandbox")
"""Where one in the background leaves what is needed to end it."""


@contextmanager
def embedded_aws(organization: Organization, port: int = 0) -> Iterator[dict[str, str]]:
    """One that ends with the block. Yields the environment that leads to it; port 0 is any free one."""
    with start(port) as server:
        yield environment_to(organization, server.url, seed_accounts(server.url, organization))


def background_aws(organization: Organization, folder: Path, port: int = 0) -> dict[str, str]:
    """One that stays, until `stop_detached` ends that of the folder; one that runs already gets the accounts that are new.

    Returns the environment that leads to it.
    """
    running = start_detached(folder, port, lambda url: seed_accounts(url, organization))
    return environment_to(organization, running.url, running.credentials)


def with_provider(variables: dict[str, str], folder: Path, say: Say) -> dict[str, str]:
    """The environment with the AWS provider's mirror, wherever this machine has one (demo and tests only)."""
    mirror = find_mirror(find_terraform(variables), REQUIRED_PROVIDER["version"], variables, SYSTEM_FOLDERS)
    if mirror is not None:
        say(mirror.describe())
    return provider_environment(mirror, folder, variables)


def run_to_its_end(command: list[str], variables: dict[str, str], folder: Path | None = None) -> int:
    """Run a command, here or in a folder, and return its exit code.

    The terminal's Ctrl-C reaches it too: wait for what it makes of that.
    """
    try:
        child = subprocess.Popen(command, env=variables, cwd=folder)
    except OSError as error:
        raise UsageError(f"`{command[0]}` cannot be run: {error.strerror}") from None
    while True:
        try:
            code = child.wait()
            return code if code >= 0 else 128 - code
        except KeyboardInterrupt:
            continue


def environment_to(organization: Organization, url: str, keys: Credentials) -> dict[str, str]:
    """What leads to one that has the organization's accounts, by these credentials."""
    region = organization.home_region
    return environment(url, keys.access_key_id, keys.secret_access_key, os.environ, region=region)
