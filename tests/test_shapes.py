"""What is stamped is, byte for byte, what CDKTF writes; whatever is in the cache, and whoever runs at the same time."""

import hashlib
import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from baseline.errors import Refusal
from baseline.inventory import Inventory
from operations.project import Project
from stacks.output import staged
from stacks.stamping.cache import TemplateCache
from stacks.stamping.shape import Shapes
from stacks.stamping.synthesis import Building, synthesized
from stacks.stamping.template import Template
from stacks.stamping.templates import Templates
from tests import forked, organizations
from tests.conftest import COMMAND, EVERYWHERE, Run, inventory, some
from tests.forked import Running
from tests.plain_cdktf import plainly

NAMES = ("acct-1", "logs", "sns", "data", "acct", "acct-10", "aws", "stacks", "role", "ebs")
"""Names that also stand elsewhere in the output, and that begin with one another."""
OTHER = "999999999999"
REGIONS = ("eu-west-2", "us-east-1")


def awkward(layout: str, backend: dict[str, str]) -> str:
    """Accounts in all regions, with everything that could be taken for an account's own name, ID or role."""
    ids = [f"{111111111111 * (i + 1) % 10**12:012d}" for i in range(len(NAMES))]
    own: dict[str, Any] = {
        "logs": {"role": None},
        "sns": {"role": "role/some/path/deploy"},
        "data": {"keys": {"users": [f"arn:aws:iam::{ids[0]}:role/App", "role/x333333333333"]}},
        "acct": {"external_id": ids[3]},
        "aws": {"regions": ["eu-west-2", "us-east-1"], "home_region": "us-east-1"},
        "role": {"features": {"log_groups": False}},
    }
    named = some(list(zip(NAMES, ids, strict=True)))
    accounts = [organizations.account(name, id, **own.get(name, {})) for name, id in named]
    features = {
        "cloudtrail": True,
        "backup": True,
        "ebs_default_encryption": True,
        "log_group_encryption": True,
        "savings_plans_notifications": {"emails": ["finops@example.com"]},
        "log_groups": {"groups": [{"name": f"/of/{ids[1]}/and/acct-1"}, {"name": "aws"}]},
    }
    statement = {
        "Sid": "Mine",
        "Effect": "Deny",
        "Principal": {"AWS": "*"},
        "Action": "kms:Decrypt",
        "Condition": {"StringEquals": {"kms:EncryptionContext:a": ['a "quote", a \\, é and %{that}', ids[6]]}},
    }
    keys = {
        "administrators": ["role/A", f"user/{OTHER}"],
        "purposes": {"ebs": {"share_with": ids[:3], "statements": [statement]}},
    }
    organization = {"id": "o-a1b2c3d4e5", "home_region": "eu-west-2", "regions": REGIONS}
    tags = {ids[4]: "a key of an object", "own": ids[5]}
    written = {
        "version": 1,
        "organization": {**organization, "tags": tags},
        "deployment": {"layout": layout, "backend": backend},
        "keys": keys,
        "features": features,
        "accounts": accounts,
    }
    return organizations.text(written)


def plain(text: str, folder: Path) -> dict[str, bytes]:
    """The files that CDKTF itself writes."""
    plainly(inventory(text), folder / "plain")
    return files(folder / "plain")


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def stamped(what: Inventory, folder: Path) -> dict[str, bytes]:
    with synthesized(what) as made, staged(made, folder / "stamped") as put_in_place:
        put_in_place()
    return files(folder / "stamped")


def digests(what: Inventory, building: Building) -> dict[str, str]:
    with synthesized(what, building) as made:
        return {stack.name: hashlib.sha256(text.encode()).hexdigest() for stack, text in made.texts()}


@pytest.mark.parametrize(
    ("layout", "backend"),
    [
        ("account-region", {"type": "cloud", "organization": "example"}),
        ("account", {"type": "s3", "bucket": "states", "region": "eu-west-2"}),
    ],
)
def test_an_awkward_organization_is_stamped_as_cdktf_writes_it(
    tmp_path: Path, layout: str, backend: dict[str, str]
) -> None:
    text = awkward(layout, backend)
    assert len(inventory(text).keys) > 2.5 * len(REGIONS) * len(some(NAMES))
    expected, made = plain(text, tmp_path), stamped(inventory(text), tmp_path)
    assert set(made) == set(expected)
    assert [name for name in made if made[name] != expected[name]] == []


