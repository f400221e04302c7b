"""Terraform's dependency lock beside the configuration: whose provider every stack runs."""

import shutil
from pathlib import Path

import pytest

from deployment.provider_lock import locked_version
from stacks.versions import REQUIRED_PROVIDER
from tests.conftest import SAMPLE, Run

LOCK = """\
# This file is maintained automatically by "terraform init".
# Manual edits may be lost in future updates.

provider "registry.terraform.io/hashicorp/aws" {
  version     = "5.100.0"
  constraints = ">= 5.79.0, < 6.0.0"
  hashes = [
    "h1:edXOJWE4ORX8Fm+dpVpICzMZJat4AX0VRCAy/xkcOc0=",
  ]
}
"""
NAME = "organization.terraform.lock.hcl"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copy(SAMPLE, tmp_path / "organization.yaml")
    (tmp_path / NAME).write_text(LOCK)
    return tmp_path


def test_every_stack_that_is_written_has_it(folder: Path, run: Run) -> None:
    for command, stacks in ((("synth",), folder / "cdktf.out" / "stacks"), (("export", "audit"), folder / "audit")):
        assert run(*command).returncode == 0
        held = {path.parent.name: path.read_text() for path in stacks.rglob(".terraform.lock.hcl")}
        assert held == dict.fromkeys(("payer", "workloads", "data", "security", "network"), LOCK)
    assert run("export", "audit", "--check").returncode == 0
    (folder / "audit" / "data" / ".terraform.lock.hcl").write_text(LOCK.replace("5.100.0", "5.99.0"))
    assert "  data/.terraform.lock.hcl: is another\n" in run("export", "audit", "--check").stderr


def test_without_one_terraforms_own_stay(folder: Path, run: Run) -> None:
    (folder / NAME).unlink()
    own = folder / "cdktf.out" / "stacks" / "data" / ".terraform.lock.hcl"
    own.parent.mkdir(parents=True)
    own.write_text("Terraform's")
    assert run("synth").returncode == 0
    assert own.read_text() == "Terraform's"
    assert [path.parent.name for path in folder.rglob(".terraform.lock.hcl")] == ["data"]


def test_the_version_is_read_beside_other_providers() -> None:
    other = LOCK.replace("hashicorp/aws", "hashicorp/random").replace("5.100.0", "3.6.0").replace("5.79.0", "3.0.0")
    assert locked_version(other + "\n" + LOCK, "file", REQUIRED_PROVIDER["version"]) == "5.100.0"


WRONG = {
    "empty": ("", "has no version and sums of hashicorp/aws"),
    "no sums": (LOCK.replace('    "h1:', '    "h9:'), "has no version and sums of hashicorp/aws"),
    "another provider": (LOCK.replace("hashicorp/aws", "hashicorp/random"), "has no version and sums of hashicorp/aws"),
    "too new": (LOCK.replace("5.100.0", "6.1.0"), "has hashicorp/aws 6.1.0, and >= 5.79, < 6 is needed"),
    "no version": (LOCK.replace("5.100.0", "new"), "has hashicorp/aws new, and >= 5.79, < 6 is needed"),
}


@pytest.mark.parametrize(("text", "said"), WRONG.values(), ids=WRONG)
def test_one_that_no_stack_could_take_is_refused_and_nothing_is_written(
    folder: Path, run: Run, text: str, said: str
) -> None:
    (folder / NAME).write_text(text)
    for command in (("synth",), ("export", "audit")):
        done = run(*command)
        assert (done.returncode, done.stdout) == (2, "")
        assert f"error: {NAME}: {said}\n  help: `kms-baseline lock --providers` writes it anew" in done.stderr
    assert {path.name for path in folder.iterdir()} == {"organization.yaml", NAME}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--platform", "linux_amd64"), "error: --platform is for --providers"),
        (("--providers", "--check"), "--forget-undeployed and --providers exclude each other"),
        (("--providers", "--dry-run"), "error: --dry-run is for --layout and --forget-undeployed"),
    ],
)
def test_options_that_do_not_go_together_are_refused(
    folder: Path, run: Run, arguments: tuple[str, ...], said: str
) -> None:
    done = run("lock", *arguments)
    assert (done.returncode, said in done.stderr) == (2, True)
