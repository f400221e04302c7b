"""The app: one stack for each of the Inventory's."""

from collections.abc import Iterable
from pathlib import Path

from cdktf import App

from baseline.inventory import Stack
from stacks.account import AccountStack


def build(stacks: Iterable[Stack], folder: Path) -> App:
    """An app of these stacks, to be synthesized into a folder."""
    # CDKTF's validation looks for providers, as our check of the JSON does, and runs the `terraform` on PATH to ask it
    # for its version, which `required_version` holds wherever Terraform runs.
    app = App(outdir=str(folder), skip_validation=True)
    for stack in stacks:
        AccountStack(app, stack)
    return app
