"""Where SARIF says that something was found: code hosts look the file up in the repository."""

from pathlib import Path
from typing import Any

import pytest

from cli.sarif import Result, sarif


def _uri(file: str) -> Any:
    result = Result(rule="r", level="error", text="t", file=file, line=1)
    [found] = sarif("1", (), [result])["runs"][0]["results"]
    return found["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]


def test_a_file_of_this_folder_is_named_relative_to_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert _uri("organization.yaml") == "organization.yaml"
    assert _uri(str(tmp_path / "deep" / "my file.yaml")) == "deep/my%20file.yaml"
    assert _uri("/elsewhere/a b.json") == "file:///elsewhere/a%20b.json"
