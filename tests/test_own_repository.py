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

from baseline.errors import WorldError
from deployment.binaries import find_cdktf
from deployment.mirror import Mirror
from tests.conftest import ROOT, Run, missing
from tests.embedded import Embedded, embedded
from tests.git import git
from tests.shown_commands import CALL, must_exist, sh_blocks

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
    done = subprocess.run(
        words, cwd=folder, env={**os.environ, **environment}, capture_output=True, text=True, check=False
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
    elsewhere = "cdktf.json runs `python elsewhere.py`, so `cdktf` does not mean this configuration"
    assert elsewhere in again.stderr
    assert f"note: {elsewhere}" in run("check").stdout
    assert (tmp_path / ".gitignore").read_text() == "state/\nmine\n"
    assert (tmp_path / "cdktf.json").read_text() == '{"app": "python elsewhere.py"}'


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("cdktf.json", "[]", "note: cdktf.json does not say which program `cdktf` runs"),
        ("cdktf.json", '{"app": "../.venv/bin/kms-baseline synth"}', ""),
        ("cdktf.json", '{"app": "python main.py"}', "note: cdktf.json runs `python main.py`, so `cdktf` does not mean"),
        (
            "cdktf.json",
            '{"app": "kms-baseline synth -c other.yaml"}',
            "note: cdktf.json takes other.yaml, so `cdktf` does not mean this configuration; ours says `kms-baseline synth "
            "--quiet`",
        ),
        (
            "requirements.txt",
            "--index-url https://pip.example.com/simple\nkms-baseline==0.1.0\n",
            "note: requirements.txt names version 0.1.0 of the program, and this is 0.",
        ),
        ("requirements.txt", "kms-baseline @ file:///wheels/kms_baseline-0.1.0-py3-none-any.whl\n", ""),
        ("organization.yaml", "version: 1\n<<<<<<< HEAD\na: 1\n=======\n", "organization.yaml:2: has merge conflicts"),
        (
            "organization.lock.json",
            '{"version": 1, "layout": "account", "backend": "local", "keys": [\n{"account_id": "222222222222", "region": '
            '"eu-west-2", "purposes": ["sns"], "stack": "workloads", "of_a_newer_version": 1},\nnull]}\n',
            "if a newer version of the program wrote it, install that one: `requirements.txt` names it",
        ),
        (
            "organization.lock.json",
            '{"version": 1, "layout": "account", "backend": "local", "keys": [\n{"account_id": "222222222222", "region": '
            '"eu-west-2", "purposes": ["sns"], "stack": "workloads"},\nnull]}\n',
            "11 new keys to be recorded",
        ),
    ],
    ids=[
        "cdktf.json that says nothing",
        "its own environment",
        "a main.py of others",
        "another configuration",
        "another version",
        "a wheel",
        "a conflict",
        "a newer lock",
        "an older lock",
    ],
)
def test_what_check_says_of_a_folder(run: Run, tmp_path: Path, name: str, text: str, said: str) -> None:
    assert run("init").returncode == 0
    (tmp_path / name).write_text(text, encoding="utf-8")
    done = run("check")
    assert said in done.stdout + done.stderr
    assert said or "note: " not in done.stdout
    assert (tmp_path / name).read_text(encoding="utf-8") == text


@pytest.mark.parametrize("host", ["github", "gitlab"])
def test_a_configuration_of_another_name_is_what_cdktf_and_the_pipeline_mean(
    run: Run, tmp_path: Path, host: str
) -> None:
    done = run("init", "--config", "keys.yaml", "--pipeline", host)
    assert (done.returncode, "then run: kms-baseline check --config keys.yaml" in done.stderr) == (0, True)
    app = json.loads((tmp_path / "cdktf.json").read_text())["app"]
    assert app == "kms-baseline synth --quiet --config keys.yaml"
    assert "note: " not in run("check", "--config", "keys.yaml").stdout
    written = yaml.safe_load((tmp_path / PIPELINES[host]).read_text(encoding="utf-8"))
    assert written["env" if host == "github" else "variables"]["KMS_BASELINE_CONFIG"] == "keys.yaml"
    assert (tmp_path / ".gitattributes").read_text().endswith("keys.lock.json merge=union\n")


