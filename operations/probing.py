"""Probes of accounts' regions, with real credentials or in the embedded AWS."""

import os
from collections.abc import Iterator, Mapping

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from baseline.errors import WorldError
from baseline.features.feature import Part
from baseline.features.log_group_encryption import LogGroupEncryption
from baseline.inventory import Inventory, Key, Provider
from baseline.purposes.own import not_shown
from live.probes import ProbeOutcome, described, probe_key
from live.remediations import GIVEN_UP, probe_exceptions
from live.sessions import Sessions
from operations.embedded_probes import embedded_probes
from sandbox.pages import is_sandbox

EBS_FEATURE = "ebs_default_encryption"


def planned(inventory: Inventory, account_id: str, region: str) -> Iterator[str]:
    """What the probes of one region will do."""
    by_default = _by_default(inventory, account_id, region)
    for key in _usable(inventory, account_id, region):
        for what, sids in described(key, inventory.organization.purposes[key.purpose], by_default):
            settles = f", which settles {', '.join(sids)}" if sids else ""
            yield f"{what} ({key.purpose} key){settles}"
    for part in _remediating(inventory, account_id, region):
        yield f"{GIVEN_UP} (rule {part.rule})"


def not_tried(inventory: Inventory, account_id: str, region: str) -> Iterator[str]:
    """What no probe shows of the keys of one region that are for a purpose of the owner's own."""
    for key in _usable(inventory, account_id, region):
        own = inventory.organization.purposes[key.purpose].own
        if own and (through := list(not_shown(own))):
            yield f"the {key.purpose} key is not tried through {', '.join(through)}"


def run(inventory: Inventory, account_id: str, region: str, variables: Mapping[str, str]) -> Iterator[ProbeOutcome]:
    """Run every probe of one region. Raises WorldError when the account cannot be entered."""
    endpoint = variables.get("AWS_ENDPOINT_URL")
    provider = _provider(inventory, account_id, region)
    try:
        entered = Sessions(_base(variables, region), endpoint).session(provider)
    except (BotoCoreError, ClientError) as error:
        raise WorldError(f"entering {account_id}: {error}") from error
    for key in _usable(inventory, account_id, region):
        purpose = inventory.organization.purposes[key.purpose]
        yield from probe_key(key, purpose, _by_default(inventory, account_id, region), entered, endpoint)
    for part in _remediating(inventory, account_id, region):
        yield probe_exceptions(part.rule, part.exclude, part.site.account, region, entered, endpoint)
    if endpoint is not None and is_sandbox(endpoint):
        yield from embedded_probes(inventory, account_id, region, entered, endpoint)


def _usable(inventory: Inventory, account_id: str, region: str) -> Iterator[Key]:
    """The keys of one region; one that is disabled cannot be used."""
    return (key for key in inventory.keys if (key.account_id, key.region) == (account_id, region) and key.enabled)


def _remediating(inventory: Inventory, account_id: str, region: str) -> Iterator[LogGroupEncryption]:
    """What remediates log groups by itself."""
    for part in _parts(inventory, account_id, region):
        if isinstance(part, LogGroupEncryption) and part.remediation and part.remediation.automatic:
            yield part


def _provider(inventory: Inventory, account_id: str, region: str) -> Provider:
    return next(
        provider
        for stack in inventory.stacks
        for provider in stack.providers
        if (provider.account_id, provider.region) == (account_id, region)
    )


def _by_default(inventory: Inventory, account_id: str, region: str) -> bool:
    return any(part.site.feature == EBS_FEATURE for part in _parts(inventory, account_id, region))


def _parts(inventory: Inventory, account_id: str, region: str) -> Iterator[Part]:
    parts = (part for stack in inventory.stacks for part in stack.parts)
    return (part for part in parts if (part.site.account_id, part.site.region) == (account_id, region))


def _base(variables: Mapping[str, str], region: str) -> boto3.Session:
    """The caller's own session: of this process's environment, or of another one that leads to an embedded AWS."""
    if variables is os.environ:
        return boto3.Session(region_name=region)
    return boto3.Session(variables["AWS_ACCESS_KEY_ID"], variables["AWS_SECRET_ACCESS_KEY"], region_name=region)
