"""Which purposes an account has keys of: the strongest line that switches one on or off."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from baseline.configuration.file import AccountSection
from baseline.configuration.key_sections import ExceptionSection, KeysSection
from baseline.configuration.own_purposes import path_of
from baseline.configuration.precedence import selects
from baseline.configuration.source import Source
from baseline.configuration.validate import Sections
from baseline.errors import FieldPath, Mistake
from baseline.features import FEATURES
from baseline.organization import Declined
from baseline.own_purpose import PREFIX
from baseline.purposes.purpose import Purpose

Place = tuple[str, str]
"""A region and a purpose."""


@dataclass(frozen=True, slots=True)
class _Switch:
    """A line that switches a purpose on or off."""

    on: bool
    path: FieldPath
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Switched:
    """The keys of one account."""

    on: list[Place] = field(default_factory=list)
    declined: dict[Place, Declined] = field(default_factory=dict)


class Switches:
    """The switches of an organization. From weak to strong: default, organization, account, exceptions in their order."""

    def __init__(self, source: Source, sections: Sections) -> None:
        assert sections.keys is not None
        self._source = source
        self._purposes = sections.purposes
        self._organization = _written(self._purposes, sections.keys.purposes, ("keys",))
        self._own = {PREFIX + name: section for name, section in sections.keys.custom.items()}
        self._exceptions = tuple(_by_exception(sections.keys))
        self._idle = {switch.path for _, switch in self._exceptions}
        """Of exceptions: those that changed nothing yet."""
        self._before: dict[FieldPath, _Switch | None] = {}
        """By exception: what held without it, where it spoke of a key."""

    def of_account(
        self, index: int, account: AccountSection, regions: Sequence[str], home: str, features: Collection[str]
    ) -> Switched:
        """What is on in each region of an account, and what is declined. `features` are those that it has."""
        own = account.keys.purposes if account.keys else None
        written = {**self._organization, **_written(self._purposes, own, ("accounts", index, "keys"))}
        written |= {
            name: _Switch(True, path_of(name))
            for name, section in self._own.items()
            if section.accounts is None or account.name in section.accounts
        }
        exceptions = [each for each in self._exceptions if each[0].account in (None, account.name)]
        spoken_of = {*written, *(str(exception.purpose) for exception, _ in exceptions)}
        purposes = [
            purpose
            for purpose in self._purposes.values()
            if (purpose.feature in features if purpose.feature else not purpose.optional or purpose.name in spoken_of)
        ]
        found = Switched()
        for region in regions:
            for purpose in purposes:
                place = (region, purpose.name)
                if purpose.feature:
                    if FEATURES[purpose.feature].place == "every region" or region == home:
                        found.on.append(place)
                    continue
                defined = self._own.get(purpose.name)
                is_there = defined is None or defined.regions is None or region in defined.regions
                switch = written.get(purpose.name) if is_there else None
                switch = self._strongest(purpose, switch, exceptions, account.name, region)
                if switch.on if switch else not purpose.optional:
                    found.on.append(place)
                elif switch:
                    found.declined[place] = Declined(self._source.place(switch.path), switch.reason)
        return found

    def _strongest(
        self,
        purpose: Purpose,
        switch: _Switch | None,
        exceptions: Sequence[tuple[ExceptionSection, _Switch]],
        account: str,
        region: str,
    ) -> _Switch | None:
        for exception, own in exceptions:
            if selects(exception, account, region, purpose.name):
                if own.on != (switch.on if switch else not purpose.optional):
                    self._idle.discard(own.path)
                self._before.setdefault(own.path, switch)
                switch = own
        return switch

    def mistakes(self) -> Iterator[Mistake]:
        """The exceptions that say again what holds without them; to be asked for after all accounts."""
        for _, switch in self._exceptions:
            if switch.path in self._idle and switch.path in self._before:
                before = self._before[switch.path]
                word = "on" if switch.on else "off"
                why = f"by line {self._source.line(before.path)}" if before else "by default"
                problem = f"the key is {word} without this exception, {why}"
                yield self._source.mistake((*switch.path, "key"), problem, "remove one of the two")


def switch_mistakes(source: Source, sections: Sections) -> Iterator[Mistake]:
    """What is wrong with single switches, whatever accounts and regions there are."""
    keys, purposes = sections.keys, sections.purposes
    for i, exception in enumerate(keys.exceptions or [] if keys else []):
        path: FieldPath = ("keys", "exceptions", i, "key")
        if exception.key is None:
            continue
        if exception.purpose is None:
            yield source.mistake(path, "switches the keys of no purpose", "name the `purpose`")
        elif exception.purpose in purposes and (feature := purposes[exception.purpose].feature):
            problem = f"switches nothing: the {exception.purpose} key comes and goes with the feature {feature}"
            yield source.mistake(path, problem, f"switch the feature {feature} at the account")
        if not exception.reason:
            yield source.mistake(path, "is said without a reason", "write why, as `reason`")
    everywhere = _written(purposes, keys.purposes if keys else None, ("keys",))
    for i, account in sections.accounts.items():
        written = account.keys.purposes if account.keys else None
        for purpose, own in _written(purposes, written, ("accounts", i, "keys")).items():
            if not own.on and purpose in everywhere and not everywhere[purpose].on:
                problem = f"is declined already, for every account, by line {source.line(everywhere[purpose].path)}"
                yield source.mistake(own.path, problem, "remove one of the two")


def _written(purposes: Mapping[str, Purpose], section: Any, path: FieldPath) -> dict[str, _Switch]:
    """The switches of a `purposes` section: whatever is said of a purpose switches it on, `false` off."""
    names = section.model_fields_set if section is not None else ()
    return {
        name: _Switch(getattr(section, name) is not None, (*path, "purposes", name))
        for name in names
        if purposes[name].feature is None
    }


def _by_exception(keys: KeysSection) -> Iterator[tuple[ExceptionSection, _Switch]]:
    for i, exception in enumerate(keys.exceptions or []):
        if exception.key is not None:
            yield exception, _Switch(exception.key, ("keys", "exceptions", i), exception.reason or "")