def test_a_variable_that_leads_away_from_this_folder_is_told(run: Run, tmp_path: Path) -> None:
    """Left from another repository, it would take that one's organization for this one's."""
    assert run("init").returncode == 0
    (tmp_path / "other.yaml").write_text((tmp_path / "organization.yaml").read_text(), encoding="utf-8")
    told = "note: KMS_BASELINE_CONFIG leads to other.yaml: the organization.yaml of this folder is not read\n"
    assert told in run("check", KMS_BASELINE_CONFIG="other.yaml").stdout
    assert told in run("synth", "--quiet", KMS_BASELINE_CONFIG="other.yaml").stderr
    assert "not read" not in run("check", KMS_BASELINE_CONFIG="organization.yaml").stdout
    assert "not read" not in run("check", "--config", "other.yaml", KMS_BASELINE_CONFIG="else.yaml").stdout


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
        for job in ("review", "deploy", "verify")
    }
    calls = {job: [call for line in lines for call in CALL.findall(line)] for job, lines in scripts.items()}
    for call in (call for of_job in calls.values() for call in of_job):
        must_exist(call)
    assert [shlex.split(call)[1] for call in calls["review"]] == ["check", "prove", "diff", "lock", "deploy"]
    [deploy], [verify] = calls["deploy"], calls["verify"]
    assert deploy.startswith("kms-baseline deploy --yes --canary 1 --keep-going --summary ")
    assert verify.strip() == "kms-baseline verify"
    for action in re.findall(r"uses: (.*)", text):
        assert re.fullmatch(r"[\w/-]+@[0-9a-f]{40} # v[0-9.]+", action)
    assert not re.search(r"secret|access.key", re.sub(r"(?m)^#.*", "", text), re.IGNORECASE)
    assert run("lock").returncode == 0
    git(tmp_path, "init", "-q", "-b", "main")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "start")
    changed = configuration.replace(b"cloudtrail: false", b"cloudtrail: true")
    (tmp_path / "organization.yaml").write_bytes(changed)
    said = {}
    for call in calls["review"][:-1]:
        words = ["main" if word in ("origin/$BASE", "FETCH_HEAD") else word for word in shlex.split(call)[1:]]
        if words[0] == "lock":
            assert run("lock").returncode == 0
        done = run(*words)
        assert done.returncode == 0, call
        said[words[0]] = done.stdout
    assert said["diff"].startswith("### keys: 1 new, 0 gone, 0 changed\n\n")
    assert "BILL  " in said["diff"]
    path.write_text("mine\n")
    assert "left as it is" in run("init", "--pipeline", host).stderr
    assert path.read_text() == "mine\n"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command, installed from a wheel into an environment that knows nothing of this clone."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    listed = git(ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0")
    for name in filter(None, listed):
        if (ROOT / name).is_file():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            (source / name).write_bytes((ROOT / name).read_bytes())
    pip = (sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check")
    call(folder, sys.executable, "-m", "venv", "--without-pip", "own")
    [packages] = (folder / "own").glob("lib/python*/site-packages")
    # What it depends on is here already. A path in a .pth file brings no clone along: its own .pth files are not read.
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib"))
    python = folder / "own" / "bin" / "python"
    call(source, *pip, "--python", str(python), "install", "--no-build-isolation", "--no-deps", "--no-index", ".")
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
    assert "<h1" in call(own, "kms-baseline", "report", "--format", "html", **path)
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


REGION, BUCKET = "eu-west-2", "states-of-the-first-week"
IDS = {"one": "111111111111", "two": "222222222222", "three": "333333333333"}
THREE = "version: 1\norganization: {home_region: eu-west-2, regions: [eu-west-2]}\naccounts:\n" + "".join(
    f'  - {{name: {name}, id: "{account_id}"}}\n' for name, account_id in IDS.items()
)
NOTHING, MADE = [0] * 6, [0, 9, 0, 0, 0, 0]


class Week:
    """A repository of its own, the installed program, and an AWS with three accounts."""

    def __init__(self, folder: Path, program: Path, aws: Embedded, tmp: Path) -> None:
        self.folder, self.path = folder, folder / "organization.yaml"
        places = (str(program.parent), str(ROOT / "node_modules" / ".bin"), aws.variables["PATH"])
        self.variables = {
            **aws.variables,
            "PATH": os.pathsep.join(places),
            "XDG_CACHE_HOME": str(tmp / "cache"),
            "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "20",
        }

    def run(self, *words: str) -> str:
        return call(self.folder, *words, **self.variables)

    def refused(self, *words: str) -> str:
        done = subprocess.run(
            words, cwd=self.folder, env=self.variables, capture_output=True, text=True, check=False, timeout=300
        )
        assert done.returncode == 1, done.stdout + done.stderr
        return done.stderr

    def edit(self, old: str, new: str) -> None:
        text = self.path.read_text(encoding="utf-8")
        assert old in text
        self.path.write_text(text.replace(old, new, 1), encoding="utf-8")

    def deploy(self, *words: str) -> dict[str, list[int]]:
        """What the table says: imported, created, changed, replaced, deleted, forgotten."""
        return table(self.run("kms-baseline", "deploy", *words))

    def committed(self, *, on: str) -> None:
        self.run("kms-baseline", "lock")
        git(self.folder, "add", ".")
        git(self.folder, "commit", "-qm", on)


def test_the_first_week(installed: Path, provider_mirror: Mirror, tmp_path: Path) -> None:
    """From `init` to three accounts with their states in S3, by the installed program and by `cdktf`."""
    try:
        find_cdktf(ROOT, os.environ)
    except WorldError as error:
        missing(str(error))
    (tmp_path / "own").mkdir()
    with embedded(THREE, provider_mirror, tmp_path) as aws:
        s3 = aws.client("s3", None, REGION)
        s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
        week = Week(tmp_path / "own", installed, aws, tmp_path)
        week.run("kms-baseline", "init", "--region", REGION, "--account", f"one={IDS['one']}")
        git(week.folder, "init", "-q", "-b", "main")
        week.committed(on="main")
        assert week.deploy("--yes", "--locked") == {"one": MADE}

        # The state moves to S3, by the commands of docs/deploying.md.
        [commands] = [text for text in sh_blocks("deploying.md") if "-migrate-state" in text]
        week.edit("backend: {type: local}", f"backend: {{type: s3, bucket: {BUCKET}, region: {REGION}}}")
        assert "lock --new-backend" in week.refused("kms-baseline", "check")
        assert table(week.run("sh", "-euc", commands)) == {"one": NOTHING}
        assert [found["Key"] for found in s3.list_objects_v2(Bucket=BUCKET)["Contents"]] == ["baseline/one.tfstate"]
        week.committed(on="main")

        # Two branches merge, and only what is new is planned and made.
        for branch in ("two", "three"):
            git(week.folder, "checkout", "-q", "-b", branch, "main")
            first = f'  - {{name: one, id: "{IDS["one"]}"}}\n'
            line = f'  - {{name: {branch}, id: "{IDS[branch]}"}}\n'
            week.edit(first, first + line if branch == "two" else line + first)
            week.committed(on=branch)
        git(week.folder, "merge", "-q", "two", "-m", "both")
        assert week.deploy("--yes", "--locked", "--changed-from", "main") == {"two": MADE, "three": MADE}
        assert week.deploy("--dry-run", "--detailed-exitcode", "--account", "one") == {"one": NOTHING}

        # Edits that change nothing or change in place, planned by cdktf and by the program.
        week.edit("name: one,", "name: first,")
        week.edit("\nkeys:\n", "\nkeys:\n  rotation_period_days: 180\n  users: [role/App]\n")
        week.edit("publish_parameters: true ", "publish_parameters: false ")
        week.edit("\ndeployment:\n", "\n  tags: {team: keys}\ndeployment:\n  external_id: ours\n")
        told = week.run("kms-baseline", "diff", "--from", "three")
        assert all(
            word in told
            for word in ("first", "rotation_period_days", "role/App", "publish_parameters", "external_id", "team")
        )
        assert set(IDS) <= set(week.run("cdktf", "list").split())
        assert "0 to add, 3 to change, 3 to destroy" in week.run("cdktf", "diff", "two")
        assert "0 added, 3 changed, 3 destroyed" in week.run("cdktf", "deploy", "two", "--auto-approve")

        # Another namespace, whose states stay by the old prefix, and a region more: aliases are others, keys are not.
        week.edit("region: eu-west-2}", "region: eu-west-2, prefix: baseline}")
        week.edit("  namespace: baseline", "  namespace: other")
        week.edit(f"regions: [{REGION}]", f"regions: [{REGION}, us-east-1]")
        assert week.deploy("--dry-run", "--account", "first") == {"one": [0, 6, 3, 3, 3, 0]}
        git(week.folder, "checkout", "-q", "organization.yaml")
        assert "`git checkout` of its file" in week.refused(
            "kms-baseline", "check"
        )  # the dry run recorded what it planned
        git(week.folder, "checkout", "-q", "organization.lock.json")

        # Edits that would lose keys or look for them elsewhere.
        for old, new, said in (
            ("  namespace: baseline", "  namespace: other", "the states would be in"),
            (f'  - {{name: two, id: "{IDS["two"]}"}}\n', "", "3 keys of the lock would be lost"),
            ("layout: account ", "layout: account-region ", "lock --layout"),
        ):
            week.edit(old, new)
            assert said in week.refused("kms-baseline", "check")
            week.edit(new, old) if new else git(week.folder, "checkout", "-q", "organization.yaml")


def table(text: str) -> dict[str, list[int]]:
    """The numbers of a deployment's table, by stack."""
    lines = (line.split() for line in text.splitlines())
    return {line[0]: list(map(int, line[1:])) for line in lines if len(line) == 7 and line[1].isdigit()}
