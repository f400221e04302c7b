"""The command as people and programs run it: what it prints, where, and its exit code."""

import hashlib
import json
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import boto3
import pytest
import typer
from botocore.exceptions import ClientError

from cli.commands import COMMANDS, GROUPS, outline, program
from tests.conftest import COMMAND, EVERYWHERE, KEYS_OF_THE_SAMPLE, ROOT, SAMPLE, Run

ACCOUNTS = ["payer", "workloads", "data", "security", "network"]
DATA_ID = "033333333333"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with the sample organization."""
    (tmp_path / "organization.yaml").write_bytes(SAMPLE.read_bytes())
    return tmp_path


@pytest.fixture
def nothing_built(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """The user's cache is empty, so that a synth needs Node."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("nothing")))


def files(folder: Path) -> dict[str, bytes]:
    """Every file below a folder with its content."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


class TestInit:
    """`init` writes a configuration to start from."""

    def test_what_it_writes_passes_check(self, run: Run, tmp_path: Path) -> None:
        made = run("init", "--region", "eu-west-1", "--region", "us-east-1", "--account", "data=033333333333")
        assert made.returncode == 0, made.stderr
        assert run("check").returncode == 0
        keys = json.loads(run("keys", "--format", "json").stdout)
        assert {(k["account_id"], k["region"]) for k in keys} == {
            ("033333333333", "eu-west-1"),
            ("033333333333", "us-east-1"),
        }

    def test_it_replaces_nothing_unless_told_to(self, run: Run, project: Path) -> None:
        refused = run("init")
        assert refused.returncode == 2
        assert refused.stderr == (
            "error: organization.yaml: exists already\n  help: --force replaces it, --config names another file\n"
        )
        assert (project / "organization.yaml").read_bytes() == SAMPLE.read_bytes()
        assert run("init", "--force").returncode == 0

    @pytest.mark.parametrize(
        "wrong", ["--account=data", "--account=data=1", "--region=mars-1", "--account=Data=033333333333"]
    )
    def test_wrong_options_write_nothing(self, run: Run, tmp_path: Path, wrong: str) -> None:
        assert run("init", wrong).returncode == 2
        assert files(tmp_path) == {}


class TestKeys:
    """`keys` is a contract that other programs read."""

    def test_the_sample_has_its_keys_in_a_fixed_order_with_fixed_fields(self, run: Run, project: Path) -> None:
        done = run("keys", "--format", "json")
        keys = json.loads(done.stdout)
        assert len(keys) == KEYS_OF_THE_SAMPLE
        assert done.stderr == ""
        order = [(ACCOUNTS.index(k["account"]), k["region"], k["purpose"]) for k in keys]
        assert order == sorted(order)
        first = EVERYWHERE[0]
        assert keys[0] == {
            "account": "payer",
            "account_id": "111111111111",
            "region": "eu-west-2",
            "purpose": first,
            "alias": f"alias/baseline/{first}",
            "address": f"aws_kms_key.{first}_eu_west_2",
            "stack": "payer",
            "provider": "aws.eu_west_2",
            "state": "Enabled",
            "rotation": True,
            "rotation_period_days": 365,
            "deletion_window_days": 30,
            "administrators": ["arn:aws:iam::111111111111:role/SecurityAdministrators"],
            "users": [],
        }

    def test_a_key_that_is_retired_by_disabling_is_listed_as_such(self, run: Run, project: Path) -> None:
        assert run("lock").returncode == 0
        with (project / "organization.yaml").open("a", encoding="utf-8") as file:
            file.write("retired: [{account: data, region: us-east-1, purpose: sns, then: disable}]\n")
        found = json.loads(run("keys", "--format", "json").stdout)
        disabled = [(key["account"], key["region"], key["purpose"]) for key in found if key["state"] != "Enabled"]
        assert disabled == [("data", "us-east-1", "sns")]
        said = "1 retired key kept disabled, so that nobody can use what is encrypted: data / us-east-1 / sns"
        assert f"note: {said}" in run("check").stdout
        assert run("lock", "--check").returncode == 0

    def test_a_retired_key_that_comes_back_is_told(self, run: Run, project: Path) -> None:
        """Until the lock says so too: the next deployment then asks."""
        before = (project / "organization.yaml").read_text(encoding="utf-8")
        assert run("lock").returncode == 0
        (project / "organization.yaml").write_text(before + "retired: [{account: data, purpose: sns, then: keep}]\n")
        assert "the configuration has again" not in run("check").stdout
        for forbidden in (("lock", "--check"), ("synth", "--locked")):
            refused = run(*forbidden)
            assert refused.returncode == 1
            assert "retired: sns in eu-west-2 of data (033333333333)" in refused.stderr
        assert run("lock").returncode == 0
        (project / "organization.yaml").write_text(before, encoding="utf-8")
        note = "note: 2 retired keys that the configuration has again: data / eu-west-2 / sns, data / us-east-1 / sns; "
        assert note in run("check").stdout
        assert note in run("lock").stderr
        assert note not in run("check").stdout

    def test_filters_are_repeatable_and_take_names_and_ids(self, run: Run, project: Path) -> None:
        done = run(
            "keys", "--account", "data", "--account", "111111111111", "--region", "us-east-1", "--purpose", "logs",
            "--format", "json",
        )  # fmt: skip
        assert [(k["account"], k["region"], k["purpose"]) for k in json.loads(done.stdout)] == [
            ("payer", "us-east-1", "logs"),
            ("data", "us-east-1", "logs"),
        ]

    @pytest.mark.parametrize(
        ("option", "value", "message"),
        [
            ("--account", "dta", "error: no account has the name or ID `dta`\n  help: did you mean `data`?\n"),
            ("--region", "eu-west-22", "error: `eu-west-22` is no region\n  help: did you mean `eu-west-2`?\n"),
            ("--purpose", "log", "error: `log` is no purpose\n  help: did you mean `logs`?\n"),
        ],
    )
    def test_an_unknown_filter_is_named(self, run: Run, project: Path, option: str, value: str, message: str) -> None:
        done = run("keys", option, value)
        assert (done.returncode, done.stdout, done.stderr) == (2, "", message)

    def test_explain_names_level_and_line_of_every_value(self, run: Run, project: Path) -> None:
        done = run("keys", "--explain", "--account", "data", "--region", "us-east-1", "--purpose", "sns")
        lines = [line.split() for line in done.stdout.splitlines()]
        assert ["administrators", "[role/SecurityAdministrators]", "organization", "organization.yaml:12"] in lines
        assert ["rotation", "true", "default"] in lines
        as_json = run("keys", "--explain", "--account", "data", "--purpose", "sns", "--format", "json")
        assert json.loads(as_json.stdout)[0]["explained"]["rotation"] == {
            "value": True,
            "level": "default",
            "place": None,
        }

    def test_nothing_of_a_wide_table_is_cut(self, run: Run, project: Path) -> None:
        done = run("keys", COLUMNS="20")
        assert "033333333333  us-east-1  logs     alias/baseline/logs  365 days  30 days" in done.stdout


class TestPolicyShow:
    """`policy show` prints what AWS gets."""

    def test_it_is_the_policy_that_is_synthesized(self, run: Run, project: Path) -> None:
        shown = run("policy", "show", "033333333333", "eu-west-2", "logs")
        assert run("synth").returncode == 0
        stack = json.loads((project / "cdktf.out" / "stacks" / "data" / "cdk.tf.json").read_text())
        assert json.loads(shown.stdout) == json.loads(stack["resource"]["aws_kms_key"]["logs_eu_west_2"]["policy"])

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (
                ("data", "eu-west-2", "backup"),
                "error: data has no backup key in eu-west-2\n  help: its feature backup is off\n",
            ),
            (
                ("data", "eu-west-1", "sns"),
                "error: `eu-west-1` is no enabled region of data\n  help: did you mean `eu-west-2`?\n",
            ),
            (("data", "eu-west-2", "snss"), "error: `snss` is no purpose\n  help: did you mean `sns`?\n"),
        ],
    )
    def test_a_key_that_there_is_not_is_explained(
        self, run: Run, project: Path, arguments: tuple[str, ...], message: str
    ) -> None:
        done = run("policy", "show", *arguments)
        assert (done.returncode, done.stderr) == (2, message)


class TestTheLock:
    """Synth records keys; --locked and its variable forbid that."""

    def test_lock_writes_what_synth_would_and_check_tells_whether(self, run: Run, project: Path) -> None:
        assert run("lock", "--check").returncode == 1
        assert run("lock").returncode == 0
        locked = (project / "organization.lock.json").read_bytes()
        assert run("lock", "--check").returncode == 0
        assert sorted(files(project)) == ["organization.lock.json", "organization.yaml"]
        assert run("synth").returncode == 0
        assert (project / "organization.lock.json").read_bytes() == locked

    def test_what_the_lock_would_record_is_named_also_where_no_key_is_new(self, run: Run, project: Path) -> None:
        first = run("lock", "--check").stderr
        assert first.count("new keys: ") == 2  # the accounts are alike: a line a region
        assert "new keys: ebs, logs, sns in eu-west-2 of data (033333333333), payer (111111111111), " in first
        assert run("lock").returncode == 0
        path = project / "organization.yaml"
        without = path.read_text()
        path.write_text(without.replace("  backup: false", "  log_groups: {groups: [{name: /app}]}"))
        more = run("lock", "--check")
        assert more.returncode == 1
        assert "of features: 1 resource in eu-west-2 of data (033333333333), payer (111111111111), " in more.stderr
        assert "new key" not in more.stderr
        told = ": of features: 1 resource in eu-west-2 of "
        assert told in run("check").stdout
        refused = run("check", KMS_BASELINE_LOCKED="1").stderr + run("synth", "--locked").stderr
        assert "would change (of features: 1 resource in" in refused
        lock = project / "organization.lock.json"
        path.write_text(without)
        head, *lines, end = lock.read_text().splitlines(keepends=True)
        merged = "".join([head, *reversed(lines), end])
        lock.write_text(merged)
        assert run("lock", "--check").returncode == 0
        assert run("synth", "--locked").returncode == 0
        assert lock.read_text() == merged
        assert "its lines are sorted" in run("lock").stderr
        assert lock.read_text() == "".join([head, *lines, end])

    def test_a_lock_without_a_key_and_one_with_a_renamed_account(self, run: Run, project: Path) -> None:
        path = project / "organization.yaml"
        small = "version: 1\norganization: {home_region: eu-west-2, regions: [eu-west-2]}\n"
        one = 'accounts: [{name: one, id: "111111111111"}]\n'
        path.write_text(small + "keys: {purposes: {sns: false, ebs: false, logs: false}}\n" + one)
        assert ": the layout `account` and the backend `local` to be recorded" in run("check").stdout
        assert "would change (the layout `account` and" in run("synth", "--locked").stderr
        path.write_text(small + one)
        assert run("lock").returncode == 0
        path.write_text(small + one.replace("one", "first") + "retired: [{account: one, purpose: sns, then: keep}]\n")
        told = "retired: sns in eu-west-2 of first (111111111111)"
        assert f"would change:\n  {told}\n" in run("lock", "--check").stderr
        assert f"written: {told}\n" in run("lock").stderr

    @pytest.mark.parametrize(("option", "variable"), [("--locked", ""), ("", "1")])
    def test_a_locked_synth_refuses_new_keys_and_writes_nothing(
        self, run: Run, project: Path, option: str, variable: str
    ) -> None:
        refused = run("synth", *filter(None, [option]), KMS_BASELINE_LOCKED=variable)
        assert refused.returncode == 1
        assert f"organization.lock.json would change ({KEYS_OF_THE_SAMPLE} new keys)" in refused.stderr
        assert "run `kms-baseline lock`" in refused.stderr
        assert sorted(files(project)) == ["organization.yaml"]

    def test_the_lock_lies_beside_the_configuration(self, run: Run, project: Path) -> None:
        (project / "deep").mkdir()
        (project / "organization.yaml").rename(project / "deep" / "prod.yaml")
        assert run("lock", KMS_BASELINE_CONFIG="deep/prod.yaml").returncode == 0
        assert sorted(files(project)) == ["deep/prod.lock.json", "deep/prod.yaml"]

    def test_another_backend_is_refused_until_the_owner_moves_the_states(self, run: Run, project: Path) -> None:
        assert run("lock").returncode == 0
        text = (project / "organization.yaml").read_text()
        moved = text.replace("deployment:\n", "deployment:\n  backend: {type: s3, bucket: states, region: eu-west-2}\n")
        (project / "organization.yaml").write_text(moved)
        refused = run("synth")
        assert refused.returncode == 1
        assert "in s3://states/baseline, but the keys of the lock are in the states of local" in refused.stderr
        assert run("lock", "--new-backend").returncode == 0
        assert run("check").returncode == 0

    def test_a_namespace_that_moves_the_states_is_refused(self, run: Run, project: Path) -> None:
        """The prefix of the states follows the namespace when it is not written: a rename would make every key anew."""
        text = (project / "organization.yaml").read_text()
        s3 = text.replace("deployment:\n", "deployment:\n  backend: {type: s3, bucket: states, region: eu-west-2}\n")
        (project / "organization.yaml").write_text(s3)
        assert run("lock").returncode == 0
        (project / "organization.yaml").write_text(s3.replace("namespace: baseline", "namespace: other"))
        assert run("check").returncode == 1


class TestSynth:
    """The output folder, as `cdktf` leaves it."""

    def main_py(self, project: Path, folder: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """What `cdktf` runs."""
        return subprocess.run(
            [sys.executable, str(ROOT / "main.py")],
            cwd=project,
            env={**os.environ, "CDKTF_OUTDIR": str(project / folder), **environment},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def test_main_py_writes_where_cdktf_wants_it_and_says_nothing(self, project: Path) -> None:
        done = self.main_py(project, "cdktf.out")
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
        manifest = json.loads((project / "cdktf.out" / "manifest.json").read_text())
        assert sorted(manifest["stacks"]) == sorted(ACCOUNTS)

    def test_cdktf_never_takes_another_organization_than_that_of_its_folder(self, project: Path) -> None:
        (project / "organization.yaml").rename(project / "mine.yaml")
        locks = {path: path.stat().st_mtime_ns for path in ROOT.glob("*.lock.json")}
        done = self.main_py(project, "cdktf.out")
        assert (done.returncode, done.stdout) == (2, "")
        assert "organization.yaml" in done.stderr
        assert locks == {path: path.stat().st_mtime_ns for path in ROOT.glob("*.lock.json")}
        assert self.main_py(project, "cdktf.out", KMS_BASELINE_CONFIG="mine.yaml").returncode == 0
        assert (project / "mine.lock.json").exists()

    def test_cdktf_is_told_where_the_state_is_when_it_wants_another_folder(self, project: Path) -> None:
        done = self.main_py(project, "elsewhere/out")
        said = (
            f"note: the local backend keeps the state beside the output folder, in {project / 'elsewhere' / 'state'}\n"
        )
        assert (done.returncode, done.stdout, done.stderr) == (0, "", said)

    def test_cdktf_starts_no_terraform_that_the_environment_leads_to_another_state(self, project: Path) -> None:
        done = self.main_py(project, "cdktf.out", TF_WORKSPACE="other")
        assert done.returncode == 2
        assert "TF_WORKSPACE: would change where Terraform keeps its state" in done.stderr
        assert not (project / "cdktf.out").exists()

    def test_nothing_but_our_words_is_printed(self, run: Run, project: Path) -> None:
        done = run("synth")
        assert (done.stdout, done.stderr) == (
            "",
            f"synthesizing {KEYS_OF_THE_SAMPLE} keys in 5 stacks\nwritten to cdktf.out\n",
        )

    def test_a_second_synth_changes_no_byte_and_keeps_what_terraform_left(self, run: Run, project: Path) -> None:
        assert run("synth").returncode == 0
        kept = project / "cdktf.out" / "stacks" / "data" / ".terraform" / "kept"
        kept.parent.mkdir()
        kept.write_text("by terraform")
        before = files(project)
        assert run("synth").returncode == 0
        assert files(project) == before

    def test_a_byte_order_mark_and_carriage_returns_give_the_same_bytes(self, run: Run, project: Path) -> None:
        assert run("synth").returncode == 0
        before = {name: content for name, content in files(project).items() if name.startswith("cdktf.out")}
        text = (project / "organization.yaml").read_bytes()
        (project / "organization.yaml").write_bytes(b"\xef\xbb\xbf" + text.replace(b"\n", b"\r\n"))
        assert run("synth").returncode == 0
        assert {name: content for name, content in files(project).items() if name.startswith("cdktf.out")} == before

    def test_the_stack_of_an_account_that_is_gone_leaves_the_output(self, run: Run, project: Path) -> None:
        assert run("synth").returncode == 0
        text = (project / "organization.yaml").read_text()
        without = text.replace('  - {name: network, id: "555555555555"}\n', "")
        (project / "organization.yaml").write_text(without + 'retired: [{account: "555555555555", then: gone}]\n')
        assert run("synth").returncode == 0
        assert not (project / "cdktf.out" / "stacks" / "network" / "cdk.tf.json").exists()

    def test_another_output_folder_says_where_the_state_is(self, run: Run, project: Path) -> None:
        done = run("synth", "--output", "a/b/out")
        assert done.returncode == 0
        assert "note: the local backend keeps the state beside the output folder, in a/b/state" in done.stderr

    @pytest.mark.usefixtures("nothing_built")
    def test_without_node_there_is_one_message_and_nothing_is_written(
        self, run: Run, project: Path, tmp_path: Path
    ) -> None:
        done = run("synth", PATH=str(tmp_path))
        assert done.returncode == 3
        assert done.stderr.splitlines()[1:] == [
            "error: `node` is not on PATH",
            "  help: install Node.js 20 or newer: cdktf runs on it",
        ]
        assert sorted(files(project)) == ["organization.yaml"]

    @pytest.mark.usefixtures("nothing_built")
    def test_a_node_that_dies_is_one_message(self, run: Run, project: Path, tmp_path: Path) -> None:
        fake = tmp_path / "bin" / "node"
        fake.parent.mkdir()
        fake.write_text('#!/bin/sh\n[ "$1" = --version ] && echo v20.0.0 && exit 0\nexit 1\n')
        fake.chmod(0o755)
        done = run("synth", PATH=f"{fake.parent}:{os.environ['PATH']}")
        assert done.returncode == 3
        assert done.stderr.splitlines()[1].startswith("error: Node failed while synthesizing: ")
        assert "Traceback" not in done.stderr
        assert sorted(files(project)) == ["bin/node", "organization.yaml"]

    def test_a_file_in_the_way_is_named(self, run: Run, project: Path) -> None:
        (project / "taken").write_text("mine")
        done = run("synth", "--output", "taken/out")
        assert done.returncode == 3
        assert done.stderr.splitlines()[-2].startswith("error: taken")
        assert sorted(files(project)) == ["organization.yaml", "taken"]

    @pytest.mark.usefixtures("nothing_built")
    def test_a_disk_that_is_full_leaves_nothing_half_written(self, project: Path) -> None:
        self.synthesize_on_a_full_disk(project)

    def test_nor_does_it_when_everything_was_built_before(self, run: Run, project: Path) -> None:
        assert run("synth", "--output", "elsewhere/out").returncode == 0
        (project / "organization.lock.json").unlink()
        shutil.rmtree(project / "elsewhere")
        self.synthesize_on_a_full_disk(project)

    def synthesize_on_a_full_disk(self, project: Path) -> None:
        """A limit on the size of files stands for the disk: the first file that is too large fails."""
        done = subprocess.run(
            f"ulimit -f 8; exec {COMMAND} synth", cwd=project, shell=True, executable="/bin/bash",
            capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert done.returncode == 3, done.stderr
        assert "Traceback" not in done.stderr
        assert "error: " in done.stderr
        assert sorted(files(project)) == ["organization.yaml"]


class TestSchema:
    """`schema` prints what is committed for editors."""

    def test_it_is_the_committed_file(self, run: Run) -> None:
        committed = (ROOT / "docs" / "organization.schema.json").read_text(encoding="utf-8")
        assert run("schema").stdout == committed


class TestExport:
    """Normalized JSON with sums, for auditors."""

    def test_the_sums_are_right_and_a_second_export_changes_no_byte(self, run: Run, project: Path) -> None:
        assert run("export", "audit").returncode == 0
        before = files(project / "audit")
        manifest = json.loads(before["manifest.json"])
        assert manifest["sha256"] == {
            name: hashlib.sha256(content).hexdigest()
            for name, content in before.items()
            if name not in ("manifest.json", "SHA256SUMS")
        }
        of_stacks = {
            f"{account}/{file}" for account in ACCOUNTS for file in ("main.tf.json", "versions.tf", "keys.json")
        }
        assert set(manifest["sha256"]) == of_stacks | {"keys.csv", "organization.yaml", "organization.lock.json"}
        assert run("export", "audit").returncode == 0
        assert files(project / "audit") == before

    def test_it_holds_no_metadata_and_no_path(self, run: Run, project: Path) -> None:
        assert run("export", "audit").returncode == 0
        text = (project / "audit" / "data" / "main.tf.json").read_text()
        assert '"//"' not in text
        assert json.loads(text)["terraform"]["backend"] == {"local": {}}
        assert text == json.dumps(json.loads(text), indent=2, sort_keys=True, ensure_ascii=False) + "\n"

    def test_a_folder_with_other_files_is_left_alone(self, run: Run, project: Path) -> None:
        (project / "mine").mkdir()
        (project / "mine" / "letter.txt").write_text("dear")
        refused = run("export", "mine")
        assert refused.returncode == 2
        assert refused.stderr.splitlines()[-2] == "error: mine: has other files in it"
        assert files(project / "mine") == {"letter.txt": b"dear"}

    @pytest.mark.parametrize("state", [None, "terraform.tfstate"], ids=["exported only", "with a state"])
    def test_of_a_stack_that_is_gone_goes_what_was_exported(self, run: Run, project: Path, state: str | None) -> None:
        assert run("export", "audit").returncode == 0
        network = project / "audit" / "network"
        if state:
            (network / state).write_text("by terraform")
        text = (project / "organization.yaml").read_text()
        without = text.replace('  - {name: network, id: "555555555555"}\n', "")
        (project / "organization.yaml").write_text(without + 'retired: [{account: "555555555555", then: gone}]\n')
        assert run("export", "audit").returncode == 0
        assert network.exists() == bool(state)
        assert not state or files(network) == {state: b"by terraform"}


class TestFilesThatCannotBeRead:
    """One message with the file and what to do, exit code 2."""

    @pytest.mark.parametrize(
        ("config", "message"),
        [
            ("nowhere.yaml", "error: nowhere.yaml: there is no such file\n"
             "  help: `kms-baseline init` writes one, --config names another\n"),
            (".", "error: .: is a folder, not a file\n  help: `kms-baseline init` writes one, --config names another\n"),
        ],
    )  # fmt: skip
    def test_the_configuration(self, run: Run, config: str, message: str) -> None:
        done = run("check", "--config", config)
        assert (done.returncode, done.stdout, done.stderr) == (2, "", message)

    @pytest.mark.parametrize(
        ("content", "message"),
        [
            ("{}", "organization.lock.json:1: is not a lock of kms-baseline"),
            ("", "organization.lock.json:1: is not JSON"),
            ('{"version": 1,\n<<<<<<< HEAD\n', "organization.lock.json:2: has merge conflicts"),
        ],
    )
    def test_a_damaged_lock_stops_everything(self, run: Run, project: Path, content: str, message: str) -> None:
        (project / "organization.lock.json").write_text(content)
        for command in ("check", "keys", "synth", "lock"):
            done = run(command)
            assert done.returncode == 2
            assert message in done.stderr
        assert (project / "organization.lock.json").read_text() == content


class TestSandbox:
    """An embedded AWS for people: started, used, stopped."""

    def test_it_starts_leads_there_and_stops(self, run: Run, project: Path) -> None:
        started = run("sandbox", "start")
        try:
            assert started.returncode == 0, started.stderr
            exports = dict(line.removeprefix("export ").split("=", 1) for line in started.stdout.splitlines())
            sts = boto3.Session(
                exports["AWS_ACCESS_KEY_ID"], exports["AWS_SECRET_ACCESS_KEY"], region_name=exports["AWS_REGION"]
            ).client("sts", endpoint_url=exports["AWS_ENDPOINT_URL"])
            assert sts.get_caller_identity()["Account"] == "111111111111"
            text = (project / "organization.yaml").read_text(encoding="utf-8")
            more = text.replace("accounts:\n", 'accounts:\n  - {name: added, id: "777777777777"}\n')
            (project / "organization.yaml").write_text(more, encoding="utf-8")
            role = "arn:aws:iam::777777777777:role/kms-baseline-deploy"
            with pytest.raises(ClientError, match="AccessDenied"):
                sts.assume_role(RoleArn=role, RoleSessionName="test")
            mine = {"AWS_PROFILE": "mine", "AWS_ENDPOINT_URL_KMS": "https://kms.example", "AWS_PAGER": ""}
            again = run("sandbox", "start", **mine)
            unset = "unset AWS_ENDPOINT_URL_KMS AWS_PROFILE\n"
            assert (again.returncode, again.stdout) == (0, started.stdout + unset)
            assert "goes on with the accounts of the configuration" in again.stderr
            assert (
                sts.assume_role(RoleArn=role, RoleSessionName="test")["AssumedRoleUser"]["Arn"].split(":")[4]
                == "777777777777"
            )
            elsewhere = run("sandbox", "start", "--port", "1")
            assert elsewhere.returncode == 3
            assert "a sandbox is already running" in elsewhere.stderr
        finally:
            stopped = run("sandbox", "stop")
        assert stopped.stderr == "stopped\n"
        assert run("sandbox", "stop").stderr == "none was running here\n"

    def test_a_restart_can_keep_its_keys(self, run: Run, project: Path) -> None:
        def kms() -> Any:
            started = run("sandbox", "start")
            assert started.returncode == 0, started.stderr
            exports = dict(line.removeprefix("export ").split("=", 1) for line in started.stdout.splitlines())
            session = boto3.Session(exports["AWS_ACCESS_KEY_ID"], exports["AWS_SECRET_ACCESS_KEY"])
            return session.client("kms", exports["AWS_REGION"], endpoint_url=exports["AWS_ENDPOINT_URL"])

        try:
            before = kms()
            tags = [{"TagKey": "purpose", "TagValue": "sns"}]
            made = before.create_key(Description="mine", Tags=tags)["KeyMetadata"]
            key = made["KeyId"]
            before.create_alias(AliasName="alias/mine", TargetKeyId=key)
            before.enable_key_rotation(KeyId=key, RotationPeriodInDays=180)
            secret = before.encrypt(KeyId=key, Plaintext=b"hello")["CiphertextBlob"]
            policy = before.get_key_policy(KeyId=key, PolicyName="default")["Policy"]
            leaving = before.create_key()["KeyMetadata"]["KeyId"]
            before.schedule_key_deletion(KeyId=leaving, PendingWindowInDays=7)
            before.create_key(KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY")
            assert run("sandbox", "stop", "--keep-keys").returncode == 0
            kept = project / ".sandbox" / "keys.json"
            assert kept.stat().st_mode & 0o077 == 0
            after = kms()
            assert after.describe_key(KeyId="alias/mine")["KeyMetadata"] == made
            assert after.list_resource_tags(KeyId=key)["Tags"] == tags
            assert after.get_key_rotation_status(KeyId=key)["RotationPeriodInDays"] == 180
            assert after.get_key_policy(KeyId=key, PolicyName="default")["Policy"] == policy
            assert after.decrypt(CiphertextBlob=secret)["Plaintext"] == b"hello"
            assert after.describe_key(KeyId=leaving)["KeyMetadata"]["KeyState"] == "PendingDeletion"
            assert {found["KeyId"] for found in after.list_keys()["Keys"]} == {key, leaving}
            run("sandbox", "stop")
            assert not kept.exists()
            assert kms().list_keys()["Keys"] == []
        finally:
            run("sandbox", "stop")

    @pytest.mark.usefixtures("provider_mirror")
    def test_run_passes_the_command_its_environment_and_its_exit_code(self, run: Run, project: Path) -> None:
        done = run("sandbox", "run", "--", "sh", "-c", "echo $AWS_ENDPOINT_URL; exit 7", AWS_PROFILE="mine")
        assert done.returncode == 7
        assert done.stdout.startswith("http://127.0.0.1:")

    def test_a_port_in_use_is_named(self, run: Run, project: Path) -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            done = run("sandbox", "start", "--port", str(port))
        assert done.returncode == 3
        assert f"port {port} on 127.0.0.1 cannot be used" in done.stderr


class TestArguments:
    """Help, completion and mistakes in the arguments themselves."""

    def test_an_unknown_command_is_named(self, run: Run) -> None:
        done = run("sinth")
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.startswith("error: No such command 'sinth'")

    def test_no_command_shows_the_help(self, run: Run) -> None:
        done = run()
        assert done.returncode == 2
        assert "Usage: kms-baseline" in done.stderr

    def test_deploying_without_a_terminal_needs_a_word(self, run: Run, project: Path) -> None:
        done = run("deploy")
        assert done.returncode == 2
        assert done.stderr == (
            "error: there is no terminal to ask on\n  help: --yes applies without asking, --dry-run only plans\n"
        )
        assert sorted(files(project)) == ["organization.yaml"]

    def test_deploying_without_terraform_says_so_before_anything_is_written(self, run: Run, project: Path) -> None:
        done = run("deploy", "--yes", PATH="/nowhere")
        assert done.returncode == 3
        assert done.stderr.startswith("error: `terraform` is not on PATH\n  help: install Terraform")
        assert sorted(files(project)) == ["organization.yaml"]

    @pytest.mark.parametrize(
        ("shell", "beginning"),
        [
            ("bash", "_kms_baseline_completion() {"),
            ("zsh", "#compdef kms-baseline\n"),
            ("fish", "complete --command kms-baseline "),
        ],
    )
    def test_completion_scripts_are_those_of_the_shell_that_asks(self, shell: str, beginning: str) -> None:
        """A shell is known by the name that its process was started with."""
        done = subprocess.run(
            [shell, "-c", f"{COMMAND} --show-completion; exit $?"],
            executable="/bin/sh", check=True, capture_output=True, text=True, timeout=60,
        )  # fmt: skip
        assert done.stdout.startswith(beginning)

    def test_the_list_of_commands_is_that_of_the_commands_themselves(self) -> None:
        """It is read from their files."""
        told, loaded = (typer.main.get_command(app) for app in (outline(), program()))
        assert told.get_help(typer.Context(told, info_name="k")) == loaded.get_help(
            typer.Context(loaded, info_name="k")
        )

    @pytest.mark.parametrize(
        ("line", "offered"),
        [
            ("kms-baseline sy", {"synth"}),
            ("kms-baseline ", {*COMMANDS, *GROUPS}),
            ("kms-baseline deploy --dr", {"--dry-run"}),
            ("kms-baseline policy ex", {"explain"}),
            ("kms-baseline policy show --wh", set()),
        ],
    )
    def test_words_are_completed(self, run: Run, line: str, offered: set[str]) -> None:
        words = [*line.split(), ""] if line.endswith(" ") else line.split()
        asked = {"_KMS_BASELINE_COMPLETE": "complete_bash", "COMP_WORDS": line, "COMP_CWORD": str(len(words) - 1)}
        assert set(run(**asked).stdout.split()) == offered

    def test_behind_two_dashes_a_command_is_one_as_well(self, run: Run, project: Path) -> None:
        assert "alias/baseline/sns" in run("--", "keys").stdout

    def test_every_command_has_an_example_in_its_help(self) -> None:
        app = program()
        groups = [app, *(group.typer_instance for group in app.registered_groups if group.typer_instance)]
        commands = [command.callback for group in groups for command in group.registered_commands if command.callback]
        assert len(commands) >= 13
        assert [c.__name__ for c in commands if "Example: " not in (c.__doc__ or "")] == []
