"""What many tests share: the sample organization, synthesized once for the whole run."""

import gc
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import pytest
import xdist
from hypothesis import HealthCheck, settings
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

from baseline.configuration.load import Configuration, load
from baseline.errors import WorldError
from baseline.expansion import expand
from baseline.features import FEATURES
from baseline.inventory import Inventory
from baseline.lock import Lock
from baseline.purposes import PURPOSES
from deployment.binaries import Terraform, find_terraform
from deployment.mirror import SYSTEM_FOLDERS, Mirror, find_mirror
from stacks.versions import REQUIRED_PROVIDER
from tests import forked

# Collecting tests makes much and leaves little as garbage.
gc.set_threshold(100_000, 20, 50)
# A busy machine is no failure of an example.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("quick", settings.get_profile("patient"), max_examples=20)
settings.load_profile("patient")

ROOT = Path(__file__).parent.parent
SHIPPED = ROOT / "organization.yaml"
"""The sample that README deploys, with features."""
SAMPLE = ROOT / "tests" / "sample.yaml"
"""The same organization without features: 5 accounts in 2 regions, their keys and nothing else."""
EVERYWHERE = tuple(sorted(name for name, purpose in PURPOSES.items() if purpose.is_everywhere))
"""The purposes of which every region of every account has a key."""
COMMAND = ROOT / ".venv" / "bin" / "kms-baseline"

Example = TypeVar("Example")

Stacks = Mapping[str, Mapping[str, Any]]
"""The JSON of each stack by its name."""


def keys_of_the_sample(*features: str) -> dict[str, int]:
    """How many keys of each purpose the sample has with these features on."""
    return {
        name: 5 if purpose.feature and FEATURES[purpose.feature].place == "home region" else 10
        for name, purpose in PURPOSES.items()
        if purpose.is_everywhere or purpose.feature in features
    }


KEYS_OF_THE_SAMPLE = sum(keys_of_the_sample().values())


def configuration(text: str) -> Configuration:
    """A configuration from text; messages call it organization.yaml."""
    return load(text, "organization.yaml")


def inventory(text: str, lock: Lock | None = None) -> Inventory:
    """What a configuration expands to, with an empty lock unless another is given."""
    return expand(configuration(text).organization, lock or Lock())


def some(examples: Sequence[Example]) -> Sequence[Example]:
    """All of them in `make test`. In `make quick` every fifth, as Hypothesis makes a fifth of its examples there."""
    return examples[:: 100 // settings().max_examples]


def examples(number: int) -> settings:
    """For a test by Hypothesis that takes another number of examples in `make test` than others."""
    return settings(max_examples=len(some(range(number))))


@pytest.fixture(scope="session", autouse=True)
def _cache_of_this_run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The user's cache stays as it is, and nothing that an earlier run built is taken over. All workers share one."""
    folder = tmp_path_factory.getbasetemp()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str((folder.parent if xdist.is_xdist_worker(request) else folder) / "cache"))
        yield


@pytest.fixture(scope="session")
def sample() -> Configuration:
    return load(SAMPLE.read_text(encoding="utf-8"), "organization.yaml")


@pytest.fixture(scope="session")
def sample_inventory(sample: Configuration) -> Inventory:
    return expand(sample.organization, Lock())


def read_stacks(folder: Path) -> Stacks:
    """The stacks of an output folder."""
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    return {
        name: json.loads((folder / stack["synthesizedStackPath"]).read_text(encoding="utf-8"))
        for name, stack in manifest["stacks"].items()
    }


Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """The command as a person runs it, in an empty folder."""

    def command(*arguments: str | Path, limit: float = 120, **environment: str) -> subprocess.CompletedProcess[str]:
        return forked.run([str(COMMAND), *map(str, arguments)], tmp_path, {**os.environ, **environment}, limit)

    return command


@pytest.fixture(scope="session")
def sample_stacks(tmp_path_factory: pytest.TempPathFactory) -> Stacks:
    """The sample's stacks as the command synthesizes them."""
    folder = tmp_path_factory.mktemp("sample")
    (folder / "organization.yaml").write_bytes(SAMPLE.read_bytes())
    assert forked.run([str(COMMAND), "synth"], folder, os.environ, 120).returncode == 0
    return read_stacks(folder / "cdktf.out")


