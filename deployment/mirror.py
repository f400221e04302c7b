"""Finds a local mirror of the AWS provider, so that `terraform init` can do without the network.

The layout of a mirror: https://developer.hashicorp.com/terraform/cli/config/config-file#filesystem_mirror
The folders that Terraform looks into by itself:
https://developer.hashicorp.com/terraform/cli/config/config-file#implied-local-mirror-directories
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from baseline.errors import UsageError
from deployment.binaries import Terraform
from deployment.cli_configuration import CliConfiguration
from deployment.environment import without_dead_configuration
from deployment.versions import Version, meets, parse_version

VARIABLE = "KMS_BASELINE_PROVIDER_MIRROR"
SYSTEM_FOLDERS = tuple(
    Path(folder)
    for folder in ("/opt", "/usr/local/share", "/usr/local/lib", "/usr/share", "/usr/lib", "/var/lib", "/srv")
)
"""Where demo and tests look for a mirror, one level deep. A real deployment never looks there."""

_PROVIDER = Path("registry.terraform.io") / "hashicorp" / "aws"


@dataclass(frozen=True, slots=True)
class Mirror:
    """Where Terraform gets the AWS provider from without the network."""

    folder: Path | None
    """None: the user's own CLI configuration says it, and is left alone."""
    version: str
    """The newest version in the folder that meets the constraint; empty when the folder is None."""
    origin: str
    """What led here: a variable, a file, or the kind of folder."""
    configured: bool
    """Whether Terraform uses it by itself; otherwise it needs `cli_configuration`."""

    def describe(self) -> str:
        """One line for a person: what was found, where, and why it was looked at."""
        if self.folder is None:
            return f"AWS provider: as {self.origin} says"
        return f"AWS provider: {self.version} from {self.folder} ({self.origin})"


def find_mirror(
    terraform: Terraform,
    constraint: str,
    environment: Mapping[str, str],
    system_folders: Sequence[Path] = (),
) -> Mirror | None:
    """The first mirror with a version that meets the constraint, for Terraform's own platform.

    None: Terraform installs from the network. `system_folders` are looked into last, one level deep;
    only the demo and the tests may name them.
    Raises UsageError when the folder that the user named does not hold the provider.
    """
    shelf = _Shelf(terraform.platform, constraint)
    if named := _path(environment.get(VARIABLE)):
        return _named(shelf, named.absolute())
    own = CliConfiguration.of(environment)
    if own.installs_providers:
        return Mirror(None, "", f"the provider_installation block of {own.place}", configured=True)
    places = [
        *((folder, "one of Terraform's own folders", True) for folder in _implied_folders(environment)),
        *((folder, origin, False) for folder, origin in _caches(environment, own)),
        *((folder, "a system folder", False) for folder in _one_level(system_folders)),
    ]
    return next(_mirrors(shelf, places), None)


def provider_environment(mirror: Mirror | None, folder: Path, environment: Mapping[str, str]) -> dict[str, str]:
    """The environment in which Terraform uses the mirror; its CLI configuration is written into `folder`."""
    kept = without_dead_configuration(environment)
    if mirror and not mirror.configured:
        kept["TF_CLI_CONFIG_FILE"] = str(cli_configuration(mirror, folder, environment))
        # Terraform links to an unpacked mirror, and fails to install a folder "to itself".
        kept.pop("TF_PLUGIN_CACHE_DIR", None)
    return kept


def cli_configuration(mirror: Mirror, folder: Path, environment: Mapping[str, str]) -> Path:
    """Writes a CLI configuration that takes the AWS provider from the mirror, and everything else as before.

    What the user's own configuration says (credentials, hosts) is kept, since this one takes its place. Its own
    `provider_installation` is not: Terraform takes one block, and the mirror was named for this program.
    The file may hold credentials: only the user can read it.
    """
    source = json.dumps("hashicorp/aws")
    block = (
        "provider_installation {\n"
        f"  filesystem_mirror {{\n    path = {json.dumps(str(mirror.folder))}\n    include = [{source}]\n  }}\n"
        f"  direct {{\n    exclude = [{source}]\n  }}\n"
        "}\n"
    )
    path = folder.absolute() / "terraform.tfrc"
    path.touch(mode=0o600)
    path.write_text(CliConfiguration.of(environment).without_installation + block)
    return path


@dataclass(frozen=True, slots=True)
class _Shelf:
    """Looks into folders for versions of the provider that count."""

    platform: str
    constraint: str

    def newest(self, folder: Path) -> str | None:
        found = {version: text for text in self._texts(folder / _PROVIDER) if (version := self._counts(text))}
        return found[max(found)] if found else None

    def _texts(self, folder: Path) -> Iterator[str]:
        yield from (path.parts[-3] for path in folder.glob(f"*/{self.platform}/terraform-provider-aws*"))
        for path in folder.glob(f"terraform-provider-aws_*_{self.platform}.zip"):
            yield path.name.removeprefix("terraform-provider-aws_").removesuffix(f"_{self.platform}.zip")

    def _counts(self, text: str) -> Version | None:
        version = parse_version(text)
        return version if version and meets(version, self.constraint) else None


def _named(shelf: _Shelf, folder: Path) -> Mirror:
    version = shelf.newest(folder)
    if version is None:
        raise UsageError(
            f"`{folder}` ({VARIABLE}) does not hold the AWS provider {shelf.constraint} for {shelf.platform}",
            f"a mirror holds {_PROVIDER}/VERSION/{shelf.platform}; `terraform providers mirror DIR` makes one",
        )
    return Mirror(folder, version, VARIABLE, configured=False)


def _mirrors(shelf: _Shelf, places: Iterable[tuple[Path, str, bool]]) -> Iterator[Mirror]:
    for folder, origin, configured in places:
        if version := shelf.newest(folder):
            yield Mirror(folder.absolute(), version, origin, configured)


def _implied_folders(environment: Mapping[str, str]) -> Iterator[Path]:
    home = _path(environment.get("HOME"))
    if home:
        yield home / ".terraform.d" / "plugins"
    data_home = _path(environment.get("XDG_DATA_HOME")) or (home and home / ".local" / "share")
    shared = environment.get("XDG_DATA_DIRS") or "/usr/local/share:/usr/share"
    for folder in (data_home, *(Path(part) for part in shared.split(":") if part)):
        if folder:
            yield folder / "terraform" / "plugins"


def _caches(environment: Mapping[str, str], own: CliConfiguration) -> Iterator[tuple[Path, str]]:
    if folder := _path(environment.get("TF_PLUGIN_CACHE_DIR")):
        yield folder, "TF_PLUGIN_CACHE_DIR"
    if own.plugin_cache:
        yield own.plugin_cache, f"plugin_cache_dir of {own.place}"


def _one_level(parents: Iterable[Path]) -> Iterator[Path]:
    for parent in parents:
        try:
            yield from sorted(path for path in parent.iterdir() if path.is_dir())
        except OSError:  # not there, or not ours to read
            continue


def _path(text: str | None) -> Path | None:
    return Path(text).expanduser() if text else None
