"""The app: one stack for each of the Inventory's."""

from collections.abc import Iterable
from pathlib import Path

from cdktf import App

from baseline.inventory import Stack
from stacks.account import AccountStack


def build(stacks: Iterable[Stack], folder: Path) -> App:
    """An app of these stacks, to be synthesized into a folder."""
    app = App(outdir=str(folder))
    for stack in stacks:
        AccountStack(app, stack)
    return app
