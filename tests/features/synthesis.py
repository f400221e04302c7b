"""The synthesized JSON of a configuration, for the tests of features."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from baseline.inventory import Inventory
from stacks.stamping.synthesis import synthesized
from tests.conftest import Stacks

TWO_BY_TWO = """\
version: 1
organization: {home_region: eu-west-2, regions: [eu-west-2, us-east-1]}
accounts:
  - {name: payer, id: "111111111111", role: null}
  - {name: data, id: "033333333333"}
"""
"""Two accounts, two regions, no feature."""


def synthesize(inventory: Inventory, folder: Path) -> Stacks:
    """The JSON of every stack."""
    with synthesized(inventory) as made:
        return {stack.name: json.loads(text) for stack, text in made.texts()}


def resources(stack: Mapping[str, Any], type: str) -> Mapping[str, Any]:
    """The resources of a type by name; none is an empty mapping."""
    found: Mapping[str, Any] = stack.get("resource", {}).get(type, {})
    return found


def removed(stack: Mapping[str, Any]) -> Iterator[str]:
    """The addresses that Terraform forgets without destroying anything."""
    for block in stack.get("removed", []):
        assert block["lifecycle"] == {"destroy": False}
        yield block["from"]
