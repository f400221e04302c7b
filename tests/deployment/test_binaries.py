import os
from pathlib import Path

import pytest

from baseline.errors import WorldError
from deployment.binaries import Terraform, find_cdktf, find_terraform, node_major


def _program(path: Path, shell: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{shell}\n")
    path.chmod(0o755)
    return path


def _says(version: str) -> str:
    return f"""echo '{{"terraform_version": "{version}", "platform": "linux_amd64"}}'"""


def test_terraform_is_taken_from_the_path_of_the_environment(tmp_path: Path) -> None:
    path = _program(tmp_path / "bin" / "terraform", _says("1.10.0"))
    assert find_terraform({"PATH": str(path.parent)}) == Terraform(path, "1.10.0", "linux_amd64")


def test_the_variable_names_another_program(tmp_path: Path) -> None:
    path = _program(tmp_path / "tools" / "tofu", _says("1.11.2"))
    found = find_terraform({"PATH": "", "TERRAFORM_BINARY_NAME": str(path)})
    assert (found.path, found.version) == (path, "1.11.2")


def test_opentofu_is_taken_where_there_is_no_terraform(tmp_path: Path) -> None:
    tofu = _program(tmp_path / "tofu", _says("1.12.0"))
    assert find_terraform({"PATH": str(tmp_path)}).path == tofu
    terraform = _program(tmp_path / "terraform", _says("1.11.4"))
    assert find_terraform({"PATH": str(tmp_path)}).path == terraform


def test_an_older_terraform_is_refused_by_version_and_place(tmp_path: Path) -> None:
    path = _program(tmp_path / "terraform", _says("1.9.8"))
    with pytest.raises(WorldError, match=r"Terraform >= 1\.10 is needed, and `.*/terraform` is 1\.9\.8"):
        find_terraform({"PATH": str(path.parent)})


def test_a_missing_terraform_says_what_to_install() -> None:
    with pytest.raises(WorldError, match="`terraform` is not on PATH") as caught:
        find_terraform({"PATH": ""})
    assert "install Terraform >= 1.10" in caught.value.help


@pytest.mark.parametrize(
    ("shell", "message"),
    [
        ("echo no room >&2; exit 7", "failed with exit code 7: no room"),
        ("echo Terraform v1.11", "does not answer as Terraform does"),
        (_says("newest"), "its version is `newest`, which is no version"),
    ],
)
def test_a_program_that_does_not_answer_as_terraform_is_named(tmp_path: Path, shell: str, message: str) -> None:
    path = _program(tmp_path / "terraform", shell)
    with pytest.raises(WorldError, match=message):
        find_terraform({"PATH": f"{path.parent}:{os.environ['PATH']}"})


def test_node_has_a_major_version(tmp_path: Path) -> None:
    _program(tmp_path / "node", "echo v22.23.0")
    assert node_major({"PATH": str(tmp_path)}) == 22


def test_a_missing_node_says_what_to_install() -> None:
    with pytest.raises(WorldError, match="`node` is not on PATH"):
        node_major({"PATH": ""})


def test_the_projects_own_cdktf_comes_before_that_on_the_path(tmp_path: Path) -> None:
    other = _program(tmp_path / "bin" / "cdktf", "exit 0")
    environment = {"PATH": str(other.parent)}
    assert find_cdktf(tmp_path / "project", environment) == other
    own = _program(tmp_path / "project" / "node_modules" / ".bin" / "cdktf", "exit 0")
    assert find_cdktf(tmp_path / "project", environment) == own


def test_a_missing_cdktf_says_how_to_install_it(tmp_path: Path) -> None:
    with pytest.raises(WorldError, match="neither in node_modules") as caught:
        find_cdktf(tmp_path, {"PATH": ""})
    assert caught.value.help == "run `make install`"
