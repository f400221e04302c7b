"""How the product is built: every package has its layer, and files import each other in no circle."""

import tomllib
from graphlib import TopologicalSorter

import grimp

from tests.conftest import ROOT

_LINTER = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
PACKAGES = _LINTER["root_packages"]
NOT_LAYERED = {"benchmarks", "docs", "tests"}


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
