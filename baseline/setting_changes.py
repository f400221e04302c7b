"""What a change of the configuration changes beside the keys' own settings: names, roles, features, backend, waivers."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass

from baseline.organization import Account, Organization
from baseline.own_purpose import PREFIX

ON = "on"
"""What a feature, or an entry with a name, has as its own value: that it is there."""


@dataclass(frozen=True, slots=True)
class SettingChange:
    """One setting that has another value. Its values are as people write them; None: it is not there."""

    name: str
    """As the configuration calls it, with dots: `features.log_groups.groups./app.retention_days`."""
    old: str | None
    new: str | None
    accounts: tuple[str, ...]
    """The accounts where it is so, by their new name; empty: it is the organization's."""


def setting_changes(old: Organization, new: Organization) -> list[SettingChange]:
    """What differs. Accounts that only one of the two has are told by their keys."""
    found = [SettingChange(*change, ()) for change in _changes(_of_organization(old), _of_organization(new))]
    before = {account.id: account for account in old.accounts}
    where: dict[tuple[str, str | None, str | None], list[str]] = {}
    for account in new.accounts:
        if account.id in before:
            for change in _changes(_of_account(before[account.id]), _of_account(account)):
                where.setdefault(change, []).append(account.name)
    return found + [SettingChange(*change, tuple(accounts)) for change, accounts in where.items()]


def plain(value: object) -> str:
    """A value as people write it."""
    if isinstance(value, Mapping):
        return ", ".join(f"{name}: {plain(of_it)}" for name, of_it in value.items())
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(map(plain, value)) or "none"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _changes(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[tuple[str, str | None, str | None]]:
    """By name, in the order of the file. What is within something that came or went is not told by itself."""
    switched = tuple(f"{name}." for name in before.keys() ^ after.keys())
    for name in {**before, **after}:
        if before.get(name) != after.get(name) and not name.startswith(switched):
            yield name, before.get(name), after.get(name)


def _of_organization(organization: Organization) -> dict[str, str]:
    deployment = organization.deployment
    said = {
        "organization": {
            "id": organization.id,
            "partition": organization.partition,
            "namespace": organization.namespace,
            "tags": organization.tags,
        },
        "deployment": {
            **_fields(deployment),
            "backend": {
                "type": type(deployment.backend).__name__.removesuffix("Backend").lower(),
                **_fields(deployment.backend),
            },
        },
    }
    own = {
        f"keys.custom.{name.removeprefix(PREFIX)}.title": purpose.title  # of all else a key's policy tells
        for name, purpose in organization.purposes.items()
        if purpose.own
    }
    waivers = {
        f"keys.waivers.{_covering(w.property, w.account_id, w.region, w.purpose)}": w.reason
        for w in organization.waivers
    }
    retired = {f"retired.{_covering('', r.account, r.region, r.purpose)}": r.then for r in organization.retired}
    return {**dict(_flat("", said)), **own, **waivers, **retired}


def _of_account(account: Account) -> dict[str, str]:
    said = {name: getattr(account, name) for name in ("name", "home_region", "role", "deployer", "external_id")}
    features: dict[str, str] = {}
    for name, use in account.features.items():
        features |= {f"features.{name}": ON, **dict(_flat(f"features.{name}", use.settings.model_dump()))}
    return {**dict(_flat("", said)), **features}


def _fields(value: object) -> dict[str, object]:
    assert is_dataclass(value)
    return {field.name: getattr(value, field.name) for field in fields(value)}


def _covering(*words: str | None) -> str:
    return " ".join(word for word in words if word)


def _flat(name: str, value: object) -> Iterator[tuple[str, str]]:
    """Each single value under its name. Entries of a list that have a name are found by it, wherever they stand."""
    if isinstance(value, Mapping):
        for own, of_it in value.items():
            yield from _flat(f"{name}.{own}" if name else str(own), of_it)
    elif isinstance(value, Sequence) and not isinstance(value, str) and value and _are_named(value):
        for entry in value:
            yield f"{name}.{entry['name']}", ON
            yield from _flat(f"{name}.{entry['name']}", {key: own for key, own in entry.items() if key != "name"})
    elif value is not None:
        yield name, plain(value)


def _are_named(entries: Sequence[object]) -> bool:
    return all(isinstance(entry, Mapping) and "name" in entry for entry in entries)
