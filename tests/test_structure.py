"""How the product is built: every package has its layer, files import each other in no circle, and all is short."""

import ast
import tomllib
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import grimp

from tests.conftest import ROOT

_LINTER = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
PACKAGES = _LINTER["root_packages"]
NOT_LAYERED = {"benchmarks", "docs", "tests"}
LONGEST_FILE = 250
LONGEST_FUNCTION = 40
"""In lines, from `def` to the end, with the docstring."""


def test_every_package_has_its_place_in_the_layers() -> None:
    """What the contracts do not name they do not hold; `make check` holds what they name."""
    top, *inside = (contract for contract in _LINTER["contracts"] if contract["type"] == "layers")
    assert {name.strip() for layer in top["layers"] for name in layer.split("|")} == set(PACKAGES)
    assert all(contract["exhaustive"] for contract in inside)
    folders = {file.relative_to(ROOT).parts[0] for file in ROOT.glob("[a-z]*/*.py")}
    assert folders - NOT_LAYERED == set(PACKAGES)


def test_no_files_import_each_other_in_a_circle() -> None:
    graph = grimp.build_graph(*PACKAGES, cache_dir=None)
    imported = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
    assert len(imported) > len(PACKAGES)
    TopologicalSorter(imported).prepare()  # names the circle


def product() -> Iterator[Path]:
    """The files of the product."""
    for package in PACKAGES:
        yield from (ROOT / package).rglob("*.py")


def test_no_file_is_long() -> None:
    lengths = {str(path): len(path.read_text(encoding="utf-8").splitlines()) for path in product()}
    assert len(lengths) > len(PACKAGES)
    assert {path: length for path, length in lengths.items() if length > LONGEST_FILE} == {}


def test_no_function_is_long() -> None:
    assert [place for path in product() for place in long_functions(path)] == []


def long_functions(path: Path) -> Iterator[str]:
    """The functions of a file that are too long, with their lengths."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno
            length = node.end_lineno - node.lineno + 1
            if length > LONGEST_FUNCTION:
                yield f"{path}:{node.lineno}: {node.name} has {length} lines"


KNOWS_THE_REGISTRY = {
    "baseline.configuration.own_names",
    "baseline.configuration.key_sections",
    "baseline.configuration.validate",
    "baseline.configuration.values",
    "baseline.lock_reading",
    "baseline.prover.meant",
    "cli.policy.meant",
    "operations.new_configuration",
}
"""What reads a configuration or a lock, writes a first one, or speaks of keys of others, which are in no organization."""


def test_whatever_follows_from_an_organization_asks_it_for_its_purposes() -> None:
    graph = grimp.build_graph("baseline", "cli", "live", "modules", "operations", "stacks")
    readers = graph.find_modules_that_directly_import("baseline.purposes")
    assert {name for name in readers if not name.startswith("baseline.purposes.")} == KNOWS_THE_REGISTRY
