"""What is measured: this program from nothing and after small changes, and the alternatives, at several sizes."""

import importlib.util
import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from benchmarks.measure import Figures, clean_environment, measure
from benchmarks.organizations import OPTIONAL, kind, organization
from stacks.stamping import builders

COMMAND = Path(sys.executable).with_name("kms-baseline")
ROOT = Path(__file__).parent.parent
AWS_CDK = ROOT / ".install" / "aws-cdk"
"""Where `make bench` puts AWS CDK for Python, apart from what the program needs."""


@dataclass(frozen=True, slots=True)
class Size:
    """An organization: its accounts, the regions of each, and of how many kinds accounts are."""

    accounts: int
    regions: int
    kinds: int = 1
    every_purpose: bool = False
    """Whether the purposes are on as well that nobody has otherwise."""

    @property
    def keys(self) -> int:
        """Before some accounts switch two regions off."""
        return self.accounts * self.regions * (3 + (len(OPTIONAL) if self.every_purpose else 0))

    def text(self, changed: str = "") -> str:
        return organization(self.accounts, self.regions, self.kinds, changed, every_purpose=self.every_purpose)


class Run(NamedTuple):
    """One thing that was measured."""

    size: Size
    what: str
    figures: Figures


def ours(size: Size, *, only_cold: bool = False) -> Iterator[Run]:
    """This program in one folder: cold, then with small changes."""
    with TemporaryDirectory() as temporary:
        folder = Path(temporary)
        environment = {**clean_environment(), "XDG_CACHE_HOME": str(folder / "cache")}

        def run(what: str, *words: str, changed: str = "") -> Run:
            (folder / "organization.yaml").write_text(size.text(changed), encoding="utf-8")
            return Run(size, what, measure([str(COMMAND), *words], folder, environment))

        yield run("synth, cold", "synth")
        if only_cold:
            return
        yield run("synth, nothing changed", "synth")
        if size.kinds > 1:
            yield run("synth, one account changed, known shape", "synth", changed=kind(size.kinds - 1, size.regions))
        yield run("synth, one account changed, new shape", "synth", changed="keys: {deletion_window_days: 9}")
        yield run("export, all shapes known", "export", "audit")
        yield run("export --check", "export", "audit", "--check")
        yield run("check", "check")
        yield run("prove, all properties", "prove")
        yield run("keys --format json", "keys", "--format", "json")


def alternative(size: Size, name: str) -> Run | None:
    """A module of this folder that makes the same keys in its own way; None where it is not installed."""
    if name == "aws_cdk" and not AWS_CDK.is_dir():
        return None
    with TemporaryDirectory() as temporary:
        folder = Path(temporary)
        (folder / "organization.yaml").write_text(size.text(), encoding="utf-8")
        environment = clean_environment() | {"PYTHONPATH": os.pathsep.join([str(ROOT), str(AWS_CDK)])}
        if name == "typed":  # our constructs as we build them, lazy bindings included
            environment["NODE_OPTIONS"] = builders.environment(folder)["NODE_OPTIONS"]
        command = [sys.executable, "-m", f"benchmarks.{name}", str(folder / "organization.yaml"), str(folder / "out")]
        return Run(size, name, measure(command, folder, environment))


def warm_up() -> None:
    """What only the first run on a machine pays: Python's bytecode, and the packages that jsii unpacks."""
    size = Size(1, 1)
    for _ in ours(size, only_cold=True):
        pass
    for name in ("plain_cdktf", "typed", "aws_cdk"):
        alternative(size, name)
    assert shutil.which("node")
    assert importlib.util.find_spec("cdktf")
