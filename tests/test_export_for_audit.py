"""What an export holds beside the Terraform JSON, and whether a folder is still what the configuration yields."""

import csv
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from baseline.inventory import Inventory
from cli.version import VERSION
from tests.conftest import COMMAND, SAMPLE, Run
from tests.git import git


@pytest.fixture
def folder(tmp_path: Path, run: Run) -> Path:
    """A folder with the sample and its export."""
    shutil.copy(SAMPLE, tmp_path / "organization.yaml")
    done = run("export", "audit")
    assert done.returncode == 0, done.stderr
    return tmp_path


def test_the_list_has_every_key(folder: Path, sample_inventory: Inventory) -> None:
    with (folder / "audit" / "keys.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    listed = {(row["account_id"], row["region"], row["purpose"]): row for row in rows}
    assert set(listed) == {key.locked.key for key in sample_inventory.keys}
    assert len(rows) == len(listed)
    for key in sample_inventory.keys:
        row = listed[key.locked.key]
        assert (row["account"], row["alias"], row["address"]) == (key.account, key.alias, f"aws_kms_key.{key.address}")
        assert row["rotation_period_days"] == (str(key.settings.rotation_period_days) if key.settings.rotation else "")


def test_every_policy_is_there_to_be_read(folder: Path, sample_inventory: Inventory) -> None:
    for stack in sample_inventory.stacks:
        told = json.loads((folder / "audit" / stack.name / "keys.json").read_text())
        assert set(told) == {f"aws_kms_key.{key.address}" for key in stack.keys}
        for key in stack.keys:
            found = told[f"aws_kms_key.{key.address}"]
            assert found["policy"] == json.loads(key.policy.render())
            assert (found["region"], found["alias"]) == (key.region, key.alias)
            assert found["enable_key_rotation"] == key.settings.rotation


def test_a_report_since_an_export_of_today_says_that_nothing_changed(folder: Path, run: Run) -> None:
    done = run("report", "--since", "audit")
    assert done.returncode == 0, done.stderr
    assert f"Since audit (version {VERSION}):\n\nNothing.\n" in done.stdout


def test_configuration_lock_and_program_are_in_it(folder: Path) -> None:
    for name in ("organization.yaml", "organization.lock.json"):
        assert (folder / "audit" / name).read_bytes() == (folder / name).read_bytes()
    assert json.loads((folder / "audit" / "manifest.json").read_text())["program"] == VERSION


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="there is no sha256sum")
def test_the_sums_are_taken_by_sha256sum(folder: Path) -> None:
    command = ["sha256sum", "--check", "--strict", "SHA256SUMS"]
    assert subprocess.run(command, cwd=folder / "audit", capture_output=True, check=False).returncode == 0
    (folder / "audit" / "data" / "main.tf.json").write_text("{}")
    done = subprocess.run(command, cwd=folder / "audit", capture_output=True, text=True, check=False)
    assert (done.returncode, "data/main.tf.json: FAILED" in done.stdout) == (1, True)


def test_the_commit_is_that_of_the_configuration_and_not_of_the_export(folder: Path, run: Run) -> None:
    def revision() -> str | None:
        assert run("export", "audit").returncode == 0
        told: str | None = json.loads((folder / "audit" / "manifest.json").read_text())["revision"]
        return told

    assert revision() is None
    git(folder, "init", "--quiet")
    assert revision() is None
    git(folder, "add", "organization.yaml", "organization.lock.json")
    git(folder, "commit", "--quiet", "--message", "keys")
    commit = git(folder, "rev-parse", "HEAD")
    assert revision() == commit
    git(folder, "add", "audit")
    git(folder, "commit", "--quiet", "--message", "export")
    assert revision() == commit
    assert git(folder, "status", "--porcelain", "audit") == ""
    with (folder / "organization.yaml").open("a") as file:
        file.write("# more\n")
    assert revision() is None


def test_an_export_that_is_current_is_said_to_be(folder: Path, run: Run) -> None:
    (folder / "audit" / "data" / ".terraform").mkdir()
    (folder / "audit" / "data" / ".terraform" / "of-terraform").write_text("")
    (folder / "audit" / "data" / ".terraform.lock.hcl").write_text("")
    done = run("export", "audit", "--check")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "audit is what the configuration yields\n")


def _newer(folder: Path) -> None:
    with (folder / "organization.yaml").open("a") as file:
        file.write("# more\n")


