"""What is loaded for what: a synth loads few of the bindings, other commands none."""

import ast
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from stacks.stamping.builders import environment
from tests.conftest import ROOT, SAMPLE

BINDINGS = "cdktf_cdktf_provider_aws"
HEAVY = {"cdktf", "jsii", "boto3", "jinja2", "moto"}
FOR_DEPLOYING = {"deployment", "live", "modules", "sandbox", "stacks"}


def loaded_after(folder: Path, *arguments: str) -> set[str]:
    """Every module that a command has loaded when it is done, in a process of its own."""
    (folder / "organization.yaml").write_bytes(SAMPLE.read_bytes())
    program = "import sys; from cli.main import main; code = main(sys.argv[1:]); print(*sys.modules, sep='\\n'); sys.exit(code)"
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
        timeout=120,
    )
    return set(done.stdout.splitlines())


BUILD = """
import sys
import tarfile
from pathlib import Path
from stacks.app import build
from tests.conftest import SHIPPED, inventory

build(inventory(SHIPPED.read_text()).stacks[:1], Path(sys.argv[1])).synth()
print(*sys.modules, sep="\\n")
"""
LIST_OF_NODE = """
const { appendFileSync } = require("node:fs");
process.on("exit", () => appendFileSync(process.env.LIST, Object.keys(require.cache).join("\\n") + "\\n"));
"""


@dataclass(frozen=True)
class Built:
    folder: Path
    python: frozenset[str]
    """The bindings that Python loaded."""
    node: frozenset[str]
    """The files of the AWS package that Node loaded."""

    @property
    def stack(self) -> bytes:
        [file] = self.folder.rglob("cdk.tf.json")
        return file.read_bytes()


def build(folder: Path, variables: dict[str, str]) -> Built:
    """A stack with features, built in a process of its own."""
    preload = folder / "list.cjs"
    preload.write_text(LIST_OF_NODE)
    options = f"{variables.get('NODE_OPTIONS', '')} --require {json.dumps(str(preload))}"
    done = subprocess.run(
        [sys.executable, "-c", BUILD, str(folder / "out")],
        cwd=ROOT,
        env=variables | {"NODE_OPTIONS": options, "LIST": str(folder / "loaded")},
        check=True,
        capture_output=True,
        text=True,
        timeout=120,
    )
    loaded = (folder / "loaded").read_text().splitlines()
    return Built(
        folder / "out",
        frozenset(name for name in done.stdout.splitlines() if name.startswith(f"{BINDINGS}.")),
        frozenset(file for file in loaded if "/@cdktf/provider-aws/lib/" in file),
    )


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """By the process that a synth starts."""
    folder = tmp_path_factory.mktemp("lazy bindings")  # Node takes a path with a blank too
    return build(folder, environment(folder))


def test_building_loads_few_of_the_aws_bindings(built: Built) -> None:
    assert f"{BINDINGS}.kms_key" in built.python
    assert len(built.python) < 100


def test_node_too_loads_few_of_them(built: Built) -> None:
    assert any(file.endswith("/kms-key/index.js") for file in built.node)
    assert len(built.node) < 100


def test_the_lazy_index_of_the_bindings_gives_what_their_own_gives(built: Built, tmp_path: Path) -> None:
    of_the_package = build(tmp_path, dict(os.environ))
    assert len(of_the_package.node) > 1_000
    assert of_the_package.stack == built.stack


def test_node_options_of_the_user_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NODE_OPTIONS", "--max-old-space-size=3000")
    assert " --max-old-space-size=3000 --require " in environment(tmp_path)["NODE_OPTIONS"]


def test_a_synth_leaves_cdktf_to_another_process(tmp_path: Path) -> None:
    packages = {name.partition(".")[0] for name in loaded_after(tmp_path, "synth")}
    assert "stacks" in packages
    assert not packages & {*HEAVY, "modules", BINDINGS}


@pytest.mark.parametrize("command", ["--help", "keys", "policy show data eu-west-2 sns", "check"])
def test_a_command_that_synthesizes_nothing_loads_nothing_heavy_and_nothing_of_other_commands(
    tmp_path: Path, command: str
) -> None:
    packages = {name.partition(".")[0] for name in loaded_after(tmp_path, *command.split())}
    assert "baseline" in packages
    assert not packages & (HEAVY | FOR_DEPLOYING)


def test_the_main_program_has_at_most_a_dozen_lines_of_code() -> None:
    tree = ast.parse((ROOT / "main.py").read_text(encoding="utf-8"))
    body = tree.body[1:] if ast.get_docstring(tree) else tree.body
    lines = {line for part in body for line in range(part.lineno, (part.end_lineno or part.lineno) + 1)}
    text = (ROOT / "main.py").read_text(encoding="utf-8").splitlines()
    assert 0 < sum(1 for line in lines if text[line - 1].strip()) <= 12
