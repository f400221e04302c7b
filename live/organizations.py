"""What AWS Organizations says of accounts: their names, states, organizational units and tags.

Of an account only `State` is read: `Status` was to go in September 2026.
https://docs.aws.amazon.com/organizations/latest/APIReference/API_Account.html
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from baseline.found_accounts import FoundAccount
from live.asking import pages


def read_accounts(organizations: Any) -> Iterator[FoundAccount]:
    """Every account, without its tags and regions. Raises what boto3 raises."""
    units = dict(_units(organizations))
    for account in pages(organizations, "list_accounts", "Accounts"):
        unit = units.get(_parent(organizations, account), "/")
        yield FoundAccount(account["Id"], account["Name"], account["State"], unit)


def read_tags(organizations: Any, account_id: str, keys: Collection[str]) -> Mapping[str, str | None]:
    """These tags of an account; None for one that it does not have. Raises what boto3 raises."""
    tags = pages(organizations, "list_tags_for_resource", "Tags", ResourceId=account_id)
    found = {tag["Key"]: tag["Value"] for tag in tags}
    return {key: found.get(key) for key in keys}


def read_regions(ec2: Any) -> tuple[str, ...]:
    """The opt-in regions that are enabled in the account of the client. Raises what boto3 raises.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeRegions.html
    """
    answer = ec2.describe_regions(AllRegions=True)
    return tuple(sorted(r["RegionName"] for r in answer["Regions"] if r["OptInStatus"] == "opted-in"))


def _parent(organizations: Any, account: Mapping[str, Any]) -> str:
    """The ID of the unit or root in which an account is: the last of its path but for itself."""
    if not account.get("Paths"):
        return str(organizations.list_parents(ChildId=account["Id"])["Parents"][0]["Id"])
    steps = account["Paths"][0].strip("/").split("/")
    return str(steps[-2] if steps[-1] == account["Id"] else steps[-1])


def _units(organizations: Any) -> Iterator[tuple[str, str]]:
    """By ID: the path of every organizational unit by its names. A slash in a name becomes an underscore."""
    below = [(root["Id"], "") for root in pages(organizations, "list_roots", "Roots")]
    yield from ((id, "/") for id, _ in below)
    while below:
        parent, path = below.pop()
        for unit in pages(
            organizations, "list_organizational_units_for_parent", "OrganizationalUnits", ParentId=parent
        ):
            own = f"{path}/{unit['Name'].replace('/', '_')}"
            yield unit["Id"], own
            below.append((unit["Id"], own))
