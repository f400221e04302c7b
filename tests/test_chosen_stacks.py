"""Which stacks a deployment is about, and what it says became of them. What Terraform does then: tests/forever."""

import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baseline.errors import UsageError, WorldError
from deployment.apply import StackResult
from operations.chosen_stacks import changed_stacks, chosen_stacks, parse_shard
from operations.outcomes import Outcomes
from operations.project import Project
from tests.conftest import Run
from tests.git import git
from tests.stand_in_terraform import stand_in_terraform

NAMES = ("one", "three", "two")
THREE = """\
version: 1
organization: {home_region: eu-west-2, regions: [eu-west-2]}
accounts:
  - {name: one, id: "111111111111"}
  - {name: two, id: "222222222222"}
  - {name: three, id: "333333333333"}
"""
KEY_ID = "10000000-0000-0000-0000-000000000000"


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Three accounts, committed with their lock."""
    made = Project(tmp_path / "organization.yaml")
    made.path.write_text(THREE)
    made.lock_path.write_text(made.inventory.lock.render())
    git(tmp_path, "init", "-q", "-b", "main")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "three accounts")
    return Project(made.path)


def edited(project: Project, old: str, new: str) -> Project:
    assert old in THREE
    project.path.write_text(THREE.replace(old, new))
    return Project(project.path)


def test_nothing_differs_from_a_revision_with_the_same_words(project: Project) -> None:
    assert changed_stacks(project, "main") == frozenset()
    assert changed_stacks(edited(project, "accounts:", "# more words\naccounts:"), "HEAD") == frozenset()


@pytest.mark.parametrize(
    ("old", "new", "changed"),
    [
        ('222222222222"', '222222222222", keys: {rotation: false}', {"two"}),
        ("accounts:", "features: {backup: true}\naccounts:", {"one", "two", "three"}),
        ("accounts:", 'accounts:\n  - {name: four, id: "444444444444"}', {"four"}),
        (
            'accounts:\n  - {name: one, id: "111111111111"}\n',
            'retired: [{account: "111111111111", then: gone}]\naccounts:\n',
            set(),
        ),
        ('"111111111111"', '"111111111111", role: null', {"one"}),
    ],
    ids=["a setting", "a feature", "a new account", "an account that left", "a role"],
)
def test_what_changes_in_a_stack_makes_it_a_changed_one(
    project: Project, old: str, new: str, changed: set[str]
) -> None:
    assert changed_stacks(edited(project, old, new), "main") == changed


def test_a_key_that_was_adopted_changes_its_stack(project: Project) -> None:
    """The import stands in a file beside the stack's JSON."""
    entry = next(entry for entry in project.lock.entries if entry.stack == "three")
    project.lock_path.write_text(project.lock.adopting(entry.key, KEY_ID, ()).render())
    assert changed_stacks(Project(project.path), "main") == {"three"}


def test_a_revision_without_a_lock_has_the_stacks_of_its_configuration(project: Project) -> None:
    git(project.path.parent, "rm", "-q", "--cached", "organization.lock.json")
    git(project.path.parent, "commit", "-qm", "no lock")
    assert changed_stacks(project, "main") == frozenset()


def test_revisions_that_do_not_answer_are_one_message(project: Project) -> None:
    with pytest.raises(UsageError, match="in revision nowhere: invalid object name 'nowhere'"):
        changed_stacks(project, "nowhere")
    other = edited(project, "accounts:", "deployment: {layout: account-region}\naccounts:")
    other.lock_path.unlink()
    with pytest.raises(UsageError, match="in revision main the layout is `account`, and here it is `account-region`"):
        changed_stacks(other, "main")


@given(st.integers(1, 7))
def test_every_stack_is_in_one_part(parts: int) -> None:
    project = _unwritten()
    found = [chosen_stacks(project, (), None, (part, parts)) for part in range(1, parts + 1)]
    assert sorted(name for part in found for name in part) == list(NAMES)
    assert max(map(len, found)) - min(map(len, found)) <= 1


def _unwritten() -> Project:
    made = Project(Path("organization.yaml"))
    made.__dict__["text"], made.__dict__["found"], made.__dict__["lock_text"] = THREE, None, None
    return made


def test_choices_narrow_one_another(project: Project) -> None:
    changed = edited(project, "accounts:", "features: {backup: true}\naccounts:")
    assert chosen_stacks(changed, ["two", "111111111111"], "main", parse_shard("2/2")) == ["two"]


@pytest.mark.parametrize("text", ["3/2", "0/2", "1", "1/0", "a/b", "1/2/3", "-1/2", "1/99999"])
def test_a_part_that_is_none_is_refused(run: Run, tmp_path: Path, text: str) -> None:
    (tmp_path / "organization.yaml").write_text(THREE)
    done = run("deploy", "--yes", f"--shard={text}")
    assert (done.returncode, done.stdout) == (2, "")
    assert f"`{text}` is no part of a whole\n  help: write I/N with I from 1 to N" in done.stderr
    assert not (tmp_path / "cdktf.out").exists()


def test_two_plans_are_not_one_document(run: Run) -> None:
    done = run("deploy", "--yes", "--canary", "1", "--format", "json")
    assert (done.returncode, done.stdout) == (2, "")
    assert "--canary plans twice, and JSON is one document" in done.stderr


def outcomes() -> Outcomes:
    made = Outcomes.of(["one", "two"])
    made.applied([StackResult("one", "applied")])
    made.error = "1 of 2 stacks failed\n````"
    return made


def test_the_summary_says_of_each_stack_what_became_of_it(tmp_path: Path) -> None:
    outcomes().write(tmp_path / "said.json")
    said = json.loads((tmp_path / "said.json").read_text())
    assert said["stacks"] == {"one": "applied", "two": "not started"}
    assert said["error"].startswith("1 of 2")
    outcomes().write(tmp_path / "said")
    lines = (tmp_path / "said").read_text().splitlines()
    assert lines[0] == "### 2 stacks: 1 applied, 1 not started"
    assert "| one | applied |" in lines


def test_a_summary_that_cannot_be_written_is_one_message(tmp_path: Path) -> None:
    with pytest.raises(WorldError, match=r"the summary `.*/nowhere/said.md` cannot be written: No such file"):
        outcomes().write(tmp_path / "nowhere" / "said.md")


def test_only_states_of_the_chosen_stacks_are_missed(project: Project, run: Run, tmp_path: Path) -> None:
    path = f"{stand_in_terraform(tmp_path)}{os.pathsep}{os.environ['PATH']}"
    done = run("deploy", "--dry-run", "--account", "two", PATH=path)
    assert done.returncode == 0, done.stderr
    assert "note: state/two.tfstate is not here; what AWS has of it is looked at before anything is made" in done.stderr
    assert "state/one.tfstate" not in done.stderr
    of_all = run("deploy", "--dry-run", PATH=path).stderr
    assert "note: state/one.tfstate, state/three.tfstate, state/two.tfstate are not here" in of_all
