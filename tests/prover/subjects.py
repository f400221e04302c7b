"""The keys of tests/policy_cases.py, as the prover takes them, and other settings of the same account."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from baseline.inventory import Inventory, Key
from baseline.prover.subject import Subject, subject
from tests.policy_cases import REGIONS, Case, keys_of, organization


@cache
def subject_of(case: Case) -> Subject:
    """The key of a case."""
    settings = {"iam_delegation": case.settings.delegation, "separate_duties": case.settings.separate_duties}
    return of_key(organization(case.partition, settings), keys_of(case.settings)[case.purpose])


def of_key(inventory: Inventory, key: Key) -> Subject:
    organization = inventory.organization
    account = next(account for account in organization.accounts if account.id == key.account_id)
    return subject(key, account, organization)


def keys_with(partition: str = "aws", **keys: Any) -> Mapping[str, tuple[Subject, Key]]:
    """By purpose: the key in the first region, with what is said of keys."""
    inventory = organization(partition, keys)
    region = REGIONS[partition][0]
    return {key.purpose: (of_key(inventory, key), key) for key in inventory.keys if key.region == region}
