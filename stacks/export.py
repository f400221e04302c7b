"""The synthesized stacks in a normal form, with what an auditor asks for beside them, and a manifest of sums.

The folders are complete Terraform configurations: `terraform init` and `validate` take them as they are, and a
VCS-driven workspace runs them.
"""

import hashlib
import json
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath

from baseline.errors import UsageError
from stacks.export_forms import FORMS, IMPORTS_FILE, MAIN_FILE, imports_text
from stacks.stamping.synthesis import Synthesis
from stacks.versions import PROVIDER_LOCK_FILE

MANIFEST = "manifest.json"
SUMS = "SHA256SUMS"
"""The same sums, as `sha256sum --check` takes them."""
_KIND = "kms-baseline export"
_STAGING = ".kms-baseline-export-"


@dataclass(frozen=True, slots=True)
class Origin:
    """What an export was made of and by."""

    program: str
    """The version of kms-baseline."""
    revision: str | None
    """The commit that last changed the configuration or its lock; None where that is not in Git as it is here."""
    documents: Mapping[str, str]
    """Files that say it for the whole organization, by name: the list of keys, the configuration, the lock."""
    provider_lock: str | None = None
    """Which provider Terraform runs, for every stack's folder; None: each finds one."""


def check_folder(folder: Path) -> None:
    """Raise UsageError for a folder with something else in it: exporting replaces what is there."""
    if folder.is_dir():
        others = any(not path.name.startswith(_STAGING) for path in folder.iterdir())
        if others and exported_sums(folder) is None:
            raise UsageError(
                f"{folder}: has other files in it", "name a new or empty folder, or one of an earlier export"
            )
        return
    if folder.is_symlink():
        raise UsageError(f"{folder}: is a link that leads to no folder", "remove it, or name a folder")
    for path in (folder, *folder.parents):
        if path.exists():
            if not path.is_dir():
                raise UsageError(f"{path}: is a file", "name a folder")
            return


@contextmanager
def exported(made: Synthesis, folder: Path, origin: Origin) -> Iterator[Callable[[], None]]:
    """Write every file on the file system of the folder; yields what puts them in their place.

    A folder that exists may be a file system of its own, such as a container's volume; so it happens within it.
    """
    if within := folder.is_dir():
        for killed in folder.glob(f"{_STAGING}*"):
            shutil.rmtree(killed, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=_STAGING, dir=folder if within else folder.parent) as temporary:
        new = Path(temporary)
        sums = {}
        for name, text in export_files(made, origin):
            _write(new / name, text)
            sums[name] = _sum(text)
        sums = dict(sorted(sums.items()))
        _write(new / SUMS, _listed(sums))
        manifest = {"kind": _KIND, "version": 2, "program": origin.program, "revision": origin.revision, "sha256": sums}
        _write(new / MANIFEST, json.dumps(manifest, indent=2) + "\n")
        yield partial(_publish, new, folder)


def export_files(made: Synthesis, origin: Origin) -> Iterator[tuple[str, str]]:
    """Every file but the manifest and the sums, with its text."""
    for file, form in FORMS.items():
        for stack, text in made.texts(form):
            if text:
                yield f"{stack.name}/{file}", text
    for stack_name, imports in made.imports.items():
        yield f"{stack_name}/{IMPORTS_FILE}", imports_text(imports)
    if origin.provider_lock is not None:
        for stack_name in made.stacks:
            yield f"{stack_name}/{PROVIDER_LOCK_FILE}", origin.provider_lock
    yield from origin.documents.items()


def differences(made: Synthesis, folder: Path, origin: Origin) -> Iterator[str]:
    """What a folder has otherwise than an export of today would have it, a line a file. Of Terraform's own files nothing.

    Raises UsageError for a folder without an export.
    """
    told = exported_sums(folder)
    if told is None:
        raise UsageError(f"{folder}: holds no export", f"`kms-baseline export {folder}` writes one")
    sums = {}
    for name, text in export_files(made, origin):
        sums[name] = _sum(text)
        yield from _difference(folder, name, sums[name])
    yield from _difference(folder, SUMS, _sum(_listed(sums)))
    if told != sums:
        yield f"{MANIFEST}: its sums are others"
    ours = {*sums, SUMS, MANIFEST}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and name not in ours and not _is_terraforms(name):
            yield f"{name}: is not of the export"


def _difference(folder: Path, name: str, sum: str) -> Iterator[str]:
    try:
        if hashlib.sha256((folder / name).read_bytes()).hexdigest() != sum:
            yield f"{name}: is another"
    except FileNotFoundError:
        yield f"{name}: is missing"
    except OSError as error:
        yield f"{name}: cannot be read: {error.strerror}"


def _is_terraforms(name: str) -> bool:
    """Whether it is what Terraform keeps beside a configuration, and Git beside a folder."""
    return any(part in (".git", ".terraform", PROVIDER_LOCK_FILE) for part in PurePosixPath(name).parts)


def exported_sums(folder: Path) -> dict[str, str] | None:
    """The sums of an earlier export into this folder, by file; None when it holds none."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        sums = {str(name): str(sum) for name, sum in manifest["sha256"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    inside = all(not PurePosixPath(name).is_absolute() and ".." not in PurePosixPath(name).parts for name in sums)
    return sums if manifest.get("kind") == _KIND and inside else None


def _publish(new: Path, folder: Path) -> None:
    """Put what was exported in place, the manifest last. What is gone goes, and of it only our own files.

    What Terraform shall forget is there before its resource leaves, else a Terraform in between would destroy it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    former = exported_sums(folder) or {}
    files = {path.relative_to(new) for path in new.rglob("*") if path.is_file()}
    for file in sorted(files, key=lambda file: (file.name == MANIFEST, file.name == MAIN_FILE, file)):
        (folder / file).parent.mkdir(exist_ok=True)
        (new / file).replace(folder / file)
    for gone in sorted(set(map(Path, former)) - files):
        (folder / gone).unlink(missing_ok=True)
        with suppress(OSError):  # whoever ran Terraform there has files in it
            (folder / gone).parent.rmdir()


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")


def _listed(sums: Mapping[str, str]) -> str:
    """The sums as `sha256sum` writes them."""
    return "".join(f"{sum}  {name}\n" for name, sum in sorted(sums.items()))


def _sum(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
