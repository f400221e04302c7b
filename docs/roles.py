"""What the page about the deployment role shows: the actions by feature, and the policy for keys alone."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from baseline.configuration.load import load
from baseline.deployer.actions import ACTIONS
from baseline.deployer.needed import deployment_roles
from baseline.deployer.plan import policy
from baseline.expansion import expand
from baseline.features import FEATURES
from baseline.inventory import Inventory
from baseline.lock import Lock

EVERYTHING = Path(__file__).parent / "templates" / "bootstrap.yaml"
KEYS = """\
version: 1
organization: {home_region: eu-west-2, regions: [eu-west-2]}
accounts: [{name: workloads, id: "222222222222"}]
"""


class Row(NamedTuple):
    """A type of Terraform resource, and the actions that it needs."""

    type: str
    actions: tuple[str, ...]


def rows(*types: str) -> list[Row]:
    """The rows of these types."""
    return [Row(type, tuple(sorted({a for words in ACTIONS[type].values() for a in words.split()}))) for type in types]


def of_features() -> Iterator[tuple[str, list[Row]]]:
    """Every feature with the types of what it makes."""
    types: dict[str, dict[str, None]] = {name: {} for name in FEATURES}
    for stack in _inventory(EVERYTHING.read_text(encoding="utf-8")).stacks:
        for part in stack.parts:
            types[part.site.feature] |= dict.fromkeys(resource.type for resource in part.resources())
    for name, found in types.items():
        yield name, rows(*sorted(found))


def policy_for_keys() -> str:
    """The policy of a role that makes keys and nothing else."""
    [role] = deployment_roles(_inventory(KEYS))
    written: Mapping[str, object] = policy(role.statements)
    return json.dumps(written, indent=2).replace("{account}", "222222222222")


def _inventory(text: str) -> Inventory:
    return expand(load(text, "organization.yaml").organization, Lock())
