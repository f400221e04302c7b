"""Small organizations as data, and the ways in which people edit them."""

import json
from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

NAMES = ("data", "network", "payer", "workloads")
IDS = ("022222222222", "111111111111", "333333333333", "444444444444")
REGIONS = ("eu-west-2", "us-east-1", "ap-south-1", "af-south-1")
FEATURES = ("cloudtrail", "backup")

Data = dict[str, Any]


def text(data: Mapping[str, Any]) -> str:
    """An organization as its file has it. (JSON is YAML.)"""
    return json.dumps(data)


def organization(*accounts: Data, regions: tuple[str, ...] = REGIONS[:2], **sections: Any) -> Data:
    """Accounts in these regions, the first of which is home, without features."""
    return {
        "version": 1,
        "organization": {"home_region": regions[0], "regions": list(regions)},
        "accounts": list(accounts),
        **sections,
    }


def account(name: str, id: str, **more: Any) -> Data:
    return {"name": name, "id": id, **more}


switches = st.fixed_dictionaries({}, optional=dict.fromkeys(FEATURES, st.booleans()))
regions = st.lists(st.sampled_from(REGIONS), unique=True, min_size=1, max_size=3)


@st.composite
def organizations(draw: st.DrawFn) -> Data:
    """Valid ones, of one to three accounts; accounts may have their own regions, home and features."""
    names = draw(st.lists(st.sampled_from(NAMES), unique=True, min_size=1, max_size=3))
    enabled = draw(regions)
    accounts = [draw(accounts_named(name, IDS[NAMES.index(name)])) for name in names]
    layout = draw(st.sampled_from(["account", "account-region"]))
    return organization(*accounts, regions=tuple(enabled), features=draw(switches), deployment={"layout": layout})


@st.composite
def accounts_named(draw: st.DrawFn, name: str, id: str) -> Data:
    own: Data = {}
    if draw(st.booleans()):
        enabled = draw(regions)
        own = {"regions": enabled, "home_region": draw(st.sampled_from(enabled))}
    return account(name, id, features=draw(switches), **own)
