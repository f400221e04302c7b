"""Deployments of many stacks, of which some fail: what is deployed, what is told, and what a second run does.

Terraform is a stand-in that keeps a file for each stack that it has applied. With the real one: tests/forever.
"""

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests import organizations
from tests.conftest import COMMAND, Run
from tests.stand_in_terraform import stand_in_terraform
from tests.terminal import INTERRUPT, typed

ACCOUNTS = [f"account-{number:02d}" for number in range(1, 21)]
BAD = "account-07"
FAILS = f'case "$PWD" in */{BAD}) [ -f ../../../mended ] || {{ echo "Error: it is suspended"; exit 1; }} ;; esac'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Twenty accounts, each with something to apply, once."""
    accounts = [organizations.account(name, f"{number:012d}") for number, name in enumerate(ACCOUNTS, 1)]
    text = organizations.text(organizations.organization(*accounts, regions=("eu-west-2",)))
    (tmp_path / "organization.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "applied").mkdir()
    applied = '../../../applied/$(basename "$PWD")'
    stand_in_terraform(
        tmp_path,
        plan=f'{{ [ "$FAILS_IN" != plan ] || {{ {FAILS}; }}; [ -f "{applied}" ] && exit 0; exit 2; }}',
        show="""echo '{"resource_changes": [{"address": "aws_sns_topic.x", "type": "aws_sns_topic",
            "change": {"actions": ["create"], "after": {}}}]}'""",
        apply=f'{{ [ "$FAILS_IN" != apply ] || {{ {FAILS}; }}; touch "{applied}"; }}',
    )
    return tmp_path


@pytest.fixture
def deploy(folder: Path, run: Run) -> Run:
    path = f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}"

    def command(*options: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
        words = ("deploy", "--yes", "--summary", "summary.json", *options)
        return run(*words, PATH=path, AWS_REGION="eu-west-2", AWS_ENDPOINT_URL="http://127.0.0.1:1", **environment)

    return command


def applied(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "applied").iterdir())


def outcomes(folder: Path) -> dict[str, str]:
    told: dict[str, str] = json.loads((folder / "summary.json").read_text(encoding="utf-8"))["stacks"]
    return told


@pytest.mark.parametrize(
    ("where", "option", "outcome"), [("apply", [], "failed"), ("plan", ["--keep-going"], "not planned")]
)
def test_of_twenty_with_one_that_fails_nineteen_are_deployed_and_the_next_run_does_the_rest(
    folder: Path, deploy: Run, where: str, option: list[str], outcome: str
) -> None:
    done = deploy(*option, FAILS_IN=where)
    assert (done.returncode, "error: 1 of 20 stacks" in done.stderr) == (3, True)
    assert "it is suspended" in done.stderr
    assert applied(folder) == [name for name in ACCOUNTS if name != BAD]
    assert outcomes(folder) == dict.fromkeys(ACCOUNTS, "applied") | {BAD: outcome}
    (folder / "mended").touch()
    again = deploy(FAILS_IN=where)
    assert again.returncode == 0
    assert outcomes(folder) == dict.fromkeys(ACCOUNTS, "unchanged") | {BAD: "applied"}


def test_where_one_cannot_be_planned_nothing_is_applied_unless_it_may_go_on(folder: Path, deploy: Run) -> None:
    done = deploy(FAILS_IN="plan")
    assert (done.returncode, applied(folder)) == (3, [])
    assert "1 of 20 stacks could not be planned; nothing was applied" in done.stderr


def test_where_a_canary_fails_the_others_are_not_begun(folder: Path, deploy: Run) -> None:
    done = deploy("--canary", "7", FAILS_IN="apply")
    assert done.returncode == 3
    assert applied(folder) == ACCOUNTS[:6]
    assert set(outcomes(folder).values()) == {"applied", "failed", "not started"}


def test_shards_deploy_each_stack_once(folder: Path, deploy: Run) -> None:
    numbers = []
    for part in (1, 2, 3):
        before = applied(folder)
        assert deploy("--shard", f"{part}/3").returncode == 0
        assert set(before) < set(applied(folder))
        numbers.append(len(applied(folder)) - len(before))
    assert applied(folder) == ACCOUNTS
    assert sorted(numbers) == [6, 7, 7]


@pytest.mark.parametrize(
    ("answer", "code", "error"), [(INTERRUPT, 130, "interrupted"), ("\x04", 130, "interrupted"), ("n\n", 1, "declined")]
)
def test_a_question_that_is_not_answered_with_yes_leaves_a_summary(
    folder: Path, answer: str, code: int, error: str
) -> None:
    variables = {**os.environ, "PATH": f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}"}
    variables |= {"AWS_REGION": "eu-west-2", "AWS_ENDPOINT_URL": "http://127.0.0.1:1"}
    command = [str(COMMAND), "deploy", "--shard", "1/20", "--summary", "summary.json"]
    assert typed(command, folder, variables, "? [y/N]", answer)[0] == code
    assert applied(folder) == []
    assert outcomes(folder) == {ACCOUNTS[0]: "to be changed"}
    assert error in json.loads((folder / "summary.json").read_text(encoding="utf-8"))["error"]
