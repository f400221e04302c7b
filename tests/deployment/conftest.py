"""What the tests of the deployment share: the real Terraform, stand-ins for it, and stacks to run them on."""

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from deployment.binaries import Terraform
from deployment.deploy import Rollout
from deployment.events import Event, OnEvent
from tests.stand_in_terraform import VERSION, stand_in_terraform

Synthesize = Callable[..., Path]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """An environment with nothing in it but the PATH and an empty home."""
    home = tmp_path / "home"
    home.mkdir()
    # The tests' Terraform, which is first on the PATH, finds the real one by it.
    tested = {name: value for name, value in os.environ.items() if name == "KMS_BASELINE_TESTED_TERRAFORM"}
    return {"PATH": os.environ["PATH"], "HOME": str(home), "XDG_DATA_DIRS": str(home / "share"), **tested}


@pytest.fixture
def output(tmp_path: Path) -> Path:
    return tmp_path / "output"


@pytest.fixture
def synthesize(output: Path) -> Synthesize:
    """Writes a stack as the generator does, with local state beside the output folder."""

    def write(stack: str, **blocks: Any) -> Path:
        folder = output / "stacks" / stack
        folder.mkdir(parents=True, exist_ok=True)
        backend = {"backend": {"local": {"path": f"../../../state/{stack}.tfstate"}}}
        content = {"terraform": backend | blocks.pop("terraform", {}), **blocks}
        (folder / "cdk.tf.json").write_text(json.dumps(content))
        return folder

    return write


@pytest.fixture
def events() -> list[Event]:
    return []


@pytest.fixture
def stand_in(tmp_path: Path) -> Callable[[Mapping[str, str]], Terraform]:
    """A shell script in place of Terraform: one piece of shell for each of its commands."""

    def write(parts: Mapping[str, str]) -> Terraform:
        folder = stand_in_terraform(tmp_path, **(PLAN_CREATES_ONE | dict(parts)))
        return Terraform(folder / "terraform", VERSION, "linux_amd64")

    return write


PLAN_CREATES_ONE = {
    "init": "exit 0",
    "plan": "exit 2",
    "show": """echo '{"resource_changes": [{"address": "aws_kms_key.sns", "type": "aws_kms_key",
        "change": {"actions": ["create"]}}]}'""",
    "apply": "echo 'aws_kms_key.sns: Creation complete after 9s [id=1]'",
}


@pytest.fixture
def deploying(output: Path, tmp_path: Path, environment: dict[str, str], events: list[Event]) -> Callable[..., Rollout]:
    """A deployment of the output folder that records its events."""

    def make(terraform: Terraform, on_event: OnEvent = events.append, parallelism: int | None = None) -> Rollout:
        return Rollout(
            terraform=terraform,
            output=output,
            folder=tmp_path / "run",
            environment=environment,
            on_event=on_event,
            parallelism=parallelism,
        )

    return make


@pytest.fixture
def two_stacks(synthesize: Synthesize) -> tuple[str, str]:
    synthesize("data")
    synthesize("logs")
    return ("data", "logs")