def test_many_accounts_are_as_if_every_stack_were_built_by_itself() -> None:
    accounts = [organizations.account(f"account-{i}", f"{i:012d}", **own(i)) for i in some(range(50))]
    what = inventory(organizations.text(organizations.organization(*accounts, regions=REGIONS)))
    assert len(what.keys) == len(accounts) * len(REGIONS) * len(EVERYWHERE)
    by_itself = digests(what, Building(full=True))
    assert len(by_itself) == len(accounts)
    assert digests(what, Building()) == by_itself


def own(number: int) -> dict[str, Any]:
    """Some accounts have settings of their own."""
    return {"keys": {"deletion_window_days": 7 + number % 4}} if number % 20 == 0 else {}


SMALL = organizations.organization(
    organizations.account("data", "033333333333"), organizations.account("network", "222222222222")
)


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What CDKTF writes of the small organization."""
    return plain(organizations.text(SMALL), tmp_path_factory.mktemp("plain"))


@pytest.fixture
def unbuilt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a small organization, and an empty cache beside it."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "organization.yaml").write_text(organizations.text(SMALL), encoding="utf-8")
    return tmp_path


@pytest.fixture(scope="session")
def cache_of_small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache with the shape of the small organization."""
    folder = tmp_path_factory.mktemp("built")
    (folder / "organization.yaml").write_text(organizations.text(SMALL), encoding="utf-8")
    variables = {**os.environ, "XDG_CACHE_HOME": str(folder / "cache")}
    assert forked.run([str(COMMAND), "synth"], folder, variables, 300).returncode == 0
    return folder / "cache"


@pytest.fixture
def project(unbuilt: Path, cache_of_small: Path) -> Path:
    """The same, with everything built before."""
    shutil.copytree(cache_of_small, unbuilt / "cache")
    return unbuilt


def output(project: Path) -> dict[str, bytes]:
    return files(project / "cdktf.out")


def without_node(project: Path) -> str:
    """A PATH on which there is no Node: what needs it fails."""
    empty = project / "empty"
    empty.mkdir(exist_ok=True)
    return str(empty)


class TestNothingNew:
    """Where every shape is known, Node is not needed."""

    def test_an_unchanged_organization_rewrites_no_file(self, run: Run, project: Path) -> None:
        assert run("synth").returncode == 0
        before = {path: path.stat().st_mtime_ns for path in (project / "cdktf.out").rglob("*.json")}
        assert run("synth", PATH=without_node(project)).returncode == 0
        assert {path: path.stat().st_mtime_ns for path in (project / "cdktf.out").rglob("*.json")} == before

    def test_an_account_of_a_known_shape_is_added(self, run: Run, project: Path) -> None:
        assert run("synth").returncode == 0
        before = output(project)
        more = {**SMALL, "accounts": [*SMALL["accounts"], organizations.account("new", "444444444444")]}
        (project / "organization.yaml").write_text(organizations.text(more), encoding="utf-8")
        assert run("synth", PATH=without_node(project)).returncode == 0
        after = output(project)
        assert {name for name in after if after[name] != before.get(name)} == {
            "manifest.json",
            "stacks/new/cdk.tf.json",
        }
        assert after == plain(organizations.text(more), project)

    def test_another_line_of_the_file_is_no_other_shape(self, run: Run, project: Path) -> None:
        assert run("synth").returncode == 0
        (project / "organization.yaml").write_text("# a comment\n\n" + organizations.text(SMALL), encoding="utf-8")
        assert run("synth", PATH=without_node(project)).returncode == 0

    def test_full_builds_all_the_same(self, run: Run, project: Path, small: dict[str, bytes]) -> None:
        assert run("synth", "--full", PATH=without_node(project)).returncode == 3
        assert run("synth", "--full").returncode == 0
        assert output(project) == small


