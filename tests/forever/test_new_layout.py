"""Another layout for keys that are deployed: other stacks and states, and the same keys."""

import fcntl
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from baseline.lock_reading import parse_lock
from deployment.mirror import Mirror
from tests.conftest import EVERYWHERE, Run
from tests.embedded import embedded

ACCOUNT_ID, REGIONS = "222222222222", ("eu-west-2", "us-east-1")
FULL = (
    "version: 1\n"
    "organization: {{home_region: eu-west-2, regions: [eu-west-2, us-east-1]}}\n"
    "deployment: {{layout: {layout}{more}}}\n"
    'accounts: [{{name: trial, id: "222222222222"}}]\n'
)


def rows(text: str) -> dict[str, list[int]]:
    """The table of a deployment: by stack what is imported, made, changed, replaced, deleted and forgotten."""
    lines = [line.split() for line in text.splitlines()]
    return {line[0]: [int(n) for n in line[1:]] for line in lines if len(line) == 7 and line[1].isdigit()}


def test_the_states_of_another_layout_are_rebuilt_and_no_key_is_made_or_lost(
    provider_mirror: Mirror, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder, before = tmp_path_factory.mktemp("trial"), FULL.format(layout="account", more="")
    with embedded(before, provider_mirror, tmp_path_factory.mktemp("mirror")) as aws:

        def keys() -> set[str]:
            clients = [aws.client("kms", ACCOUNT_ID, region) for region in REGIONS]
            return {key["KeyId"] for kms in clients for key in kms.list_keys(Limit=1000)["Keys"]}

        (folder / "organization.yaml").write_text(before)
        assert aws.run(folder, "deploy", "--yes").returncode == 0
        made = keys()
        assert len(made) == 2 * len(EVERYWHERE)
        (folder / "organization.yaml").write_text(FULL.format(layout="account-region", more=""))
        assert "kms-baseline lock --layout account-region" in aws.run(folder, "deploy", "--yes").stderr
        assert aws.run(folder, "lock", "--layout", "account-region").returncode == 0
        done = aws.run(folder, "deploy", "--yes", "--take-over")
        assert done.returncode == 0, done.stderr
        taken = rows(done.stdout)
        assert set(taken) == {f"trial-{region}" for region in REGIONS}
        for imported, *others in taken.values():
            assert (imported, others[0], others[2:]) == (3 * len(EVERYWHERE), 0, [0, 0, 0])
        assert keys() == made
        again = rows(aws.run(folder, "deploy", "--yes").stdout)
        assert set(map(sum, again.values())) == {0}
        assert (folder / "state" / "layout-account" / "trial.tfstate").exists()


@dataclass(frozen=True)
class Folder:
    """Keys that are in the lock, and states that could be theirs."""

    path: Path
    run: Run

    def configure(self, layout: str, more: str = "") -> None:
        (self.path / "organization.yaml").write_text(FULL.format(layout=layout, more=more))

    def state(self, name: str) -> Path:
        return self.path / "state" / name

    @property
    def lock(self) -> str:
        return (self.path / "organization.lock.json").read_text()

    def refused(self, said: str, code: int = 1, *more: str) -> None:
        before, states = self.lock, sorted((self.path / "state").rglob("*"))
        done = self.run("lock", "--layout", "account-region", *more)
        assert (done.returncode, said in done.stderr) == (code, True), done.stderr
        assert self.lock == before
        assert sorted((self.path / "state").rglob("*")) == states


@pytest.fixture
def folder(run: Run, tmp_path: Path) -> Folder:
    made = Folder(tmp_path, run)
    made.configure("account")
    assert run("synth").returncode == 0
    made.state("").mkdir()
    for name in ("trial.tfstate", "trial.tfstate.backup"):
        made.state(name).write_text(json.dumps({"version": 4, "of": name}))
    made.configure("account-region")
    return made


def test_the_lock_names_the_new_stacks_and_the_states_are_put_aside_and_not_changed(folder: Folder) -> None:
    dry = folder.run("lock", "--layout", "account-region", "--dry-run")
    assert dry.returncode == 0
    assert folder.state("trial.tfstate").exists()
    done = folder.run("lock", "--layout", "account-region")
    assert done.returncode == 0, done.stderr
    assert done.stdout == dry.stdout
    assert "trial -> trial-eu-west-2, trial-us-east-1" in done.stdout.splitlines()
    lock = parse_lock(folder.lock, "organization.lock.json")
    assert {entry.stack for entry in lock.entries} == {"trial-eu-west-2", "trial-us-east-1"}
    aside = folder.state("layout-account")
    assert sorted(path.name for path in aside.iterdir()) == ["trial.tfstate", "trial.tfstate.backup"]
    assert json.loads((aside / "trial.tfstate").read_text())["of"] == "trial.tfstate"
    assert not folder.state("trial.tfstate").exists()
    again = folder.run("lock", "--layout", "account-region")
    assert (again.returncode, again.stdout) == (0, "")


def test_what_is_put_aside_twice_replaces_nothing(folder: Folder) -> None:
    folder.state("layout-account").mkdir()
    assert folder.run("lock", "--layout", "account-region").returncode == 0
    assert folder.state("layout-account-2/trial.tfstate").exists()


def test_the_way_back_is_the_same_way(folder: Folder) -> None:
    before = folder.lock
    assert folder.run("lock", "--layout", "account-region").returncode == 0
    folder.configure("account")
    assert folder.run("lock", "--layout", "account").returncode == 0
    assert folder.lock == before


def test_the_configuration_says_the_same(folder: Folder) -> None:
    folder.configure("account")
    folder.refused("deployment.layout is `account`", 2)


def test_one_thing_at_a_time(folder: Folder) -> None:
    folder.refused("exclude each other", 2, "--new-backend")
    folder.refused("exclude each other", 2, "--check")


def test_a_new_backend_comes_apart(folder: Folder) -> None:
    folder.configure("account-region", ", backend: {type: s3, bucket: states, region: eu-west-2}")
    folder.refused("the states would be in s3://states/")


def test_a_state_at_the_place_of_a_new_one(folder: Folder) -> None:
    folder.state("trial-us-east-1.tfstate").write_text("{}")
    folder.refused("state/trial-us-east-1.tfstate is there already")


def test_a_deployment_that_is_running(folder: Folder) -> None:
    with folder.state("trial.tfstate").open("r+b") as held:
        fcntl.lockf(held, fcntl.LOCK_EX)
        folder.refused("a deployment is working on state/trial.tfstate")


def test_a_state_that_was_not_saved(folder: Folder) -> None:
    (folder.path / "cdktf.out" / "stacks" / "trial" / "errored.tfstate").write_text("{}")
    folder.refused("an earlier run could not save its state")


def test_a_stack_that_both_layouts_have(run: Run, tmp_path: Path) -> None:
    """An account that is called as a region's stack of another one."""
    folder = Folder(tmp_path, run)
    second = '  - {name: trial-eu-west-2, id: "333333333333"}\n'
    for layout in ("account", "account-region"):
        text = FULL.format(layout=layout, more="").replace(
            'accounts: [{name: trial, id: "222222222222"}]',
            f'accounts:\n  - {{name: trial, id: "222222222222"}}\n{second}',
        )
        (tmp_path / "organization.yaml").write_text(text)
        if layout == "account":
            assert run("synth").returncode == 0
    folder.state("").mkdir()
    folder.refused("`trial-eu-west-2` is a stack of both layouts")


@pytest.mark.parametrize(
    ("backend", "kept"),
    [
        ("{type: s3, bucket: states, region: eu-west-2}", "s3://states/baseline/trial.tfstate stays"),
        ("{type: cloud, organization: example}", "the workspace baseline-trial of example at app.terraform.io stays"),
    ],
)
def test_states_that_are_elsewhere_stay_and_are_named(run: Run, tmp_path: Path, backend: str, kept: str) -> None:
    folder = Folder(tmp_path, run)
    folder.configure("account", f", backend: {backend}")
    assert run("synth").returncode == 0
    folder.configure("account-region", f", backend: {backend}")
    done = run("lock", "--layout", "account-region")
    assert done.returncode == 0, done.stderr
    assert kept in done.stdout


def test_before_anything_is_deployed_the_layout_is_free(run: Run, tmp_path: Path) -> None:
    Folder(tmp_path, run).configure("account-region")
    done = run("lock", "--layout", "account-region")
    assert done.returncode == 2
    assert "nothing has to be moved" in done.stderr


def test_what_was_adopted_stays_adopted(folder: Folder) -> None:
    lock: Any = parse_lock(folder.lock, "organization.lock.json")
    key = next(entry.key for entry in lock.entries)
    adopted = lock.adopting(key, "10000000-0000-0000-0000-000000000000", ["alias/x"])
    (folder.path / "organization.lock.json").write_text(adopted.render())
    assert folder.run("lock", "--layout", "account-region").returncode == 0
    assert parse_lock(folder.lock, "organization.lock.json").adopted == adopted.adopted
