"""The order in which a lock and the files of a synth are written, whatever the files are."""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from baseline.errors import Refusal
from operations.project import Project
from operations.synthesis import publish
from stacks.stamping.synthesis import Synthesis
from tests.conftest import SAMPLE


@pytest.fixture
def project(tmp_path: Path) -> Project:
    (tmp_path / "organization.yaml").write_bytes(SAMPLE.read_bytes())
    return Project(tmp_path / "organization.yaml")


def is_held(folder: Path) -> bool:
    """Whether another run would have to wait for the folder."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def test_the_lock_is_written_after_the_files_are_staged_and_before_they_are_in_place(project: Project) -> None:
    happened: list[tuple[str, bool, bool]] = []
    folder = project.path.parent / "elsewhere" / "out"

    def note(what: str) -> None:
        happened.append((what, project.lock_path.exists(), is_held(folder.parent) and is_held(project.path.parent)))

    @contextmanager
    def staging(made: Synthesis, _: Path) -> Iterator[Callable[[], None]]:
        assert len(list(made.texts())) == 5
        note("staged")
        yield lambda: note("in place")
        note("tidied up")

    publish(project, folder, staging, locked=False, say=print)
    assert happened == [("staged", False, True), ("in place", True, True), ("tidied up", True, True)]
    assert not is_held(folder.parent)


def test_what_cannot_be_staged_leaves_the_lock_as_it_was(project: Project) -> None:
    @contextmanager
    def staging(_: Synthesis, __: Path) -> Iterator[Callable[[], None]]:
        raise OSError("the disk is full")
        yield

    with pytest.raises(OSError, match="full"):
        publish(project, project.path.parent / "out", staging, locked=False, say=print)
    assert not project.lock_path.exists()


def never_reached(_: Synthesis, __: Path) -> Iterator[Callable[[], None]]:
    pytest.fail("nothing may be built of what is refused")


REACHES_TOO_FAR = """
  purposes:
    logs:
      statements:
        - {Sid: Everyone, Effect: Allow, Principal: {AWS: "*"}, Action: "kms:Decrypt",
           Condition: {StringEquals: {"kms:CallerAccount": "999999999999"}}}
"""


@pytest.mark.parametrize(
    ("locked", "keys", "refused"),
    [(True, "", "--locked"), (False, REACHES_TOO_FAR, "no-foreign-principal: fails")],
    ids=["the lock may not change", "a property does not hold"],
)
def test_what_is_refused_is_neither_built_nor_recorded(project: Project, locked: bool, keys: str, refused: str) -> None:
    text = project.path.read_text(encoding="utf-8")
    project.path.write_text(text.replace("\nkeys:", f"\nkeys:{keys}"), encoding="utf-8")
    with pytest.raises(Refusal, match=refused):
        publish(project, project.path.parent / "out", contextmanager(never_reached), locked, print)
    assert [path.name for path in project.path.parent.iterdir()] == ["organization.yaml"]
