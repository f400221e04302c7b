"""The configuration in a repository of its own, with the program installed as a package."""

import json
import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from tests.conftest import ROOT, Run

FILES = {
    ".gitattributes",
    ".gitignore",
    "cdktf.json",
    "organization.schema.json",
    "organization.yaml",
    "requirements.txt",
}


def call(folder: Path, *words: str, **environment: str) -> str:
    """A command that must go well; returns what it prints."""
    who = {f"GIT_{a}_{b}": "x@example.com" for a in ("AUTHOR", "COMMITTER") for b in ("NAME", "EMAIL")}
    done = subprocess.run(
        words, cwd=folder, env={**os.environ, **who, **environment}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_init_writes_all_of_it_and_overwrites_nothing(run: Run, tmp_path: Path) -> None:
    assert run("init").returncode == 0
    assert {path.name for path in tmp_path.iterdir()} == FILES
    assert "schema" not in run("check").stdout
    (tmp_path / ".gitignore").write_text("state/\nmine\n")
    (tmp_path / "cdktf.json").write_text('{"app": "python elsewhere.py"}')
    again = run("init", "--force")
    assert ".gitignore left as it is; it lacks: /cdktf.out/, /logs/, /.sandbox/," in again.stderr
    assert "cdktf.json left as it is" in again.stderr
    assert (tmp_path / ".gitignore").read_text() == "state/\nmine\n"
    assert (tmp_path / "cdktf.json").read_text() == '{"app": "python elsewhere.py"}'


def test_an_editor_is_not_left_with_an_old_schema(run: Run, tmp_path: Path) -> None:
    assert run("init").returncode == 0
    schema = tmp_path / "organization.schema.json"
    schema.write_text("{}")
    assert "note: organization.schema.json is the schema of another version" in run("check").stdout
    schema.write_text(run("schema").stdout)
    assert "schema" not in run("check").stdout
    schema.unlink()
    assert (
        "note: organization.yaml:1: names the schema organization.schema.json, which is not there"
        in run("check").stdout
    )


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command, installed from a wheel into an environment that knows nothing of this clone."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    listed = call(ROOT, "git", "ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0")
    for name in filter(None, listed):
        if (ROOT / name).is_file():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            (source / name).write_bytes((ROOT / name).read_bytes())
    pip = (sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check")
    call(source, *pip, "wheel", "--no-build-isolation", "--no-deps", "--no-index", "--wheel-dir", str(folder), ".")
    [wheel] = folder.glob("*.whl")
    call(folder, sys.executable, "-m", "venv", "--without-pip", "own")
    [packages] = (folder / "own").glob("lib/python*/site-packages")
    # What it depends on is here already. A path in a .pth file brings no clone along: its own .pth files are not read.
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib"))
    python = folder / "own" / "bin" / "python"
    call(folder, *pip, "--python", str(python), "install", "--no-deps", "--no-index", str(wheel))
    return folder / "own" / "bin" / "kms-baseline"


def test_a_wheel_brings_all_that_the_commands_need(installed: Path, tmp_path: Path) -> None:
    path = {"PATH": f"{installed.parent}{os.pathsep}{os.environ['PATH']}", "XDG_CACHE_HOME": str(tmp_path / "cache")}
    own = tmp_path / "own"
    own.mkdir()
    call(own, "kms-baseline", "init", "--account", "web=222222222222", "--region", "eu-west-2", **path)
    app = json.loads((own / "cdktf.json").read_text())["app"]
    call(own, *app.split(), CDKTF_OUTDIR=str(own / "cdktf.out"), **path)
    assert (own / "cdktf.out" / "stacks" / "web" / "cdk.tf.json").is_file()
    assert "every property of every key policy holds" in call(own, "kms-baseline", "check", **path)
    assert "GAINS" not in call(own, "kms-baseline", "policy", "explain", "web", "eu-west-2", "sns", **path)
    assert call(own, "kms-baseline", "schema", **path) == (own / "organization.schema.json").read_text()


def test_two_branches_that_add_an_account_merge(run: Run, tmp_path: Path) -> None:
    assert run("init", "--account", "one=111111111111").returncode == 0
    assert run("lock").returncode == 0
    call(tmp_path, "git", "init", "-q", "-b", "main")
    call(tmp_path, "git", "add", ".")
    call(tmp_path, "git", "commit", "-qm", "start")
    path = tmp_path / "organization.yaml"
    ids = {"two": "222222222222", "three": "333333333333"}
    for branch, account_id in ids.items():
        call(tmp_path, "git", "checkout", "-q", "-b", branch, "main")
        line = f'  - {{name: {branch}, id: "{account_id}"}}\n'
        mark = '  - {name: one, id: "111111111111"}\n'
        text = path.read_text()
        path.write_text(text.replace(mark, mark + line if branch == "two" else line + mark))
        assert run("lock").returncode == 0
        call(tmp_path, "git", "commit", "-qam", branch)
    call(tmp_path, "git", "merge", "-q", "two", "-m", "both", "-X", "theirs")
    assert all(name in path.read_text() for name in ids)
    assert run("lock", "--check").returncode == 0, run("lock", "--check").stderr