class TestOutputFolder:
    """Whatever is in the output folder, it is right afterwards."""

    def test_damage_is_mended(self, run: Run, project: Path) -> None:
        assert run("synth").returncode == 0
        before = output(project)
        stacks = project / "cdktf.out" / "stacks"
        (stacks / "data" / "cdk.tf.json").write_text("{}")
        (stacks / "network" / "cdk.tf.json").unlink()
        (stacks / "network" / "cdk.tf.json").symlink_to(project / "organization.yaml")
        (project / "cdktf.out" / "manifest.json").write_text("damaged")
        assert run("synth").returncode == 0
        assert output(project) == before
        assert (project / "organization.yaml").read_text() == organizations.text(SMALL)

    def test_a_removed_account_goes_with_its_file(self, run: Run, project: Path) -> None:
        assert run("synth").returncode == 0
        less = {**SMALL, "accounts": SMALL["accounts"][:1], "retired": [{"account": "222222222222", "then": "gone"}]}
        (project / "organization.yaml").write_text(organizations.text(less), encoding="utf-8")
        assert run("synth", PATH=without_node(project)).returncode == 0
        assert sorted(output(project)) == ["manifest.json", "stacks/data/cdk.tf.json"]
        assert list(json.loads(output(project)["manifest.json"])["stacks"]) == ["data"]


def entries(project: Path) -> list[Path]:
    return sorted((project / "cache" / "kms-baseline").iterdir())


def forged(entry: Path, old: str, new: str) -> None:
    """Another text in a template, with the right sum."""
    body = entry.read_bytes().partition(b"\n")[2].replace(old.encode(), new.encode())
    total = hashlib.sha256(entry.stem.encode() + body).hexdigest()
    entry.write_bytes(total.encode() + b"\n" + body)


