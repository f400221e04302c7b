"""The synthesized stacks in a normal form: no metadata, stable order, a manifest of sums.

The folders are complete Terraform configurations: `terraform init` and `validate` take them as they are, and a
VCS-driven workspace runs them. What they import of adopted keys is in a file of its own.
"""

import hashlib
import json
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

from baseline.errors import UsageError
from baseline.import_blocks import IMPORTS_FILE, render
from stacks.stamping.synthesis import Synthesis

MANIFEST = "manifest.json"
EXPORTED_FILE = "main.tf.json"
FILES = (EXPORTED_FILE, IMPORTS_FILE)
_KIND = "kms-baseline export"


def check_folder(folder: Path) -> None:
    """Raise UsageError for a folder with something else in it: exporting replaces what is there."""
    if folder.is_dir() and any(folder.iterdir()) and _exported_stacks(folder) is None:
        raise UsageError(f"{folder}: has other files in it", "name a new or empty folder, or one of an earlier export")
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder}: is a file", "name a folder")


@contextmanager
def exported(made: Synthesis, folder: Path) -> Iterator[Callable[[], None]]:
    """Write every stack and the manifest on the file system of the folder; yields what puts them in their place."""
    with tempfile.TemporaryDirectory(prefix=f".{folder.name}-export-", dir=folder.parent) as temporary:
        sums = {}
        for name, text in _files(made):
            target = Path(temporary) / name
            target.parent.mkdir(exist_ok=True)
            target.write_text(text, encoding="utf-8", newline="\n")
            sums[name] = hashlib.sha256(text.encode()).hexdigest()
        manifest = {"kind": _KIND, "version": 1, "sha256": dict(sorted(sums.items()))}
        (Path(temporary) / MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8", newline="\n")
        yield partial(_publish, Path(temporary), folder)


def _files(made: Synthesis) -> Iterator[tuple[str, str]]:
    """Every file of every stack, with its text."""
    for stack, text in made.texts(normalized_text):
        yield f"{stack.name}/{EXPORTED_FILE}", text
    for stack_name, imports in made.imports.items():
        yield f"{stack_name}/{IMPORTS_FILE}", render(imports)


def normalized_text(synthesized: str) -> str:
    """A stack's text in the normal form."""
    return json.dumps(normalized(json.loads(synthesized)), indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def normalized(synthesized: dict[str, Any]) -> dict[str, Any]:
    """A stack without CDKTF's metadata, and without the path of a local state, which is of one machine."""
    clean: dict[str, Any] = _without_metadata(synthesized)
    backend = clean["terraform"].get("backend", {})
    if "local" in backend:
        backend["local"] = {}
    return clean


def _without_metadata(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_metadata(item) for key, item in value.items() if key != "//"}
    return [_without_metadata(item) for item in value] if isinstance(value, list) else value


def _exported_stacks(folder: Path) -> set[str] | None:
    """The stacks of an earlier export into this folder; None when it holds none."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        return {Path(name).parent.name for name in manifest["sha256"]} if manifest["kind"] == _KIND else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _publish(new: Path, folder: Path) -> None:
    """Put what was exported in place, the manifest last. What is gone goes, and of it only our own files."""
    folder.mkdir(parents=True, exist_ok=True)
    former = _exported_stacks(folder) or set()
    stacks = {path.name for path in new.iterdir() if path.is_dir()}
    for name in sorted(stacks):
        (folder / name).mkdir(exist_ok=True)
        for file in FILES:
            if (new / name / file).exists():
                (new / name / file).replace(folder / name / file)
            else:
                (folder / name / file).unlink(missing_ok=True)
    (new / MANIFEST).replace(folder / MANIFEST)
    for name in former - stacks:
        for file in FILES:
            (folder / name / file).unlink(missing_ok=True)
        with suppress(OSError):  # whoever ran Terraform there has files in it
            (folder / name).rmdir()
