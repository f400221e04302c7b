"""Which stacks of a project are deployed: all of them, or those of some accounts, of a change, of a part of the work."""

import re
from collections.abc import Iterable
from contextlib import suppress

from baseline.adoption.imports import adopted_imports
from baseline.errors import UsageError
from baseline.expansion import expand
from baseline.inventory import Inventory
from baseline.lock import Lock
from baseline.lock_reading import parse_lock
from baseline.names import Layout
from operations.comparison import configuration_in
from operations.project import Project
from operations.revision import text_in_revision
from stacks.stamping.shape import Shape, Shapes

Shard = tuple[int, int]
"""A part, from 1, and how many parts there are."""


def parse_shard(text: str) -> Shard:
    """`2/5` is the second of five parts. Raises UsageError."""
    found = re.fullmatch(r"([1-9][0-9]{0,3})/([1-9][0-9]{0,3})", text)
    part, parts = map(int, found.groups()) if found else (1, 0)
    if part > parts:
        raise UsageError(f"`{text}` is no part of a whole", "write I/N with I from 1 to N, such as `--shard 2/5`")
    return part, parts


def chosen_stacks(
    project: Project, accounts: Iterable[str], changed_from: str | None, shard: Shard | None
) -> list[str]:
    """The stacks of these accounts, by name or ID (of none: all), that a revision has otherwise, and of one part.

    The parts are of the same size up to one, whatever each of them holds. Raises UsageError for an account or a revision
    that is not there, and Mistakes for a configuration that cannot be read.
    """
    changed = None if changed_from is None else changed_stacks(project, changed_from)
    ids = {project.account(account).id for account in accounts}
    names = [stack.name for stack in project.inventory.stacks if not ids or stack.providers[0].account_id in ids]
    if changed is not None:
        names = [name for name in names if name in changed]
    return names[shard[0] - 1 :: shard[1]] if shard else names


def changed_stacks(project: Project, revision: str) -> frozenset[str]:
    """The stacks that this project has otherwise than a revision of it, or new, by what this program makes of both.

    Where two stacks are of one shape with the same values, their JSON is the same: `stacks/stamping/shape.py`.
    """
    # Two Inventories are never there at once: what knows the shapes of the former one goes with it.
    former, before = _in_short(_inventory_in(project, revision), Shapes(project.shapes.versions))
    layout, now = _in_short(project.inventory, project.shapes)
    if layout != former:
        raise UsageError(
            f"in revision {revision} the layout is `{former}`, and here it is `{layout}`: every stack is another",
            "deploy without --changed-from",
        )
    return frozenset(name for name, written in now.items() if before.get(name) != written)


def _in_short(inventory: Inventory, shapes: Shapes) -> tuple[Layout, dict[str, tuple[Shape, dict[str, str]]]]:
    """The layout, and by stack what decides its files."""
    written = {stack.name: (shapes.of(stack), adopted_imports(inventory.lock, stack)) for stack in inventory.stacks}
    return inventory.organization.deployment.layout, written


def _inventory_in(project: Project, revision: str) -> Inventory:
    """The Inventory of a revision, by its own configuration and lock."""
    configuration, lock = configuration_in(project, revision), Lock()
    with suppress(UsageError):  # nothing was generated yet
        text = text_in_revision(project.lock_path, revision)
        lock = project.lock if text == project.lock_text else parse_lock(text, f"{revision}:{project.lock_path}")
    return expand(configuration.organization, lock)
