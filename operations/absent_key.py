"""Why an account has no key of a purpose in a region that it has."""

from baseline.organization import Account
from baseline.purposes.purpose import Purpose


def why_no_key(account: Account, region: str, purpose: Purpose) -> str:
    """The reason in words: it was declined, is for others, is not switched on, or was retired."""
    if declined := account.declined.get((region, purpose.name)):
        return f"it is declined by {declined.place}"
    feature = purpose.feature
    if purpose.own and (region, purpose.name) not in account.keys:
        return f"it is for other accounts or regions, by {purpose.own.source}"
    if feature is None and (region, purpose.name) not in account.keys:
        return f"switch it on: `keys: {{purposes: {{{purpose.name}: true}}}}`"
    if feature is not None and feature not in account.features:
        return f"its feature {feature} is off"
    if (region, purpose.name) not in account.keys:
        return f"that key lives in the home region, {account.home_region}"
    return "it is retired"