REQUIRED = "KMS_BASELINE_REQUIRE_TERRAFORM"
"""Set in CI: a machine without Terraform, its AWS provider or cdktf fails the tests that need them."""
NO_TERRAFORM = ROOT / "tests" / "no_terraform"
"""A folder with a `terraform` that refuses."""
WITH_TERRAFORM = ROOT / "tests" / "with_terraform"
"""A folder with a `terraform` that is the real one, and verifies the provider once instead of at each command."""
REAL_TERRAFORM = shutil.which(os.environ.get("TERRAFORM_BINARY_NAME") or "terraform")


def missing(reason: str) -> NoReturn:
    """Skip the test because of what this machine lacks, or fail it in CI."""
    if os.environ.get(REQUIRED):
        pytest.fail(f"{REQUIRED} is set, and {reason}")
    pytest.skip(reason)


@pytest.fixture(scope="session")
def terraform() -> Terraform:
    """The real Terraform. Tests without this fixture cannot run it, and are those of `make quick`."""
    try:
        return find_terraform(os.environ)
    except WorldError as error:
        missing(str(error))


@pytest.fixture(scope="session")
def provider_mirror(terraform: Terraform) -> Mirror:
    """The real AWS provider, on this machine."""
    mirror = find_mirror(terraform, REQUIRED_PROVIDER["version"], os.environ, SYSTEM_FOLDERS)
    return mirror or missing("no local mirror of the AWS provider was found")


def pytest_configure(config: pytest.Config) -> None:
    """All workers fork the same."""
    if config.getoption("numprocesses", None):
        forked.begin()


def pytest_itemcollected(item: pytest.Item) -> None:
    if _has_terraform(item):
        item.add_marker("terraform")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, bool | None, bool | None]:
    """Nobody forgets to ask for Terraform: who did not finds one that refuses."""
    with pytest.MonkeyPatch.context() as patch:
        folder = WITH_TERRAFORM if _has_terraform(item) else NO_TERRAFORM
        if REAL_TERRAFORM or folder == NO_TERRAFORM:
            patch.setenv("PATH", str(folder), prepend=os.pathsep)
            patch.setenv("KMS_BASELINE_TESTED_TERRAFORM", REAL_TERRAFORM or "")
            patch.delenv("TERRAFORM_BINARY_NAME", raising=False)
        return (yield)


def _has_terraform(item: pytest.Item) -> bool:
    return "terraform" in _fixtures(item)


def _fixtures(item: pytest.Item) -> Sequence[str]:
    """The fixtures that a test asks for, and those that they ask for."""
    return getattr(item, "fixturenames", ())


DEPLOYED = "tests/deployed/"
STAGES = ("nothing_deployed", "bucket_taken", "switched_on", "changed", "switched_off", "switched_on_again")
"""The fixtures of the one deployment that most tests with Terraform share, each built on the one before."""
LONG = (
    *("test_demo.py", "test_no_key_twice.py", "test_from_0_1_0.py", "test_own_repository.py", "test_mutants.py"),
    *("test_shapes.py", "test_schema.py", "test_synthesized.py", "test_likeness.py", "test_scanners.py"),
    *("test_features_again.py", "test_bootstrap_applied.py", "test_deploy.py", "test_modes.py", "test_deployed.py"),
)
"""Files that take a minute or more: begun last, one of them would keep a core busy while the others have nothing to do."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """In `make quick` a fifth of each test's cases. The shared deployment first, stage by stage; then what takes long."""
    cases: dict[str, list[pytest.Item]] = {}
    for item in items:
        cases.setdefault(item.nodeid.partition("[")[0], []).append(item)
    kept = {item for of_a_test in cases.values() for item in some(of_a_test)}
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = [item for item in items if item in kept]
    items.sort(key=lambda item: (_stage(item) or len(STAGES) + 1, item.path.name not in LONG))


def _stage(item: pytest.Item) -> int:
    """The number of the stage that a test looks at; 0: none."""
    return sum(name in STAGES for name in _fixtures(item))


class OneDeployment(LoadFileScheduling):  # type: ignore[misc]
    """A file's tests in one process, and those of the shared deployment together."""

    def _split_scope(self, nodeid: str) -> str:
        file: str = super()._split_scope(nodeid)
        return DEPLOYED if file.startswith(DEPLOYED) else file


@pytest.hookimpl(optionalhook=True)  # xdist may be switched off
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> OneDeployment:
    return OneDeployment(config, log)
