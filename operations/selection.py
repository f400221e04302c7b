"""The keys that a person asks for."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from baseline.errors import FieldPlace
from baseline.inventory import Key
from baseline.lock import KeyIdentity
from baseline.regions import PARTITIONS
from baseline.retention import Retention
from operations.project import Project, check_one_of


@dataclass(frozen=True, slots=True)
class DeclinedKey:
    """A key that would be there if its owner had not said otherwise."""

    account: str
    account_id: str
    region: str
    purpose: str
    place: FieldPlace
    """Of the line that says so."""
    reason: str
    """Empty: none is written."""


def select(project: Project, accounts: Iterable[str], regions: Iterable[str], purposes: Iterable[str]) -> Iterator[Key]:
    """The keys of these accounts, regions and purposes; an empty filter lets all through. Raises UsageError."""
    asked_for = _filter(project, accounts, regions, purposes)
    return (key for key in project.inventory.keys if asked_for(key.account_id, key.region, key.purpose))


def declined_keys(
    project: Project, accounts: Iterable[str], regions: Iterable[str], purposes: Iterable[str]
) -> Iterator[DeclinedKey]:
    """The same of the keys that are declined."""
    asked_for = _filter(project, accounts, regions, purposes)
    for account in project.inventory.organization.accounts:
        for (region, purpose), declined in account.declined.items():
            if asked_for(account.id, region, purpose):
                yield DeclinedKey(account.name, account.id, region, purpose, declined.place, declined.reason)


def forgotten_keys(
    project: Project, accounts: Iterable[str], regions: Iterable[str], purposes: Iterable[str]
) -> Iterator[KeyIdentity]:
    """The same of the retired keys that Terraform forgets and AWS still has."""
    asked_for = _filter(project, accounts, regions, purposes)
    retired = Retention(project.inventory.organization, project.lock).retired()
    return (key for key, retirement in retired.items() if retirement.forgets and asked_for(*key))


def _filter(
    project: Project, accounts: Iterable[str], regions: Iterable[str], purposes: Iterable[str]
) -> Callable[[str, str, str], bool]:
    ids = {project.account(account).id for account in accounts}
    organization = project.configuration.organization
    known = PARTITIONS[organization.partition].all_regions
    wanted_regions, wanted_purposes = set(regions), set(purposes)
    for region in wanted_regions:
        check_one_of(region, known, "region")
    for purpose in wanted_purposes:
        check_one_of(purpose, organization.purposes, "purpose")
    return lambda account_id, region, purpose: (
        (not ids or account_id in ids)
        and (not wanted_regions or region in wanted_regions)
        and (not wanted_purposes or purpose in wanted_purposes)
    )
