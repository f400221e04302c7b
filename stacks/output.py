"""Writes the output folder: `manifest.json` and `stacks/<stack>/cdk.tf.json`, as `cdktf synth` leaves them, and beside
a stack that has adopted keys `imports.tf.json`. Where the owner locks the provider, each folder gets that lock.

What differs from the files that are there is written into a temporary folder beside the output first. Then each file
replaces its predecessor as a whole; what Terraform keeps beside them (`.terraform`, plans) is left alone.
"""

import json
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from baseline.import_blocks import IMPORTS_FILE, render
from stacks.stamping.synthesis import Synthesis
from stacks.versions import PROVIDER_LOCK_FILE

STACK_FILE = "cdk.tf.json"
MANIFEST = "manifest.json"


class Staged:
    """Files that are to replace those of an output folder."""

    def __init__(self, folder: Path, output: Path) -> None:
        self._folder = folder
        self._output = output
        self._changed: list[str] = []
        self._stacks: set[str] = set()
        self._importing: set[str] = set()

    def stage(self, made: Synthesis, provider_lock: str | None) -> None:
        """Write what differs from the output folder."""
        for stack, text in made.texts():
            self._stacks.add(stack.name)
            self._put(f"stacks/{stack.name}/{STACK_FILE}", text)
            if provider_lock is not None:
                self._put(f"stacks/{stack.name}/{PROVIDER_LOCK_FILE}", provider_lock)
        for name, imports in made.imports.items():
            self._importing.add(name)
            self._put(f"stacks/{name}/{IMPORTS_FILE}", render(imports))
        self._put(MANIFEST, made.manifest())

    def _put(self, name: str, text: str) -> None:
        content = text.encode()
        if _has(self._output / name, content):
            return
        path = self._folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        self._changed.append(name)

    def publish(self) -> None:
        """Put every file in its place, the manifest last, and take away those of former stacks."""
        former = _stacks_in(self._output)
        for name in self._changed:
            (self._output / name).parent.mkdir(parents=True, exist_ok=True)
            (self._folder / name).replace(self._output / name)
        for name in former - self._stacks:
            (self._output / "stacks" / name / STACK_FILE).unlink(missing_ok=True)
        for name in (former | self._stacks) - self._importing:  # what a deployment took over is in its state now
            (self._output / "stacks" / name / IMPORTS_FILE).unlink(missing_ok=True)


@contextmanager
def staged(made: Synthesis, output: Path, provider_lock: str | None = None) -> Iterator[Callable[[], None]]:
    """Write everything that differs on the file system of the output folder; yields what puts it in its place.

    A folder that exists may be a file system of its own, such as a container's volume; so it happens within it.
    """
    within = output if output.is_dir() else output.parent
    with tempfile.TemporaryDirectory(prefix=f".{output.name}-", dir=within) as folder:
        files = Staged(Path(folder), output)
        files.stage(made, provider_lock)
        yield files.publish


def _has(path: Path, content: bytes) -> bool:
    try:
        return path.stat().st_size == len(content) and path.read_bytes() == content
    except OSError:
        return False


def _stacks_in(output: Path) -> set[str]:
    """The stacks of an earlier synth into this folder; none when there is no manifest that can be read."""
    try:
        manifest = json.loads((output / MANIFEST).read_text(encoding="utf-8"))
        return {name for name in manifest["stacks"] if Path(name).name == name}
    except (OSError, ValueError, KeyError, TypeError):
        return set()
