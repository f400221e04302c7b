"""The app: one stack for each of the Inventory's."""

from pathlib import Path

from cdktf import App

from baseline.inventory import Inventory
from stacks.account import AccountStack


def build(inventory: Inventory, folder: Path) -> App:
    """The whole app, to be synthesized into a folder."""
    app = App(outdir=str(folder))
    for stack in inventory.stacks:
        AccountStack(app, stack)
    return app
