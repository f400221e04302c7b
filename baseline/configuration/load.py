"""From the text of `organization.yaml` to the Organization, or to everything that is wrong with it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from baseline.configuration.consistency import Consistency
from baseline.configuration.file import AccountSection
from baseline.configuration.key_sections import ExceptionSection
from baseline.configuration.precedence import Chosen, Level, Levels, fields, selects, strongest
from baseline.configuration.resolve import resolve
from baseline.configuration.selection import Selection
from baseline.configuration.source import Source, compose
from baseline.configuration.validate import Sections, validate
from baseline.errors import FieldPlace, Mistakes
from baseline.found_accounts import FoundAccounts
from baseline.organization import Organization


@dataclass(frozen=True)
class Configuration:
    """A configuration without mistakes."""

    source: Source
    sections: Sections
    organization: Organization

    @cached_property
    def _accounts(self) -> dict[str, tuple[int, AccountSection]]:
        return {account.id: (i, account) for i, account in self.sections.accounts.items()}

    def explain(self, account_id: str, region: str, purpose: str) -> dict[str, Chosen]:
        """For each setting of one key: its value as written, the level that won, and where that is."""
        assert self.sections.keys is not None
        index, account = self._accounts[account_id]
        levels = Levels(self.sections.keys, self.sections.purposes, self.organization.partition)
        of_key: tuple[Level, ...] = (
            *levels.of_account(index, account, purpose),
            *levels.exceptions_for(account.name, region, purpose),
        )
        return {field: strongest(of_key, field) for field in fields(self.sections.purposes[purpose])}

    def place_of_statement(self, account_id: str, region: str, purpose: str, sid: str) -> FieldPlace | None:
        """Where the owner's statement with this Sid in one key's policy is written; None if it has none."""
        chosen = self.explain(account_id, region, purpose)["statements"]
        for i, statement in enumerate(chosen.value):
            if statement.get("Sid") == sid:
                return self.source.place((*chosen.path, i))
        return None

    def exceptions(self) -> Iterator[tuple[ExceptionSection, FieldPlace]]:
        """Every exception, in the order of the file, with where it is written."""
        assert self.sections.keys is not None
        for i, exception in enumerate(self.sections.keys.exceptions or []):
            yield exception, self.source.place(("keys", "exceptions", i))

    def idle_exceptions(self) -> Iterator[FieldPlace]:
        """Every exception that speaks of no key."""
        assert self.sections.keys is not None
        for i, exception in enumerate(self.sections.keys.exceptions or []):
            if not any(
                selects(exception, account.name, region, purpose)
                for account in self.organization.accounts
                for region, purpose in (
                    *account.keys,
                    *account.others,
                    *(account.declined if exception.key is False else ()),
                )
            ):
                yield self.source.place(("keys", "exceptions", i))

    def place(self, chosen: Chosen) -> FieldPlace | None:
        """Where a chosen value is written; None for a default."""
        return self.source.place(chosen.path) if chosen.path else None


def written(text: str, file: str) -> Sections:
    """The sections of a configuration, each by itself: whatever follows from accounts that nobody recorded yet.

    Raises Mistakes for what is wrong in a section.
    """
    sections = validate(compose(text, file))
    if sections.mistakes:
        raise Mistakes(sorted(sections.mistakes, key=lambda mistake: mistake.line))
    return sections


def load(
    text: str, file: str, found: FoundAccounts | None = None, known: Mapping[str, str] | None = None
) -> Configuration:
    """Read a configuration; `file` is how messages call it. Raises Mistakes with all that is wrong.

    `found` are the accounts of AWS Organizations, from which it selects; `known` the names that the lock has for accounts.
    """
    source = compose(text, file)
    sections = validate(source)
    unselected = [*sections.mistakes, *Selection(source, sections, found).enter(known or {})]
    # Without the selected accounts much would be unknown that is right.
    mistakes = (
        unselected if sections.select and unselected else [*unselected, *Consistency(source, sections).mistakes()]
    )
    organization = None
    if not mistakes:
        organization, mistakes = resolve(source, sections)
    if organization is None or mistakes:
        # What one entry says of many accounts is said once.
        raise Mistakes(sorted(dict.fromkeys(mistakes), key=lambda mistake: mistake.line))
    return Configuration(source, sections, organization)
