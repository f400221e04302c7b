"""Two configurations or two policies, and what the way from one to the other means."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from baseline.backends import CloudBackend
from baseline.bill import Monthly, billed_resources, monthly
from baseline.configuration.load import Configuration, load
from baseline.errors import Undecided, UsageError
from baseline.expansion import expand
from baseline.found.place import account_in, place_of
from baseline.found_accounts import parse_found_accounts
from baseline.inventory import Inventory
from baseline.lock import Lock
from baseline.prices import Prices, prices_in
from baseline.prover.difference import Change, difference
from baseline.prover.inventories import InventoryDifference, inventory_difference
from baseline.prover.unanswered import StepsSpent, Unsupported
from files.whole import read_text
from operations.policy_file import decidable_policy
from operations.project import Project
from operations.revision import text_in_revision


@dataclass(frozen=True, slots=True)
class PolicyDifference:
    """What the change of a policy means."""

    same_text: bool
    """Whether the two are equal, but for the form."""
    changes: Sequence[Change]
    old: Mapping[str, Mapping[str, Any]]
    """The statements of the old policy, by name."""
    new: Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class BillDifference:
    """What all keys cost before and after, as if they were new."""

    prices: Prices
    old: Monthly
    new: Monthly
    resources: tuple[int, int] | None
    """In the states before and after, where HCP Terraform has and bills them; else None."""

    @property
    def changes(self) -> bool:
        """Whether it is another bill."""
        return self.old != self.new or len(set(self.resources or ())) > 1


@dataclass(frozen=True, slots=True)
class ConfigurationDifference:
    """What the change of a configuration means, for keys and for the bill."""

    keys: InventoryDifference
    bill: BillDifference | None
    """None where nobody has looked up prices."""


def difference_of_configurations(
    old: Path | None, new: Path, revision: str, prices: Prices | None = None
) -> ConfigurationDifference:
    """What changes from the old configuration to the new one; without an old file, it is the new one of a revision.

    The bill is by an owner's prices or by the public ones. Raises Mistakes and UsageError for either configuration,
    Undecided when a policy cannot be decided.
    """
    project = Project(new)
    now = _inventory(project.configuration)
    if old:
        text = read_text(old, "name the old configuration, or use --from")
        found = Project(old).found or project.found
        before = _inventory(load(text, str(old), found, project.lock.bases if found else {}))
    else:
        before = _inventory(configuration_in(project, revision))
    try:
        keys = inventory_difference(before, now)
    except (Unsupported, StepsSpent) as error:
        raise Undecided(f"not decided: {error}", "`kms-baseline prove` says of which key") from None
    return ConfigurationDifference(keys, _bill(before, now, prices_in(now.organization.partition, prices)))


def _bill(before: Inventory, now: Inventory, prices: Prices | None) -> BillDifference | None:
    if not prices:
        return None
    in_cloud = isinstance(now.organization.deployment.backend, CloudBackend)
    resources = (billed_resources(before), billed_resources(now)) if in_cloud else None
    return BillDifference(prices, monthly(before.keys, prices), monthly(now.keys, prices), resources)


def configuration_in(project: Project, revision: str) -> Configuration:
    """A project's configuration as it was, with the accounts of AWS Organizations that were recorded then."""
    text, file, found = text_in_revision(project.path, revision), f"{revision}:{project.path}", None
    with suppress(UsageError):  # nobody had recorded them yet
        place = f"{revision}:{project.found_path}"
        found = parse_found_accounts(text_in_revision(project.found_path, revision), place)
    return load(text, file, found, project.lock.bases if found else {})


def difference_of_policies(old_file: Path, new_file: Path, account_id: str, region: str) -> PolicyDifference:
    """What changes for a key of this account; empty: of the one that a policy shows. Raises Mistakes, Undecided."""
    before, after = decidable_policy(old_file), decidable_policy(new_file)
    owner = account_id or account_in(after) or account_in(before)
    before.key = after.key = place_of(after, owner, region)
    try:
        changes = difference(before.plain, after.plain, after.key.partition, owner, region=region)
    except (Unsupported, StepsSpent) as error:
        raise Undecided(f"not decided: {error}", "`kms-baseline policy validate` says what to do") from None
    old, new = ({statement["Sid"]: statement for statement in policy.plain["Statement"]} for policy in (before, after))
    return PolicyDifference(before.plain == after.plain, changes, old, new)


def _inventory(configuration: Configuration) -> Inventory:
    """What the configuration yields, whatever keys there are."""
    organization = configuration.organization
    return replace(expand(replace(organization, retired=()), Lock()), organization=organization)
