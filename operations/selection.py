"""The keys that a person asks for."""

from collections.abc import Iterable, Iterator

from baseline.inventory import Key
from baseline.purposes import PURPOSES
from baseline.regions import PARTITIONS
from operations.project import Project, check_one_of


def select(project: Project, accounts: Iterable[str], regions: Iterable[str], purposes: Iterable[str]) -> Iterator[Key]:
    """The keys of these accounts, regions and purposes; an empty filter lets all through. Raises UsageError."""
    ids = {project.account(account).id for account in accounts}
    known = PARTITIONS[project.configuration.organization.partition].all_regions
    wanted_regions, wanted_purposes = set(regions), set(purposes)
    for region in wanted_regions:
        check_one_of(region, known, "region")
    for purpose in wanted_purposes:
        check_one_of(purpose, PURPOSES, "purpose")
    for key in project.inventory.keys:
        if (
            (not ids or key.account_id in ids)
            and (not wanted_regions or key.region in wanted_regions)
            and (not wanted_purposes or key.purpose in wanted_purposes)
        ):
            yield key
