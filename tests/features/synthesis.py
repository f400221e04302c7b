"""The synthesized JSON of a configuration, for the tests of features."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from baseline.inventory import Inventory
from stacks.check import check
from tests.conftest import Stacks, read_stacks
from tests.plain_cdktf import plainly

TWO_BY_TWO = """\
version: 1
organization: {home_region: eu-west-2, regions: [eu-west-2, us-east-1]}
accounts:
  - {name: payer, id: "111111111111", role: null, deployer: user/Ada}
  - {name: data, id: "033333333333"}
"""
"""Two accounts, two regions, no feature."""


def synthesize(inventory: Inventory, folder: Path) -> Stacks:
    """The JSON of every stack, as CDKTF writes it and the check lets it pass."""
    plainly(inventory, folder)
    stacks = read_stacks(folder)
    for stack in inventory.stacks:
        check(stack, stacks[stack.name])
    return stacks


def resources(stack: Mapping[str, Any], type: str) -> Mapping[str, Any]:
    """The resources of a type by name; none is an empty mapping."""
    found: Mapping[str, Any] = stack.get("resource", {}).get(type, {})
    return found


def removed(stack: Mapping[str, Any]) -> Iterator[str]:
    """The addresses that Terraform forgets without destroying anything."""
    for block in stack.get("removed", []):
        assert block["lifecycle"] == {"destroy": False}
        yield block["from"]
