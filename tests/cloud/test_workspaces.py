"""`workspaces plan` and `apply` against the server, which needs no Terraform for that."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from baseline.errors import Exit
from cli.main import main
from deployment.hcp.client import Client, HcpError
from deployment.hcp.workspaces import Places
from sandbox.cloud.records import VariableSet
from sandbox.cloud.server import Cloud
from sandbox.cloud.terraform import Workers
from tests.cloud_server import ORGANIZATION

ROLE = "arn:aws:iam::111111111111:role/hcp-runs"
CONFIGURATION = """\
version: 1
organization: {{home_region: eu-west-2, regions: [eu-west-2]}}
deployment:
  backend: {{type: cloud, organization: {organization}, hostname: "{host}", prefix: {prefix}{more}}}
accounts:
  - {{name: {first}, id: "033333333333"}}
  - {{name: logs, id: "044444444444"}}
"""
PROJECT = ", project: keys"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    nobody = Workers(
        terraform=Path("/nowhere"), terraform_version="1.11.4", environment={}, folder=tmp_path_factory.mktemp("cloud")
    )
    with Cloud(nobody, ORGANIZATION) as cloud:
        yield cloud


@pytest.fixture
def cloud(running: Cloud) -> Cloud:
    """The server with nothing in it but its own project."""
    with running.store.changed:
        store = running.store
        store.workspaces.clear()
        store.variable_sets.clear()
        del store.projects[1:]
    running.gate.requests.clear()
    running.gate.faults.clear()
    return running


class Told:
    """What a command said, and what it ended with."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err


Say = Callable[..., Told]


@pytest.fixture
def say(
    cloud: Cloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Told]:
    """`workspaces ...` in a folder with a configuration, by a token of a role, and no token in what it says."""
    monkeypatch.chdir(tmp_path)

    def run(*words: str, more: str = PROJECT, role: str = "admin", **place: str) -> Told:
        text = {
            "organization": ORGANIZATION,
            "host": cloud.hostname,
            "prefix": "base",
            "more": more,
            "first": "data",
        } | place
        Path("organization.yaml").write_text(CONFIGURATION.format(**text))
        for name, value in cloud.environment({}).items():
            monkeypatch.setenv(name, value)
        secrets = {str(name): token for name, token in cloud.gate.tokens.items()}
        secret = secrets.get(role, role)
        monkeypatch.setenv("TF_TOKEN_" + text["host"].replace(".", "_"), secret)
        monkeypatch.setenv("KMS_BASELINE_DEBUG", "1")
        code = main(["workspaces", *words])
        said = capsys.readouterr()
        for token in (*secrets.values(), *([secret] if secret else [])):
            assert token not in said.out + said.err
        assert "Traceback" not in said.err
        return Told(code, said.out, said.err)

    return run


def test_a_plan_shows_what_would_be_made_and_makes_nothing(say: Say, cloud: Cloud) -> None:
    told = say("plan", "--run-role", ROLE, "--directory", "export/", "--terraform-version", "~> 1.11")
    assert told.out.splitlines() == [
        "CREATE  project keys",
        "CREATE  workspace base-data: auto-apply off, working-directory export/data, terraform-version ~> 1.11",
        "CREATE  workspace base-logs: auto-apply off, working-directory export/logs, terraform-version ~> 1.11",
        f"CREATE  variable set base-aws: TFC_AWS_PROVIDER_AUTH true, TFC_AWS_RUN_ROLE_ARN {ROLE}, project keys",
        "plan: 1 project, 2 workspaces, 1 variable set to create; 0 workspaces as they should be",
    ]
    assert told.code == 0
    assert {request.method for request in cloud.gate.requests} == {"GET"}


def test_what_was_applied_is_there_and_is_not_done_again(say: Say, cloud: Cloud) -> None:
    words = ("--run-role", ROLE, "--directory", "export")
    assert say("apply", "--yes", *words).code == 0
    made = cloud.workspace("base-data")
    assert made.settings["auto-apply"] is False
    assert made.settings["working-directory"] == "export/data"
    assert made.project.name == "keys"
    (given,) = cloud.store.variable_sets
    assert {each.key: each.value for each in given.variables} == {
        "TFC_AWS_PROVIDER_AUTH": "true",
        "TFC_AWS_RUN_ROLE_ARN": ROLE,
    }
    assert [project.name for project in given.projects] == ["keys"]
    again = say("apply", "--yes", *words)
    assert again.out == "plan: nothing to do; 2 workspaces as they should be\n"


def test_only_what_is_otherwise_and_was_asked_for_is_changed(say: Say, cloud: Cloud) -> None:
    say("apply", "--yes", "--directory", "export", "--run-role", ROLE)
    with cloud.store.changed:
        cloud.workspace("base-data").settings["auto-apply"] = True
        cloud.workspace("base-logs").project = cloud.store.projects[0]
        cloud.store.variable_sets[0].variables[1].value = "arn:aws:iam::111111111111:role/other"
    told = say("apply", "--yes", "--run-role", ROLE)
    assert told.out.splitlines()[:-1] == [
        "CHANGE  workspace base-data: auto-apply on -> off",
        "CHANGE  workspace base-logs: project keys",
        f"CHANGE  variable set base-aws: TFC_AWS_RUN_ROLE_ARN arn:aws:iam::111111111111:role/other -> {ROLE}",
    ]
    assert cloud.workspace("base-data").settings["working-directory"] == "export/data"
    assert cloud.workspace("base-logs").project.name == "keys"
    assert say("plan", "--run-role", ROLE).out.startswith("plan: nothing to do")


