"""What is loaded for what: a synth loads few of the bindings, other commands none; and the layers name everything."""

import ast
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.conftest import ROOT, SAMPLE

BINDINGS = "cdktf_cdktf_provider_aws"
HEAVY = {"cdktf", "jsii", "boto3", "jinja2", "moto"}
FOR_DEPLOYING = {"deployment", "live", "modules", "sandbox", "stacks"}
NOT_LAYERED = {"tests", "benchmarks", "docs"}


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


def test_building_loads_few_of_the_aws_bindings(tmp_path: Path) -> None:
    program = (
        "import pathlib, sys; from stacks.app import build; from tests.conftest import SAMPLE, inventory;"
        "build(inventory(SAMPLE.read_text()).stacks[:1], pathlib.Path(sys.argv[1]));"
        "print(*sys.modules, sep='\\n')"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
        timeout=120,
    )
    bindings = {name for name in done.stdout.splitlines() if name.startswith(f"{BINDINGS}.")}
    assert f"{BINDINGS}.kms_key" in bindings
    assert len(bindings) < 100


def test_a_synth_leaves_cdktf_to_another_process(tmp_path: Path) -> None:
    packages = {name.partition(".")[0] for name in loaded_after(tmp_path, "synth")}
    assert "stacks" in packages
    assert not packages & {*HEAVY, "modules", BINDINGS}


@pytest.mark.parametrize("command", ["keys", "policy show data eu-west-2 sns", "check"])
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


def test_every_package_has_its_place_in_the_layers() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    [layers] = [contract["layers"] for contract in settings["contracts"] if contract["type"] == "layers"]
    named = {name.strip() for layer in layers for name in layer.split("|")}
    packages = {file.parent.relative_to(ROOT).parts[0] for file in ROOT.glob("[a-z]*/*.py")}
    assert packages - NOT_LAYERED == named
    assert set(settings["root_packages"]) == named
