"""Fills a running sandbox with accounts, from the command's side."""

import json
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, field

from sandbox.pages import ask


@dataclass(frozen=True, slots=True)
class AccountSeed:
    """An account that exists, with the principals that its key policies may name."""

    account_id: str
    partition: str
    roles: tuple[str, ...] = ()
    """As ARNs write them after the account: `role/SecurityAdministrators`, `role/aws-reserved/sso.amazonaws.com/X`."""
    users: tuple[str, ...] = ()
    """The same of users: `user/NAME`, `user/path/NAME`."""
    recorders: tuple[str, ...] = ()
    """The regions in which AWS Config records already."""
    manages: str = ""
    """The ID of the organization whose management account it is."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """An access key that only the sandbox knows."""

    access_key_id: str
    secret_access_key: str = field(repr=False)


def seed(
    url: str, caller_account_id: str, accounts: Sequence[AccountSeed], deploy_roles: Collection[str]
) -> Credentials:
    """Create the accounts' roles and users, and answer the access key of a user in the caller's account.

    Every role trusts the caller's account. `deploy_roles` are full ARNs; they are created as well and may do
    everything. Seeding again adds what is new and answers the same key. Raises WorldError when the sandbox refuses.
    """
    request = {
        "caller_account_id": caller_account_id,
        "accounts": [asdict(account) for account in accounts],
        "deploy_roles": list(deploy_roles),
    }
    return Credentials(**ask(url, "POST", "/sandbox/seed", json.dumps(request)))
