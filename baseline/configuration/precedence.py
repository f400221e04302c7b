"""Which of the values that a person wrote holds for one key: the strongest.

Weak to strong: default, organization, organization's purpose, account, account's purpose, exceptions in the
order of the file. A stronger list replaces a weaker one; it does not add to it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from baseline.configuration.file import AccountSection
from baseline.configuration.key_fields import KeySection
from baseline.configuration.key_sections import ExceptionSection, KeysSection
from baseline.configuration.own_purposes import path_of
from baseline.errors import FieldPath
from baseline.purposes.purpose import Purpose

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
"""What holds where nobody wrote anything; the services of a purpose have their default in the registry."""


@dataclass(frozen=True, slots=True)
class Level:
    """One place that may say something about a key."""

    name: str
    """As `keys --explain` shows it."""
    path: FieldPath
    values: Mapping[str, Any]
    """What is written there; a field that is not written is absent or None."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """A value, the level that won, and where the value is written (empty for a default)."""

    value: Any
    level: str
    path: FieldPath


def strongest(levels: Sequence[Level], field: str) -> Chosen:
    """The last value that somebody wrote; levels run from weak to strong and the first has every field."""
    for level in reversed(levels):
        value = level.values.get(field)
        if value is not None:
            return Chosen(value, level.name, (*level.path, field) if level.path else ())
    raise KeyError(field)


def fields(purpose: Purpose) -> tuple[str, ...]:
    """The settings of a purpose's keys, as the configuration calls them."""
    shared = ("share_with",) if purpose.shared else ()
    return (*KeySection.model_fields, purpose.services_field, *shared, "statements")


class Levels:
    """The levels of every key of an organization."""

    def __init__(self, keys: KeysSection, purposes: Mapping[str, Purpose], partition: str) -> None:
        self._keys = keys
        self._partition = partition
        self._exceptions = [
            (exception, Level("exception", ("keys", "exceptions", i), vars(exception)))
            for i, exception in enumerate(keys.exceptions or [])
        ]
        self._organization = {name: self._of_organization(purpose) for name, purpose in purposes.items()}

    def of_account(self, index: int, account: AccountSection, purpose: str) -> tuple[Level, ...]:
        """All levels but the exceptions."""
        if account.keys is None:
            return self._organization[purpose]
        path: FieldPath = ("accounts", index, "keys")
        own = Level("account", path, vars(account.keys))
        return (
            *self._organization[purpose],
            own,
            *_of_purpose(account.keys.purposes, purpose, "account's purpose", path),
        )

    def exceptions_for(self, account: str, region: str, purpose: str) -> tuple[Level, ...]:
        return tuple(level for exception, level in self._exceptions if selects(exception, account, region, purpose))

    def _of_organization(self, purpose: Purpose) -> tuple[Level, ...]:
        """Of an own purpose, what is said at its definition beside the definition itself."""
        services = list(purpose.default_services(self._partition))
        default = Level("default", (), {**DEFAULTS, purpose.services_field: services})
        organization = Level("organization", ("keys",), vars(self._keys))
        if purpose.own:
            path = path_of(purpose.name)
            defined = self._keys.custom[str(path[-1])]
            said = {name: getattr(defined, name) for name in fields(purpose) if name != purpose.services_field}
            return default, organization, Level("organization's purpose", path, said)
        return (
            default,
            organization,
            *_of_purpose(self._keys.purposes, purpose.name, "organization's purpose", ("keys",)),
        )


def _of_purpose(purposes: Any, purpose: str, name: str, path: FieldPath) -> tuple[Level, ...]:
    section = getattr(purposes, purpose, None)
    return (Level(name, (*path, "purposes", purpose), vars(section)),) if section is not None else ()


def selects(exception: ExceptionSection, account: str, region: str, purpose: str) -> bool:
    """Whether an exception speaks of this key."""
    return (
        exception.account in (None, account)
        and exception.region in (None, region)
        and exception.purpose in (None, purpose)
    )
