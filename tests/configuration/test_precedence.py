"""Which of the written values holds for a key: default < organization < its purpose < account < its purpose < exceptions."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baseline.configuration.precedence import Chosen, Level, strongest
from baseline.errors import FieldPath
from baseline.inventory import Key
from baseline.purposes import PURPOSES
from tests.conftest import configuration, examples, inventory

ACCOUNTS = {"data": "033333333333", "workloads": "222222222222"}
REGIONS = ("eu-west-2", "us-east-1")
DEFAULTS: Mapping[str, Any] = {
    "administrators": [],
    "users": [],
    "iam_delegation": "manage",
    "separate_duties": False,
    "rotation": True,
    "rotation_period_days": 365,
    "deletion_window_days": 30,
    "deny_deletion_if_used_within_days": 0,
    "share_with": [],
    "statements": [],
}
SERVICES: Mapping[str, tuple[str, list[str]]] = {
    name: (purpose.services_field, list(purpose.default_services("aws"))) for name, purpose in PURPOSES.items()
}
"""By purpose: the field that lists its services, and those that have statements when nobody says."""


def lists(*values: str) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(values), unique=True, max_size=2)


FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "administrators": lists("role/Keys", "user/Ada", "role/sso/*"),
    "users": lists("role/App", "role/ci/*"),
    "iam_delegation": st.sampled_from(["administrators", "manage", "full"]),
    "separate_duties": st.booleans(),
    "rotation": st.booleans(),
    "rotation_period_days": st.integers(90, 2560),
    "deletion_window_days": st.integers(7, 30),
    "deny_deletion_if_used_within_days": st.integers(0, 365),
}
OF_PURPOSE: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    "sns": {"publishers": lists("s3", "events", "budgets")},
    "ebs": {"services": lists("ec2"), "share_with": lists("444444444444", "555555555555")},
    "logs": {"services": lists("logs")},
    "backup": {"share_with": lists("organization")},
}


def sections(**more: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional={**FIELDS, **more})


purposes = st.fixed_dictionaries({}, optional={name: sections(**more) for name, more in OF_PURPOSE.items()})
exceptions = sections(
    account=st.sampled_from(sorted(ACCOUNTS)),
    region=st.sampled_from(REGIONS),
    purpose=st.sampled_from(sorted(PURPOSES)),
)
organization_keys = sections(purposes=purposes, exceptions=st.lists(exceptions, max_size=3))
account_keys = st.fixed_dictionaries({}, optional={name: sections(purposes=purposes) for name in ACCOUNTS})


def written(keys: Mapping[str, Any], of_accounts: Mapping[str, Any]) -> str:
    """A configuration with these settings of keys, a field a line. (JSON is YAML.)"""
    accounts = [
        {"name": n, "id": i, **({"keys": of_accounts[n]} if n in of_accounts else {})} for n, i in ACCOUNTS.items()
    ]
    data = {
        "version": 1,
        "organization": {"id": "o-a1b2c3d4e5", "home_region": REGIONS[0], "regions": list(REGIONS)},
        "keys": keys,
        "features": {"cloudtrail": True, "backup": True},
        "accounts": accounts,
    }
    return json.dumps(data, indent=1)


def said(
    keys: Mapping[str, Any], of_accounts: Mapping[str, Any], key: Key
) -> Iterator[tuple[str, FieldPath, Mapping[str, Any]]]:
    """What is said about a key, from weak to strong: the level, its place, its values."""
    services, listed = SERVICES[key.purpose]
    yield "default", (), {**DEFAULTS, services: listed}
    index = list(ACCOUNTS).index(key.account)
    for whose, place, section in (
        ("organization", ("keys",), keys),
        ("account", ("accounts", index, "keys"), of_accounts.get(key.account, {})),
    ):
        of_purpose = section.get("purposes", {}).get(key.purpose, {})
        yield whose, place, section
        yield f"{whose}'s purpose", (*place, "purposes", key.purpose), of_purpose
    for i, exception in enumerate(keys.get("exceptions", [])):
        selected = {"account": key.account, "region": key.region, "purpose": key.purpose}
        if all(exception.get(name, value) == value for name, value in selected.items()):
            yield "exception", ("keys", "exceptions", i), exception


def last_said(levels: list[tuple[str, FieldPath, Mapping[str, Any]]], field: str) -> Chosen:
    """The plain rule: later wins, and a list replaces the one before it."""
    found = Chosen(None, "", ())
    for name, place, values in levels:
        if field in values:
            found = Chosen(values[field], name, (*place, field) if place else ())
    return found


def as_written(key: Key) -> dict[str, Any]:
    """The settings of a key in the form in which they are written."""
    settings, own = key.settings, f"arn:aws:iam::{key.account_id}:"
    return {
        "administrators": [a.arn.removeprefix(own) for a in settings.administrators],
        "users": [u.arn.removeprefix(own) for u in settings.users],
        SERVICES[key.purpose][0]: list(settings.services),
        "share_with": list(settings.share_with),
        **{field: getattr(settings, field) for field in FIELDS if field not in ("administrators", "users")},
    }


@examples(120)
@given(organization_keys, account_keys)
def test_the_strongest_level_that_says_something_wins(keys: dict[str, Any], of_accounts: dict[str, Any]) -> None:
    """For every setting of every key. (The order of services, and of accounts that a key is shared with, means nothing.)"""
    for key in inventory(written(keys, of_accounts)).keys:
        levels = list(said(keys, of_accounts, key))
        for field, value in as_written(key).items():
            expected = last_said(levels, field).value
            if field in ("services", "publishers", "share_with"):
                value, expected = sorted(value), sorted(expected)
            assert value == expected, (key.account, key.region, key.purpose, field)


@examples(60)
@given(organization_keys, account_keys)
def test_what_explains_a_value_is_what_chose_it(keys: dict[str, Any], of_accounts: dict[str, Any]) -> None:
    """The explanation has the value that holds, the level that won, and the line on which it stands."""
    text = written(keys, of_accounts)
    lines = text.splitlines()
    loaded = configuration(text)
    for key in inventory(text).keys:
        levels = list(said(keys, of_accounts, key))
        explained = loaded.explain(key.account_id, key.region, key.purpose)
        resolved = as_written(key)
        for field, chosen in explained.items():
            assert chosen == last_said(levels, field), (key.account, key.region, key.purpose, field)
            place = loaded.place(chosen)
            assert (place is None) == (chosen.level == "default")
            if place:
                assert place.file == "organization.yaml"
                assert lines[place.line - 1].strip().startswith(f'"{field}":')
        shareable = {"share_with"} if PURPOSES[key.purpose].shared else set()
        assert set(explained) == (set(resolved) - {"share_with"}) | shareable | {"statements"}


levels = st.lists(
    st.dictionaries(st.sampled_from(["rotation", "users"]), st.sampled_from([None, False, True, 0, [], ["role/App"]])),
    max_size=6,
)


@given(levels)
def test_the_last_level_that_says_something_is_the_strongest(stronger: list[dict[str, Any]]) -> None:
    """Nothing is said by a missing field and by None; false, 0 and an empty list are values."""
    default = Level("default", (), {"rotation": True, "users": []})
    all_levels = [default, *(Level(f"level {i}", ("at", i), values) for i, values in enumerate(stronger))]
    for field in default.values:
        said = [(i, values[field]) for i, values in enumerate(stronger) if values.get(field) is not None]
        chosen = strongest(all_levels, field)
        if said:
            i, value = said[-1]
            assert chosen == Chosen(value, f"level {i}", ("at", i, field))
        else:
            assert chosen == Chosen(default.values[field], "default", ())


def test_a_setting_without_a_default_is_a_mistake_of_the_program() -> None:
    with pytest.raises(KeyError, match="colour"):
        strongest([Level("default", (), {"rotation": True})], "colour")


SWITCHES = [("rotation", False), ("rotation_period_days", 90), ("deletion_window_days", 7)]
SELECTORS: list[dict[str, str]] = [
    {},
    {"account": "data"},
    {"region": "us-east-1"},
    {"purpose": "logs"},
    {"account": "data", "region": "us-east-1"},
    {"account": "data", "purpose": "logs"},
    {"region": "us-east-1", "purpose": "logs"},
    {"account": "data", "region": "us-east-1", "purpose": "logs"},
]


@pytest.mark.parametrize(("field", "value"), SWITCHES)
@pytest.mark.parametrize(
    ("level", "who"),
    [("organization", {}), ("purpose", {"purpose": "logs"}), ("account", {"account": "data"})]
    + [("account's purpose", {"account": "data", "purpose": "logs"})]
    + [("exception", selectors) for selectors in SELECTORS],
)
def test_every_level_down_to_the_single_key_switches(level: str, who: dict[str, str], field: str, value: Any) -> None:
    """Rotation, its period and the deletion window, of the keys that the level speaks of and of no other."""
    setting = {field: value}
    keys: dict[str, Any] = {
        "organization": setting,
        "purpose": {"purposes": {"logs": setting}},
        "exception": {"exceptions": [who | setting]},
    }.get(level, {})
    of_accounts: dict[str, Any] = {
        "account": {"data": setting},
        "account's purpose": {"data": {"purposes": {"logs": setting}}},
    }.get(level, {})
    for key in inventory(written(keys, of_accounts)).keys:
        meant = all(getattr(key, name) == selected for name, selected in who.items())
        assert getattr(key.settings, field) == (value if meant else DEFAULTS[field]), (
            key.account,
            key.region,
            key.purpose,
        )


def test_a_list_replaces_the_weaker_one() -> None:
    """Also an empty one, which takes everybody away."""
    keys = {"administrators": ["role/Keys", "user/Ada"], "purposes": {"sns": {"administrators": ["role/Topics"]}}}
    found = {
        key.purpose: [a.arn.rpartition(":")[2] for a in key.settings.administrators]
        for key in inventory(written(keys, {"data": {"purposes": {"logs": {"administrators": []}}}})).keys
        if key.account == "data"
    }
    everybody = {name: ["role/Keys", "user/Ada"] for name, purpose in PURPOSES.items() if not purpose.optional}
    assert found == everybody | {"sns": ["role/Topics"], "logs": []}


@pytest.mark.parametrize(
    ("organization", "account", "on"),
    [
        (None, None, False),
        (True, None, True),
        (False, None, False),
        ({}, None, True),
        (True, False, False),
        (False, True, True),
        (False, {}, True),
        (None, True, True),
    ],
)
def test_an_account_switches_a_feature_for_itself(organization: Any, account: Any, on: bool) -> None:
    """True and an empty mapping switch on, false switches off, and what is not said is inherited."""
    data = json.loads(written({}, {}))
    data["features"] = {} if organization is None else {"backup": organization}
    if account is not None:
        data["accounts"][0]["features"] = {"backup": account}
    purposes = {key.account: set[str]() for key in inventory(json.dumps(data)).keys}
    for key in inventory(json.dumps(data)).keys:
        purposes[key.account].add(key.purpose)
    assert ("backup" in purposes["data"]) == on
    assert ("backup" in purposes["workloads"]) == (organization in (True, {}))
