"""Plans of stacks with adopted keys, held against the lock: Terraform says nothing where the state has another key.

https://github.com/hashicorp/terraform/issues/33188
"""

from collections.abc import Iterable, Iterator, Mapping

from baseline import names
from baseline.adoption.imports import adopted_imports
from baseline.errors import Refusal
from baseline.import_blocks import IMPORTS_FILE, render
from baseline.inventory import Inventory
from deployment.plan import StackPlan
from deployment.stack import StackFolder
from files.whole import write_whole
from stacks.check import check_imports


def write_imports(inventory: Inventory, folders: Iterable[StackFolder], more: Mapping[str, Mapping[str, str]]) -> None:
    """Let Terraform import what a deployment takes over, by stack, beside what the lock says."""
    for folder in folders:
        stack = inventory.by_name[folder.name]
        imports = {**adopted_imports(inventory.lock, stack), **more[folder.name]}
        check_imports(stack, imports)
        write_whole(folder.folder / IMPORTS_FILE, render(imports).encode())


def refuse_others_than_adopted(inventory: Inventory, plans: Iterable[StackPlan]) -> None:
    """Raise Refusal where a state has another key than the one that the lock has as adopted, or would move its alias."""
    lines = [line for plan in plans for line in _others(inventory, plan)]
    if lines:
        raise Refusal(
            "\n".join(["the lock has adopted other keys than the states have; nothing was applied", *lines]),
            "look at both keys, and keep the one in use: `git checkout` brings back the lock of before the adoption, and "
            "`terraform state rm ADDRESS` makes a state forget a key",
        )


def _others(inventory: Inventory, plan: StackPlan) -> Iterator[str]:
    for key in inventory.by_name[plan.stack.name].keys:
        where = f"{key.account} {key.region} {key.purpose}"
        adopted = inventory.lock.adopted.get(key.locked.key)
        of_key, of_alias, _ = names.key_addresses(key.address, published=True)
        known = plan.keys.known.get(of_key, adopted)
        if adopted is None:
            continue
        if known != adopted:
            yield f"  {where}: adopted is {adopted}, and the state has {known}"
        elif of_alias in plan.keys.imported and plan.keys.targets.get(of_alias) != adopted:
            yield f"  {where}: {key.alias} is at the key {plan.keys.targets.get(of_alias)}, and adopted is {adopted}"