DIFFERENCES: dict[str, tuple[Callable[[Path], object], str]] = {
    "changed": (lambda f: (f / "audit" / "data" / "main.tf.json").write_text("{}"), "data/main.tf.json: is another"),
    "lost": (lambda f: (f / "audit" / "data" / "keys.json").unlink(), "data/keys.json: is missing"),
    "one more": (lambda f: (f / "audit" / "data" / "more.tf").write_text(""), "data/more.tf: is not of the export"),
    "other sums": (lambda f: (f / "audit" / "SHA256SUMS").write_text(""), "SHA256SUMS: is another"),
    "a newer configuration": (_newer, "organization.yaml: is another"),
}


@pytest.mark.parametrize(("change", "said"), DIFFERENCES.values(), ids=DIFFERENCES)
def test_what_is_otherwise_is_named_and_nothing_is_written(
    folder: Path, run: Run, change: Callable[[Path], object], said: str
) -> None:
    change(folder)
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    done = run("export", "audit", "--check")
    assert (done.returncode, done.stdout) == (1, "")
    assert f"error: audit is not what the configuration yields\n  {said}" in done.stderr
    assert "help: look at them; `kms-baseline export audit` writes it anew" in done.stderr
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


def test_a_folder_without_an_export_is_refused(folder: Path, run: Run) -> None:
    (folder / "empty").mkdir()
    for name in ("empty", "nowhere"):
        done = run("export", name, "--check")
        assert (done.returncode, done.stdout) == (2, "")
        assert f"error: {name}: holds no export" in done.stderr


@pytest.mark.parametrize("name", ["../organization.yaml", "/etc/passwd"])
def test_a_manifest_that_names_other_folders_is_none_of_ours(folder: Path, run: Run, name: str) -> None:
    manifest = json.loads((folder / "audit" / "manifest.json").read_text())
    manifest["sha256"][name] = "0"
    (folder / "audit" / "manifest.json").write_text(json.dumps(manifest))
    done = run("export", "audit")
    assert (done.returncode, "error: audit: has other files in it" in done.stderr) == (2, True)
    assert (folder / "organization.yaml").exists()


def test_the_program_and_the_commit_may_be_others(folder: Path, run: Run) -> None:
    path = folder / "audit" / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"program": "9.9.9", "revision": "0" * 40}))
    assert run("export", "audit", "--check").returncode == 0


def test_the_same_bytes_come_out_elsewhere(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """In another folder, with another umask and locale and another order of Python's sets."""
    elsewhere = tmp_path_factory.mktemp("elsewhere, of the auditor's")
    for name in ("organization.yaml", "organization.lock.json"):
        shutil.copy(folder / name, elsewhere)
    environment = os.environ | {"LC_ALL": "tr_TR.UTF-8", "PYTHONHASHSEED": "7", "TZ": "Asia/Kathmandu"}
    command = [str(COMMAND), "export", "there"]
    subprocess.run(command, cwd=elsewhere, env=environment, umask=0o077, capture_output=True, check=True)
    ours, theirs = (
        {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}
        for root in (folder / "audit", elsewhere / "there")
    )
    assert theirs == ours


SHARED_MEMORY = Path("/dev/shm")


def test_the_folder_may_be_on_another_file_system(folder: Path, run: Run) -> None:
    """As a volume of a container is. What an export left there that was killed goes, and is in nobody's way."""
    if not SHARED_MEMORY.is_dir() or SHARED_MEMORY.stat().st_dev == folder.stat().st_dev:
        pytest.skip("there is no other file system")
    with tempfile.TemporaryDirectory(dir=SHARED_MEMORY) as other:
        (folder / "volume").symlink_to(other)
        killed = Path(other) / ".kms-baseline-export-killed"
        killed.mkdir()
        assert run("export", "volume").returncode == 0
        assert not killed.exists()
        assert run("export", "volume", "--check").returncode == 0
        assert (Path(other) / "SHA256SUMS").read_bytes() == (folder / "audit" / "SHA256SUMS").read_bytes()


def _file(folder: Path) -> str:
    (folder / "file").write_text("")
    return "file"


def _below_a_file(folder: Path) -> str:
    return f"{_file(folder)}/audit"


def _link(folder: Path) -> str:
    (folder / "link").symlink_to(folder / "nowhere")
    return "link"


@pytest.mark.parametrize(
    ("target", "said"),
    [
        (_file, "error: file: is a file\n  help: name a folder"),
        (_below_a_file, "error: file: is a file\n  help: name a folder"),
        (_link, "error: link: is a link that leads to no folder\n  help: remove it, or name a folder"),
    ],
)
def test_what_is_no_folder_is_told_in_one_message(
    folder: Path, run: Run, target: Callable[[Path], str], said: str
) -> None:
    done = run("export", target(folder))
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
