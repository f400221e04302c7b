"""What many tests share: the sample organization, synthesized once for the whole run."""

import json
import os
import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

from baseline.configuration.load import Configuration, load
from baseline.features import FEATURES
from baseline.inventory import Inventory, expand
from baseline.lock import Lock
from baseline.purposes import PURPOSES

# A busy machine is no failure of an example.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")

ROOT = Path(__file__).parent.parent
SHIPPED = ROOT / "organization.yaml"
"""The sample that README deploys, with features."""
SAMPLE = ROOT / "tests" / "sample.yaml"
"""The same organization without features: 5 accounts in 2 regions, their keys and nothing else."""
EVERYWHERE = tuple(sorted(name for name, purpose in PURPOSES.items() if purpose.feature is None))
"""The purposes of which every region of every account has a key."""
COMMAND = ROOT / ".venv" / "bin" / "kms-baseline"

Stacks = Mapping[str, Mapping[str, Any]]
"""The JSON of each stack by its name."""


def keys_of_the_sample(*features: str) -> dict[str, int]:
    """How many keys of each purpose the sample has with these features on."""
    return {
        name: 5 if purpose.feature and FEATURES[purpose.feature].place == "home region" else 10
        for name, purpose in PURPOSES.items()
        if purpose.feature is None or purpose.feature in features
    }


KEYS_OF_THE_SAMPLE = sum(keys_of_the_sample().values())


def configuration(text: str) -> Configuration:
    """A configuration from text; messages call it organization.yaml."""
    return load(text, "organization.yaml")


def inventory(text: str, lock: Lock | None = None) -> Inventory:
    """What a configuration expands to, with an empty lock unless another is given."""
    return expand(configuration(text).organization, lock or Lock())


@pytest.fixture(scope="session", autouse=True)
def _cache_of_this_run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The user's cache stays as it is, and nothing that an earlier run built is taken over."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
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
        return subprocess.run(
            [str(COMMAND), *map(str, arguments)],
            cwd=tmp_path,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=limit,
            check=False,
        )

    return command


@pytest.fixture(scope="session")
def sample_stacks(tmp_path_factory: pytest.TempPathFactory) -> Stacks:
    """The sample's stacks as the command synthesizes them."""
    folder = tmp_path_factory.mktemp("sample")
    (folder / "organization.yaml").write_bytes(SAMPLE.read_bytes())
    subprocess.run([str(COMMAND), "synth"], cwd=folder, check=True, capture_output=True, timeout=120)
    return read_stacks(folder / "cdktf.out")


DEPLOYED = "tests/deployed/"
STAGES = ("nothing_deployed", "bucket_taken", "switched_on", "changed", "switched_off", "switched_on_again")
"""The fixtures of the one deployment that most tests with Terraform share, each built on the one before."""
LONG = ("test_demo.py", "test_shapes.py", "test_schema.py", "test_synthesized.py")
"""Files with single tests that take a minute."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The shared deployment first, stage by stage; then what takes long."""
    items.sort(key=lambda item: (_stage(item) or len(STAGES) + 1, item.path.name not in LONG))


def _stage(item: pytest.Item) -> int:
    """The number of the stage that a test looks at; 0: none."""
    return sum(name in STAGES for name in getattr(item, "fixturenames", ()))


class OneDeployment(LoadFileScheduling):  # type: ignore[misc]
    """A file's tests in one process, and those of the shared deployment together."""

    def _split_scope(self, nodeid: str) -> str:
        file: str = super()._split_scope(nodeid)
        return DEPLOYED if file.startswith(DEPLOYED) else file


@pytest.hookimpl(optionalhook=True)  # xdist may be switched off
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> OneDeployment:
    return OneDeployment(config, log)
