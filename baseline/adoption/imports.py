"""What Terraform imports of adopted keys."""

from baseline import names
from baseline.inventory import Stack
from baseline.lock import AccountRegion, Lock


def adopted_imports(lock: Lock, stack: Stack) -> dict[str, str]:
    """What a stack imports of keys that the lock has as adopted: Terraform addresses with IDs.

    A block for an address that the state has does nothing, so they stay in place for good.
    """
    found: dict[str, str] = {}
    for key in stack.keys:
        if (key_id := lock.adopted.get(key.locked.key)) is None:
            continue
        there = lock.lines[AccountRegion(key.account_id, key.region)].adopted_names
        of_key, of_alias, of_parameter = names.key_addresses(key.address, published=True)
        found[of_key] = key_id
        if key.alias in there:
            found[of_alias] = key.alias
        if key.parameter in there and key.parameter:
            found[of_parameter] = key.parameter
    return found
