"""The tree on CDK Terrain, by the step that the page shows, where the packages are installed."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.conftest import ROOT, read_stacks
from tests.test_bindings import LIST_OF_NODE

TERRAIN = ROOT / ".install" / "terrain"
PACKAGES = (
    "baseline",
    "cli",
    "deployment",
    "files",
    "live",
    "modules",
    "operations",
    "requirements",
    "sandbox",
    "stacks",
)
EVERYTHING = (ROOT / "docs" / "templates" / "bootstrap.yaml").read_text(encoding="utf-8") + (
    # Three accounts of one shape: two of them are stamped.
    '  - {name: apple, id: "444444444444"}\n  - {name: berry, id: "555555555555"}\n  - {name: cherry, id: "666666666666"}\n'
)
RUN = "import sys; from cli.main import main; sys.exit(main(['synth']))"


class Synthesized(NamedTuple):
    """What one of the two wrote, and the files of the bindings that its Node loaded."""

    stacks: dict[str, Any]
    metadata: dict[str, Any]
    loaded: list[str]


def synthesized(tree: Path, python: Path, folder: Path, path: str) -> Synthesized:
    folder.mkdir()
    (folder / "organization.yaml").write_text(EVERYTHING, encoding="utf-8")
    (folder / "list.cjs").write_text(LIST_OF_NODE)
    variables = {
        **os.environ,
        "PATH": path,
        "PYTHONPATH": str(tree),
        "XDG_CACHE_HOME": str(folder / "cache"),
        "NODE_OPTIONS": f"--require {folder / 'list.cjs'}",
        "LIST": str(folder / "loaded"),
    }
    done = subprocess.run(
        [python, "-c", RUN], cwd=folder, env=variables, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr
    stacks = {name: dict(stack) for name, stack in read_stacks(folder / "cdktf.out").items()}
    metadata = {name: stack.pop("//") for name, stack in stacks.items()}
    loaded = (folder / "loaded").read_text().splitlines()
    return Synthesized(stacks, metadata, [file for file in loaded if "/provider-aws/lib/" in file])


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> tuple[Synthesized, Synthesized]:
    """By CDKTF, and by CDK Terrain in a copy of the tree."""
    if not (TERRAIN / "bin" / "python").exists():
        pytest.skip("CDK Terrain is not installed; `make terrain` does it")
    made = tmp_path_factory.mktemp("terrain")
    tree = made / "tree"
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tree / package, ignore=shutil.ignore_patterns("__pycache__"))
    page = (ROOT / "docs" / "cdk-terrain.md").read_text(encoding="utf-8")
    [step] = re.findall(r"<!-- step -->\n```sh\n(.*?)```", page, re.DOTALL)
    subprocess.run(["bash", "-euc", step], cwd=tree, check=True)
    own = os.environ["PATH"]
    terrain = f"{TERRAIN / 'node_modules' / '.bin'}{os.pathsep}{own}"
    return (
        synthesized(ROOT, Path(sys.executable), made / "cdktf", own),
        synthesized(tree, TERRAIN / "bin" / "python", made / "cdktn", terrain),
    )


def test_every_stack_is_the_same_but_for_metadata(both: tuple[Synthesized, Synthesized]) -> None:
    cdktf, cdktn = both
    assert len(cdktf.stacks) == 5
    assert cdktn.stacks == cdktf.stacks
    versions = [{stack["metadata"]["version"] for stack in made.metadata.values()} for made in both]
    assert versions == [{"0.21.0"}, {"0.24.0"}]
    for made in both:
        for stack in made.metadata.values():
            del stack["metadata"]["version"]
    assert json.dumps(cdktn.metadata, sort_keys=True) == json.dumps(cdktf.metadata, sort_keys=True)


def test_shapes_and_lazy_bindings_work_as_with_cdktf(both: tuple[Synthesized, Synthesized]) -> None:
    """One of three accounts of a shape is built, and few of the bindings are loaded."""
    for made in both:
        assert 0 < len(made.loaded) < 300
        berry = json.dumps(made.stacks["berry"]).replace("555555555555", "444444444444").replace("berry", "apple")
        assert json.loads(berry) == made.stacks["apple"]
