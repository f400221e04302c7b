"""The configuration in a repository of its own, with the program installed as a package."""

import json
import os
import re
import shlex
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
import yaml

from tests.conftest import ROOT, Run
from tests.shown_commands import CALL, must_exist

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


def git(folder: Path, *words: str) -> None:
    call(folder, "git", *words)


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


PIPELINES = {"github": ".github/workflows/keys.yml", "gitlab": ".gitlab-ci.yml"}


@pytest.mark.parametrize("host", PIPELINES)
def test_a_pipeline_runs_commands_that_there_are(run: Run, tmp_path: Path, host: str) -> None:
    """Those of a pull request that need no AWS are run."""
    assert run("init", "--account", "one=111111111111").returncode == 0
    configuration = (tmp_path / "organization.yaml").read_bytes()
    done = run("init", "--pipeline", host)
    assert (done.returncode, f"{PIPELINES[host]} written" in done.stderr) == (0, True)
    assert (tmp_path / "organization.yaml").read_bytes() == configuration
    path = tmp_path / PIPELINES[host]
    text = path.read_text(encoding="utf-8")
    written = yaml.safe_load(text)
    jobs = written["jobs"] if host == "github" else written
    scripts = {
        job: [step["run"] for step in jobs[job]["steps"] if "run" in step] if host == "github" else jobs[job]["script"]
        for job in ("review", "deploy")
    }
    calls = {job: [call for line in lines for call in CALL.findall(line)] for job, lines in scripts.items()}
    for call in (*calls["review"], *calls["deploy"]):
        must_exist(call)
    assert [shlex.split(call)[1] for call in calls["review"]] == ["check", "prove", "diff", "lock", "deploy"]
    assert calls["deploy"] == ["kms-baseline deploy --yes"]
    for action in re.findall(r"uses: (.*)", text):
        assert re.fullmatch(r"[\w/-]+@[0-9a-f]{40} # v[0-9.]+", action)
    assert not re.search(r"secret|access.key", re.sub(r"(?m)^#.*", "", text), re.IGNORECASE)
    assert run("lock").returncode == 0
    git(tmp_path, "init", "-q", "-b", "main")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "start")
    for call in calls["review"][:-1]:
        words = ["main" if word in ("origin/$BASE", "FETCH_HEAD") else word for word in shlex.split(call)[1:]]
        assert run(*words).returncode == 0, call
    path.write_text("mine\n")
    assert "left as it is" in run("init", "--pipeline", host).stderr
    assert path.read_text() == "mine\n"


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
    git(tmp_path, "init", "-q", "-b", "main")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "start")
    path = tmp_path / "organization.yaml"
    ids = {"two": "222222222222", "three": "333333333333"}
    for branch, account_id in ids.items():
        git(tmp_path, "checkout", "-q", "-b", branch, "main")
        line = f'  - {{name: {branch}, id: "{account_id}"}}\n'
        mark = '  - {name: one, id: "111111111111"}\n'
        text = path.read_text()
        path.write_text(text.replace(mark, mark + line if branch == "two" else line + mark))
        assert run("lock").returncode == 0
        git(tmp_path, "commit", "-qam", branch)
    git(tmp_path, "merge", "-q", "two", "-m", "both", "-X", "theirs")
    assert all(name in path.read_text() for name in ids)
    assert run("lock", "--check").returncode == 0, run("lock", "--check").stderr
