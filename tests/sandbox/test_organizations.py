"""AWS Organizations tells accounts as AWS does: a few at a time, by state and path."""

import re

from tests.sandbox.conftest import CALLER_ACCOUNT, DEPLOY_ROLE, Client


def test_accounts_come_in_short_pages_with_state_and_path(client: Client) -> None:
    organizations = client("organizations")
    organizations.create_organization(FeatureSet="ALL")
    root = organizations.list_roots()["Roots"][0]["Id"]
    unit = organizations.create_organizational_unit(ParentId=root, Name="Unit")["OrganizationalUnit"]["Id"]
    ids = [
        organizations.create_account(AccountName=f"{i}", Email="a@example.com")["CreateAccountStatus"]["AccountId"]
        for i in range(25)
    ]
    organizations.move_account(AccountId=ids[0], SourceParentId=root, DestinationParentId=unit)
    pages = list(organizations.get_paginator("list_accounts").paginate())
    assert [len(page["Accounts"]) for page in pages] == [20, 6]
    told = {account["Id"]: account for page in pages for account in page["Accounts"]}
    assert set(told) == {CALLER_ACCOUNT, *ids}
    assert {account["State"] for account in told.values()} == {"ACTIVE"}
    assert not any("Status" in account for account in told.values())
    assert re.fullmatch(rf"o-[a-z0-9]+/{root}/{unit}/{ids[0]}/", told[ids[0]]["Paths"][0])
    assert told[ids[1]]["Paths"] == [told[ids[0]]["Paths"][0].replace(f"{unit}/{ids[0]}", ids[1])]
    organizations.close_account(AccountId=ids[0])
    assert organizations.describe_account(AccountId=ids[0])["Account"]["State"] == "SUSPENDED"
    assert len(organizations.list_accounts_for_parent(ParentId=root)["Accounts"]) == 20


def test_some_opt_in_regions_are_enabled(client: Client) -> None:
    regions = client("ec2", DEPLOY_ROLE).describe_regions(AllRegions=True)["Regions"]
    status = {region["RegionName"]: region["OptInStatus"] for region in regions}
    assert (status["eu-west-2"], status["af-south-1"], status["me-south-1"]) == (
        "opt-in-not-required", "opted-in", "not-opted-in",
    )  # fmt: skip
