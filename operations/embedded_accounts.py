"""The organization as the embedded AWS knows it: accounts, and what the configuration says that they have already."""

from collections.abc import Iterator

from baseline.features.cloudtrail import CLOUDTRAIL, CloudtrailSettings
from baseline.features.log_group_encryption import NAME as LOG_GROUP_ENCRYPTION
from baseline.features.log_group_encryption import LogGroupEncryptionSettings
from baseline.iam.arns import Arn
from baseline.organization import Account, NamedPrincipal, Organization
from sandbox.seed import AccountSeed, Credentials, seed


def seed_accounts(url: str, organization: Organization) -> Credentials:
    """Fill a running sandbox. The credentials are of an account whose stacks use the caller's own, if there is one."""
    caller = next((a for a in organization.accounts if a.role is None), organization.accounts[0])
    roles = [account.role for account in organization.accounts if account.role is not None]
    return seed(url, caller.id, [_account(organization, account) for account in organization.accounts], roles)


def _account(organization: Organization, account: Account) -> AccountSeed:
    named = {Arn.parse(p.arn).resource for p in _named(organization) if p.account_id == account.id}
    return AccountSeed(
        account_id=account.id,
        partition=organization.partition,
        roles=tuple(sorted(name for name in named if name.startswith("role/"))),
        users=tuple(sorted(name for name in named if name.startswith("user/"))),
        recorders=_recorders(account),
        manages=_managed_organization(organization, account),
    )


def _recorders(account: Account) -> tuple[str, ...]:
    """Where AWS Config records already, as `recorder: existing` says."""
    use = account.features.get(LOG_GROUP_ENCRYPTION)
    exist = use and isinstance(use.settings, LogGroupEncryptionSettings) and use.settings.recorder == "existing"
    return account.regions if exist else ()


def _managed_organization(organization: Organization, account: Account) -> str:
    """The organization's ID, where the account makes its trail, as only the management account can."""
    use = account.features.get(CLOUDTRAIL.name)
    makes_trail = use and isinstance(use.settings, CloudtrailSettings) and use.settings.scope == "organization"
    return organization.id or "" if makes_trail else ""


def _named(organization: Organization) -> Iterator[NamedPrincipal]:
    for account in organization.accounts:
        for settings in account.keys.values():
            for principal in (*settings.administrators, *settings.users):
                if not principal.is_pattern and not principal.is_account:
                    yield principal
