"""Writes the output folder: `manifest.json` and `stacks/<stack>/cdk.tf.json`, as `cdktf synth` leaves them.

Everything is built in a temporary folder beside the output and held against the Inventory first. Then each file
replaces its predecessor as a whole; what Terraform keeps beside them (`.terraform`, plans) is left alone.
"""

import atexit
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import Any

from baseline.errors import WorldError
from baseline.inventory import Inventory, Stack

STACK_FILE = "cdk.tf.json"


@contextmanager
def synthesized(inventory: Inventory, beside: Path) -> Iterator[Path]:
    """A temporary folder with everything synthesized and checked, on the file system of `beside`.

    Raises WorldError when the output is not what the Inventory says.
    """
    beside.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{beside.name}-", dir=beside.parent) as folder:
        # It would win over the folder that the app is given.
        os.environ.pop("CDKTF_OUTDIR", None)
        # Standard output is for data; whatever a program in Node prints is none.
        with _temporary_files_of_node(), redirect_stdout(sys.stderr):
            _build(inventory, Path(folder))
        for stack in inventory.stacks:
            check(stack, json.loads((Path(folder) / "stacks" / stack.name / STACK_FILE).read_text(encoding="utf-8")))
        yield Path(folder)


@contextmanager
def _temporary_files_of_node() -> Iterator[None]:
    """Let Node unpack into a folder that goes when we end: a Node that is interrupted leaves its files behind."""
    folder = tempfile.mkdtemp(prefix="kms-baseline-node-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    former = os.environ.get("TMPDIR")
    os.environ["TMPDIR"] = folder
    try:
        yield
    finally:
        if former is None:
            del os.environ["TMPDIR"]
        else:
            os.environ["TMPDIR"] = former


def _build(inventory: Inventory, folder: Path) -> None:
    """Build and synthesize the app. Raises WorldError when Node fails."""
    from jsii.errors import JSIIError

    try:
        from stacks.app import build  # starts Node, which nothing but a synth needs

        build(inventory, folder).synth()
    # What Node's errors arrive as, and what its sudden end looks like from here.
    except (JSIIError, RuntimeError, BrokenPipeError, json.JSONDecodeError) as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise WorldError(
            f"Node failed while synthesizing: {reason}",
            "see that Node runs and that the disk has room; nothing was written",
        ) from error


def publish(inventory: Inventory, folder: Path, output: Path) -> None:
    """Move what was synthesized into the output folder, the manifest last; take away the files of former stacks."""
    former = _stacks_in(output)
    for stack in inventory.stacks:
        target = output / "stacks" / stack.name / STACK_FILE
        target.parent.mkdir(parents=True, exist_ok=True)
        (folder / "stacks" / stack.name / STACK_FILE).replace(target)
    (folder / "manifest.json").replace(output / "manifest.json")
    for name in former - {stack.name for stack in inventory.stacks}:
        (output / "stacks" / name / STACK_FILE).unlink(missing_ok=True)


def _stacks_in(output: Path) -> set[str]:
    """The stacks of an earlier synth into this folder; none when there is no manifest that can be read."""
    try:
        manifest = json.loads((output / "manifest.json").read_text(encoding="utf-8"))
        return {name for name in manifest["stacks"] if Path(name).name == name}
    except (OSError, ValueError, KeyError, TypeError):
        return set()


def check(stack: Stack, synthesized: Mapping[str, Any]) -> None:
    """Hold a stack's JSON against the Inventory. Raises WorldError naming what differs: then nothing is written."""
    resources = {f"{kind}.{name}" for kind, of_kind in synthesized.get("resource", {}).items() for name in of_kind}
    unprotected = {
        f"aws_kms_key.{name}"
        for name, key in synthesized.get("resource", {}).get("aws_kms_key", {}).items()
        if key.get("lifecycle", {}).get("prevent_destroy") is not True
    }
    providers = [provider["alias"] for provider in synthesized.get("provider", {}).get("aws", [])]
    removed = synthesized.get("removed", [])
    forgotten = [block["from"] for block in removed]
    differences = {
        "resources": resources ^ stack.addresses(),
        "keys without prevent_destroy": unprotected,
        "providers": set(providers) ^ {provider.alias for provider in stack.providers},
        "providers written twice": {alias for alias in providers if providers.count(alias) > 1},
        "outputs": set(synthesized.get("output", {})) ^ {key.output for key in stack.keys},
        "forgotten addresses": set(forgotten) ^ set(stack.forgotten),
        "addresses forgotten twice": {address for address in forgotten if forgotten.count(address) > 1},
        "addresses destroyed": {
            block["from"] for block in removed if block.get("lifecycle", {}).get("destroy") is not False
        },
    }
    wrong = [f"{what}: {', '.join(sorted(names))}" for what, names in differences.items() if names]
    if wrong:
        raise WorldError(
            f"the synthesized stack `{stack.name}` differs from the configuration, so nothing was written: "
            + "; ".join(wrong),
            "this is a defect of kms-baseline or of the installed cdktf; please report it",
        )