def test_without_a_project_the_variables_are_for_these_workspaces_alone(say: Say, cloud: Cloud) -> None:
    assert say("apply", "--yes", "--run-role", ROLE, more="").code == 0
    (given,) = cloud.store.variable_sets
    assert ([*given.projects], sorted(each.name for each in given.workspaces)) == ([], ["base-data", "base-logs"])
    assert say("plan", "--run-role", ROLE, more="").out.startswith("plan: nothing to do")


def test_what_others_have_is_left_alone(say: Say, cloud: Cloud) -> None:
    say("apply", "--yes", prefix="base-more")
    with cloud.store.changed:
        cloud.store.variable_sets.append(VariableSet(name="of others", everywhere=True))
    assert say("plan").out.splitlines()[-1] == "plan: 2 workspaces to create; 0 workspaces as they should be"


def test_json_for_programs(say: Say) -> None:
    steps = json.loads(say("plan", "--format", "json").out)["steps"]
    assert steps[1] == {
        "action": "create",
        "kind": "workspace",
        "name": "base-data",
        "fields": [{"name": "auto-apply", "before": None, "after": False}],
    }


class TestBadInput:
    """One clear message each, and nothing made."""

    def test_a_token_that_is_wrong(self, say: Say) -> None:
        told = say("plan", role="some-other-token")
        assert told.code == Exit.WORLD
        assert "does not accept the token" in told.err

    def test_no_token(self, say: Say, cloud: Cloud) -> None:
        told = say("plan", role="")
        assert told.code == Exit.WORLD
        assert f"there is no token for {cloud.hostname}" in told.err
        assert f"terraform login {cloud.hostname}" in told.err

    def test_a_token_that_may_not_make_anything(self, say: Say, cloud: Cloud) -> None:
        told = say("apply", "--yes", role="write")
        assert told.code == Exit.WORLD
        assert "the token may not do that" in told.err
        assert cloud.store.workspaces == []

    def test_an_organization_that_is_not_there(self, say: Say) -> None:
        told = say("plan", organization="nobody")
        assert told.code == Exit.WORLD
        assert "has no organization nobody, or the token may not see it" in told.err

    def test_a_name_that_is_too_long_is_refused_before_anything_is_asked(self, say: Say, cloud: Cloud) -> None:
        told = say("plan", prefix="p" * 64, first="n" * 30)
        assert told.code == Exit.WRITTEN_WRONG
        assert "would have a name of 95 characters, and HCP Terraform takes 90" in told.err
        assert cloud.gate.requests == []

    def test_a_name_that_is_too_long_is_told_by_check(self, say: Say, capsys: pytest.CaptureFixture[str]) -> None:
        say("plan", prefix="p" * 64, first="n" * 30)
        assert main(["check"]) == 0
        told = "".join(capsys.readouterr())
        assert f"{'p' * 64}-{'n' * 30}: HCP Terraform takes no name of more than 90 characters" in told
        assert "`kms-baseline workspaces apply` makes and settles them all" in told

    def test_a_name_that_is_taken_and_not_seen_is_named(self, say: Say, cloud: Cloud) -> None:
        say("apply", "--yes")
        places = Places(Client.of(cloud.hostname, cloud.environment({})), ORGANIZATION)
        with pytest.raises(HcpError, match="example has a workspace base-data already") as raised:
            places.make_workspace("base-data", None, {})
        assert "the token may not see it" in raised.value.help

    def test_a_workspace_that_cannot_be_made_keeps_none_of_the_others(self, say: Say, cloud: Cloud) -> None:
        cloud.fail("POST", f"organizations/{ORGANIZATION}/workspaces", 422)
        told = say("apply", "--yes", more="")
        assert told.code == Exit.WORLD
        assert "1 workspace of 2 could not be settled; the others are" in told.err
        assert len(cloud.store.workspaces) == 1
        assert say("apply", "--yes", more="").code == 0
        assert len(cloud.store.workspaces) == 2

    def test_a_server_that_is_down(self, say: Say) -> None:
        told = say("plan", host="127.0.0.1:1")
        assert told.code == Exit.WORLD
        assert "cannot be reached: 127.0.0.1:1: Connection refused" in told.err

    def test_another_backend(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.chdir(tmp_path)
        Path("organization.yaml").write_text(
            "version: 1\norganization: {home_region: eu-west-2, regions: [eu-west-2]}\n"
            'accounts: [{name: a, id: "033333333333"}]\n'
        )
        assert main(["workspaces", "plan"]) == Exit.WRITTEN_WRONG
        assert "the states are not in HCP Terraform" in capsys.readouterr().err

    def test_a_role_that_is_no_arn(self, say: Say) -> None:
        told = say("plan", "--run-role", "hcp-runs")
        assert told.code == Exit.WRITTEN_WRONG
        assert "is no ARN of a role" in told.err
