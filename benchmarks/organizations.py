"""Configurations of any size."""

from baseline.regions import AWS


def organization(accounts: int, regions: int) -> str:
    """The text of a configuration with so many accounts and regions (at most 17), three keys in each."""
    enabled = ", ".join(AWS.regions[:regions])
    listed = "\n".join(f'  - {{name: account-{i}, id: "{i:012d}"}}' for i in range(1, accounts + 1))
    return (
        "version: 1\n"
        f"organization: {{home_region: {AWS.regions[0]}, regions: [{enabled}]}}\n"
        "keys: {administrators: [role/SecurityAdministrators]}\n"
        f"accounts:\n{listed}\n"
    )