class TestCache:
    """A cache is never trusted blindly."""

    @pytest.mark.parametrize(
        "damage",
        [
            pytest.param(lambda _: b"", id="empty"),
            pytest.param(lambda _: b"{}", id="other JSON"),
            pytest.param(lambda whole: whole[:-10], id="cut"),
            pytest.param(lambda whole: whole.replace(b"managed by", b"damaged by"), id="changed"),
        ],
    )
    def test_a_damaged_entry_is_not_used(self, run: Run, project: Path, damage: Callable[[bytes], bytes]) -> None:
        [entry] = entries(project)
        entry.write_bytes(damage(entry.read_bytes()))
        assert run("synth", PATH=without_node(project)).returncode == 3

    def test_a_damaged_entry_is_built_again(self, run: Run, project: Path, small: dict[str, bytes]) -> None:
        [entry] = entries(project)
        whole = entry.read_bytes()
        entry.write_bytes(whole[:-10])
        old = entry.with_name("old.template")
        old.write_text("old")
        os.utime(old, (0, 0))
        assert run("synth").returncode == 0
        assert output(project) == small
        assert entry.read_bytes() == whole
        assert not old.exists(), "nobody used it for long"

    @pytest.mark.parametrize(("old", "new"), [("kms:Decrypt", "kms:*"), ("prevent_destroy", "ignore_changes")])
    def test_an_entry_that_differs_from_the_inventory_is_not_used(
        self, run: Run, project: Path, old: str, new: str
    ) -> None:
        [entry] = entries(project)
        forged(entry, old, old)
        assert run("synth", PATH=without_node(project)).returncode == 0
        forged(entry, old, new)
        assert run("synth", PATH=without_node(project)).returncode == 3

    def test_what_the_sample_finds_is_built_again(self, run: Run, project: Path) -> None:
        """A description is nothing that the Inventory is held against; but it is in the sample."""
        [entry] = entries(project)
        forged(entry, "managed by kms-baseline", "managed by nobody")
        account = organizations.account("new", "444444444444", regions=["eu-west-2"])
        more = {**SMALL, "accounts": [*SMALL["accounts"], account]}
        (project / "organization.yaml").write_text(organizations.text(more), encoding="utf-8")
        assert run("synth").returncode == 0
        assert output(project) == plain(organizations.text(more), project)

    def test_a_cache_that_proved_wrong_is_not_used_again(self, tmp_path: Path) -> None:
        """Not even where another run puts the same back, or where nothing can be removed."""
        cache = TemplateCache(tmp_path / "users")
        templates = Templates(TemplateCache(tmp_path / "own"), cache)
        cache.write("shape", Template("{}", "{}", {}))
        assert templates.has("shape", lambda _: None)
        templates.distrust()
        assert not cache.read("shape")
        cache.write("shape", Template("{}", "{}", {}))
        assert not templates.has("shape", lambda _: None)

    @pytest.mark.parametrize("library", ["cdktf", "cdktf_cdktf_provider_aws", "jsii", "constructs"])
    def test_another_version_of_a_library_builds_again(self, project: Path, library: str) -> None:
        changed = project / "changed"
        folder = changed / f"{library}-99.0.dist-info"
        folder.mkdir(parents=True)
        (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {library}\nVersion: 99.0\n")
        variables = {**os.environ, "PATH": without_node(project), "PYTHONPATH": str(changed)}
        done = subprocess.run(
            [str(COMMAND), "synth"], cwd=project, env=variables, capture_output=True, text=True, timeout=300,
        )  # fmt: skip
        assert done.returncode == 3
        assert "`node` is not on PATH" in done.stderr

    def test_a_cache_that_cannot_be_written_stops_nothing(
        self, run: Run, unbuilt: Path, small: dict[str, bytes]
    ) -> None:
        (unbuilt / "cache").write_text("in the way")
        assert run("synth").returncode == 0
        assert output(unbuilt) == small


class TestTwoAtOnce:
    """Two runs into one folder."""

    def test_both_succeed_and_leave_what_one_leaves(self, unbuilt: Path, small: dict[str, bytes]) -> None:
        runs = [Running([str(COMMAND), "synth"], unbuilt, os.environ) for _ in range(2)]
        done = [process.end(300) for process in runs]
        assert [each.returncode for each in done] == [0, 0], done
        assert output(unbuilt) == small
        assert sorted(path.name for path in unbuilt.iterdir() if path.name.startswith(".")) == []

    def test_what_another_run_recorded_meanwhile_is_not_lost(self, run: Run, project: Path) -> None:
        slow = Project(project / "organization.yaml")
        assert slow.lock_differs
        more = {**SMALL, "accounts": [*SMALL["accounts"], organizations.account("new", "444444444444")]}
        (project / "organization.yaml").write_text(organizations.text(more), encoding="utf-8")
        assert run("lock").returncode == 0
        recorded = (project / "organization.lock.json").read_text()
        with pytest.raises(Refusal, match="changed by another run meanwhile"):
            slow.record_keys()
        assert (project / "organization.lock.json").read_text() == recorded


def processes_with(text: str) -> Iterator[int]:
    """The processes in whose environment a text is."""
    for entry in Path("/proc").glob("[0-9]*/environ"):
        try:
            if text.encode() in entry.read_bytes():
                yield int(entry.parent.name)
        except OSError:
            continue


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="needs Linux")
def test_an_interrupt_of_the_command_alone_ends_its_builder_and_node(unbuilt: Path) -> None:
    process = subprocess.Popen([str(COMMAND), "synth"], cwd=unbuilt, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    process.stderr.readline()  # it has begun
    until = time.monotonic() + 60
    while len(list(processes_with(f"{unbuilt}/cache"))) < 3 and time.monotonic() < until:
        time.sleep(0.05)  # until the builder has started Node
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert (process.returncode, said) == (130, "interrupted\n")
    assert list(processes_with(f"{unbuilt}/cache")) == []
    assert files(unbuilt).keys() == {"organization.yaml"}


class TestExactness:
    """When a stack is no copy of others, it is built by itself."""

    def test_alike_are_stacks_that_differ_in_name_id_and_role(self) -> None:
        stacks = inventory(organizations.text(SMALL)).stacks
        first, second = (Shapes("1").of(stack) for stack in stacks)
        assert first.digest == second.digest
        assert first.values != second.values

    def test_other_versions_make_other_shapes(self) -> None:
        [stack, _] = inventory(organizations.text(SMALL)).stacks
        assert Shapes("1").of(stack).digest != Shapes("2").of(stack).digest

    @pytest.mark.parametrize("role", ['a"b', "a\\b", "${a}", "a\nb", "é"])
    def test_a_value_that_is_written_otherwise_than_it_is_makes_a_stack_of_itself(self, role: str) -> None:
        [stack, _] = inventory(organizations.text(SMALL)).stacks
        changed = replace(stack, providers=tuple(replace(provider, role=role) for provider in stack.providers))
        assert Shapes("1").of(stack).values
        assert not Shapes("1").of(changed).values

    @pytest.mark.parametrize(
        ("stack", "exact"),
        [
            ({"//": {"outputs": {"SYMBOL": {"a": "a"}}}}, True),
            ({"tags": {"a": "SYMBOL", "b": ["SYMBOL"]}}, True),
            ({"tags": {"SYMBOL": "a", "b": "b"}}, False),
            ({"list": [{"tags": {"of SYMBOL": "a"}}]}, False),
        ],
    )
    def test_no_order_depends_on_a_symbol(self, stack: Mapping[str, Any], exact: bool) -> None:
        assert Template(json.dumps(stack), "", {"name": "SYMBOL"}).is_exact() is exact
