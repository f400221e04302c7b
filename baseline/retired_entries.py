"""Entries under `retired`, as the configuration would have them."""

from collections.abc import Collection, Mapping, Sequence

from baseline.lock import KeyIdentity
from baseline.organization import EVERY_ACCOUNT, Account


def entry_for(lost: Sequence[KeyIdentity], wanted: Collection[KeyIdentity], accounts: Mapping[str, Account]) -> str:
    """An entry that would retire all of them and none that is wanted; where there is none, one for the first."""
    first = lost[0]
    account = accounts.get(first.account_id)
    name = account.name if account else f'"{first.account_id}"'
    own, region, purpose = {"account": name}, {"region": first.region}, {"purpose": first.purpose}
    every = {"account": f'"{EVERY_ACCOUNT}"'}
    for entry in (own, own | region, own | purpose, every | region, every | purpose, every | region | purpose):
        of_entry = [key for key in (*lost, *wanted) if _is_of(entry, key, first)]
        if len(lost) > 1 and of_entry == list(lost):
            return _written(entry)
    return _written(own | region | purpose)


def _is_of(entry: Mapping[str, str], key: KeyIdentity, first: KeyIdentity) -> bool:
    """Whether an entry about the first key is also about this one."""
    return (
        (EVERY_ACCOUNT in entry["account"] or key.account_id == first.account_id)
        and ("region" not in entry or key.region == first.region)
        and ("purpose" not in entry or key.purpose == first.purpose)
    )


def _written(entry: Mapping[str, str]) -> str:
    """As one line of YAML."""
    return f"- {{{', '.join(f'{name}: {value}' for name, value in entry.items())}, then: keep}}"
