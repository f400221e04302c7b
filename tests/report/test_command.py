"""`kms-baseline report`: what it writes where, and how it ends."""

import errno
import json
from pathlib import Path

import pytest

from cli.main import main

ONE_KEY = """\
version: 1
organization: {home_region: eu-west-2, regions: [eu-west-2]}
keys: {purposes: {sns: false, logs: false}}
accounts:
  - {name: web, id: "222222222222"}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a configuration of one key, in which one works."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "organization.yaml").write_text(ONE_KEY)
    return tmp_path


@pytest.mark.parametrize("name", ["a.html", "a.md", "a.csv", "a.json"])
def test_the_name_says_the_format_and_an_earlier_report_is_replaced(folder: Path, name: str) -> None:
    assert main(["report", "-o", name]) == 0
    first = (folder / name).read_bytes()
    other = "json" if name != "a.json" else "html"
    assert main(["report", "-o", name, "--format", other]) == 0
    assert (folder / name).read_bytes() != first


def test_nothing_else_is_written_over(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "notes.md").write_text("mine\n")
    assert main(["report", "-o", "notes.md"]) == 2
    assert "is no earlier report" in capsys.readouterr().err
    assert (folder / "notes.md").read_text() == "mine\n"
    assert main(["report", "-o", "notes.md", "--force"]) == 0
    assert (folder / "notes.md").read_text() != "mine\n"


def test_a_full_disk_leaves_the_earlier_report(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["report", "-o", "report.md"]) == 0
    before = (folder / "report.md").read_bytes()

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("files.whole.os.fsync", full)
    assert main(["report", "-o", "report.md", "--format", "json"]) == 3
    assert "the disk is full" in capsys.readouterr().err
    assert [path.name for path in folder.iterdir() if path.name != "organization.yaml"] == ["report.md"]
    assert (folder / "report.md").read_bytes() == before


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("-o", "report.pdf"), "its name says no format"),
        (("-o", "none/report.md"), "there is no such folder"),
        (("-o", ".", "--format", "md"), "is no file"),
        (("--format", "pdf"), "pdf"),
        (("--since", "none"), "holds no export"),
    ],
)
def test_a_wrong_argument_is_told_and_nothing_written(
    folder: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], said: str
) -> None:
    assert main(["report", *words]) == 2
    captured = capsys.readouterr()
    assert said in captured.err
    assert not captured.out
    assert [path.name for path in folder.iterdir()] == ["organization.yaml"]


def test_a_configuration_that_fails_has_its_report_too(
    failing_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "r.json"
    assert main(["report", "-c", str(failing_file), "-o", str(target)]) == 1
    assert "3 failures" in capsys.readouterr().err
    assert len(json.loads(target.read_text())["failures"]) == 3


def test_standard_output_has_the_text_for_people(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report"]) == 0
    assert capsys.readouterr().out.startswith("<!-- kms-baseline report -->\n# The keys of baseline\n")
