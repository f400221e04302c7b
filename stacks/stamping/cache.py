"""Templates that were built before, in the user's cache folder. Whatever is not whole and our own is built again.

An entry is named by its shape, and a shape by all that it was built from: the values of the Inventory, the sources of
this program and the versions of the libraries. So an entry is never changed, and two runs may write the same one.
https://specifications.freedesktop.org/basedir-spec/latest/
"""

import hashlib
import json
import os
import time
from collections.abc import Mapping
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path

from files.whole import write_whole
from stacks.stamping.template import Template

LIBRARIES = ("cdktf", "cdktf-cdktf-provider-aws", "constructs", "jsii")
SOURCES = ("baseline", "modules", "stacks")
UNUSED_DAYS = 30
"""After so many days without use an entry is removed."""
_ROOT = Path(__file__).parents[2]


def building_versions() -> str:
    """Everything but the Inventory that the output follows from: the libraries' versions, and our own sources."""
    sources = hashlib.sha256()
    for package in SOURCES:
        for file in sorted((_ROOT / package).rglob("*")):
            if file.suffix in (".py", ".json", ".cjs"):
                sources.update(f"{file.relative_to(_ROOT)}\n".encode() + file.read_bytes())
    return " ".join([*(f"{library} {version(library)}" for library in LIBRARIES), sources.hexdigest()])


def cache_folder(environment: Mapping[str, str]) -> Path | None:
    """Where the user's caches are, by the platform's convention; None where there is no home."""
    if configured := environment.get("XDG_CACHE_HOME"):
        return Path(configured) / "kms-baseline" if Path(configured).is_absolute() else None
    home = environment.get("HOME")
    return Path(home) / ".cache" / "kms-baseline" if home else None


class TemplateCache:
    """A folder of templates."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, digest: str) -> Template | None:
        """The template of a shape; None when there is none that is whole and ours."""
        path = self._path(digest)
        try:
            head, _, body = path.read_bytes().partition(b"\n")
            if path.stat().st_uid != os.getuid() or head.decode() != _sum(digest, body):
                return None
            entry = json.loads(body)
            return Template(entry["stack"], entry["manifest"], entry["symbols"])
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def write(self, digest: str, template: Template) -> None:
        """Put a template in. Raises OSError."""
        entry = {"stack": template.stack, "manifest": template.manifest, "symbols": dict(template.symbols)}
        body = json.dumps(entry).encode()
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_whole(self._path(digest), _sum(digest, body).encode() + b"\n" + body, mode=0o600)

    def keeps(self, digest: str, template: Template) -> bool:
        """Put a template in and remove what nobody used for long. Returns whether it could be kept."""
        try:
            self.write(digest, template)
            self._tidy()
        except OSError:
            return False
        return True

    def used(self, digest: str) -> None:
        """Remember that a template was used today."""
        with suppress(OSError):
            os.utime(self._path(digest))

    def remove(self, digest: str) -> None:
        """Remove a template, if it can be removed."""
        with suppress(OSError):
            self._path(digest).unlink()

    def _tidy(self) -> None:
        for path in self._folder.iterdir():
            with suppress(OSError):  # another run may have removed it
                if path.stat().st_mtime < time.time() - UNUSED_DAYS * 86_400:
                    path.unlink()

    def _path(self, digest: str) -> Path:
        return self._folder / f"{digest}.template"


def _sum(digest: str, body: bytes) -> str:
    return hashlib.sha256(digest.encode() + body).hexdigest()
