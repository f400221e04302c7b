"""Configurations of any size, seeded: the same arguments always give the same text."""

import random

from baseline.purposes import PURPOSES
from baseline.regions import AWS

OWN_SETTINGS_OF = 20
"""One account in so many has settings of its own."""
SEED = 6


OPTIONAL = [name for name, purpose in PURPOSES.items() if purpose.optional]


def organization(accounts: int, regions: int, kinds: int = 1, changed: str = "", *, every_purpose: bool = False) -> str:
    """The text of a configuration with so many accounts and regions (at most 17), three keys in each.

    `every_purpose`: with every purpose switched on as well that nobody has otherwise.

    `kinds` are the kinds of accounts: most are of the first, one in twenty of another, with settings of its own.
    `changed` is written to the last account in place of its own.
    """
    enabled = ", ".join(AWS.regions[:regions])
    own = _own(accounts, regions, kinds)
    purposes = f", purposes: {{{', '.join(f'{name}: true' for name in OPTIONAL)}}}" if every_purpose else ""
    if changed:
        own[accounts] = changed
    listed = "\n".join(
        f'  - {{name: {_name(i)}, id: "{_id(i)}"{", " if i in own else ""}{own.get(i, "")}}}'
        for i in range(1, accounts + 1)
    )
    return (
        "version: 1\n"
        f"organization: {{home_region: {AWS.regions[0]}, regions: [{enabled}]}}\n"
        f"keys: {{administrators: [role/SecurityAdministrators]{purposes}}}\n"
        f"accounts:\n{listed}\n"
    )


def kind(number: int, regions: int) -> str:
    """The settings of an account of a kind; 0 is the kind that most are of."""
    some_off = f"regions: [{', '.join(AWS.regions[: max(1, regions - 2)])}]"
    features = "features: {ebs_default_encryption: true, log_groups: {groups: [{name: /aws/app, retention_days: 90}]}}"
    few = (some_off, features, "keys: {users: [role/Application]}", "keys: {deletion_window_days: 14}")
    return few[number - 1] if number <= len(few) else f"keys: {{rotation_period_days: {100 + number}}}"


def _own(accounts: int, regions: int, kinds: int) -> dict[int, str]:
    """By the account's number, what it has of its own; every kind occurs where there are accounts enough."""
    others = [1 + i % (kinds - 1) for i in range(accounts // OWN_SETTINGS_OF)] if kinds > 1 else []
    # The last account has none: it is the one that is changed.
    chosen = random.Random(SEED).sample(range(1, accounts), len(others))
    return {number: kind(which, regions) for number, which in zip(chosen, others, strict=True)}


def _name(number: int) -> str:
    return f"account-{number}"


def _id(number: int) -> str:
    return f"{random.Random(number).randrange(10**11, 10**12)}"
