"""The accounts that `select` finds among those of AWS Organizations, entered as if the file listed them."""

from collections.abc import Iterable, Iterator, Mapping

from baseline.configuration.file import AccountSection, SelectSection
from baseline.configuration.source import Source
from baseline.configuration.validate import Sections
from baseline.errors import FieldPath, Mistake
from baseline.fields.limits import nearest
from baseline.found_accounts import (
    ACTIVE,
    RENEW,
    FoundAccount,
    FoundAccounts,
    account_names,
    matches_tag,
    matches_unit,
)
from baseline.regions import is_opt_in

_TAKEN_OVER = ("regions", "home_region", "keys", "features")


class Selection:
    """The entries of one file, held against the accounts that are known."""

    def __init__(self, source: Source, sections: Sections, found: FoundAccounts | None) -> None:
        self.source = source
        self.sections = sections
        self.found = found

    def enter(self, known: Mapping[str, str]) -> Iterator[Mistake]:
        """Enter the accounts, and say what is wrong. `known` are the names that the lock has for accounts."""
        if self.found is None:
            if self.sections.select:
                problem = "needs the accounts of AWS Organizations, and nothing recorded them yet"
                yield self.source.mistake(("select",), problem, RENEW)
            return
        for account in self.found.accounts.values():
            if account.state != ACTIVE:
                self.sections.resting[account.id] = account.state
        chosen: dict[str, int] = {}
        for i, entry in self.sections.select.items():
            selected, mistakes = self._select(i, entry, self.found)
            yield from mistakes
            for account in selected:
                chosen.setdefault(account.id, i)
        self._add(chosen, known, self.found)
        yield from self._regions(self.found)

    def _select(
        self, index: int, entry: SelectSection, found: FoundAccounts
    ) -> tuple[list[FoundAccount], list[Mistake]]:
        path: FieldPath = ("select", index)
        there = [account for account in found.accounts.values() if matches_unit(entry.ou, account.ou)]
        unknown = sorted({key for key in entry.tags for account in there if key not in (account.tags or {})})
        if unknown:
            problem = f"{found.file} is older than this: it does not say which accounts have the tag `{unknown[0]}`"
            return [], [self.source.mistake((*path, "tags"), problem, RENEW)]
        selected = [
            account
            for account in there
            if account.id not in entry.exclude
            and all(matches_tag(value, (account.tags or {})[key]) for key, value in entry.tags.items())
        ]
        if not selected:
            help = "" if there else nearest(entry.ou, found.units()) or f"there are {', '.join(found.units()[:10])}"
            problem = f"selects no account of {found.file}"
            return [], [self.source.mistake((*path, "ou") if help else path, problem, help or RENEW)]
        return selected, []

    def _add(self, chosen: Mapping[str, int], known: Mapping[str, str], found: FoundAccounts) -> None:
        """Behind the accounts of the file, sorted by ID; one that the file lists stays as it is there."""
        listed = {account.id for account in self.sections.accounts.values()}
        new = [found.accounts[id] for id in sorted(chosen) if id not in listed]
        names = account_names(new, known, [account.name for account in self.sections.accounts.values()])
        written = self.source.data.get("accounts") if isinstance(self.source.data, dict) else None
        first = len(written) if isinstance(written, list) else 0
        for number, account in enumerate(new, start=first):
            entry = self.sections.select[chosen[account.id]]
            own = {name: getattr(entry, name) for name in _TAKEN_OVER if name in entry.model_fields_set}
            self.sections.accounts[number] = AccountSection(name=names[account.id], id=account.id, **own)
            self.source.stand_ins["accounts", number] = ("select", chosen[account.id])

    def _regions(self, found: FoundAccounts) -> Iterator[Mistake]:
        """An opt-in region that is not enabled has no KMS."""
        organization = self.sections.organization
        for i, account in self.sections.accounts.items():
            recorded = found.accounts.get(account.id)
            if recorded is None or recorded.regions is None or account.id in self.sections.resting:
                continue
            path: FieldPath = ("accounts", i) if account.regions else ("organization",)
            regions: Iterable[str] = account.regions or (organization.regions if organization else ())
            for position, region in enumerate(regions):
                if is_opt_in(region) and region not in recorded.regions:
                    problem = f"`{region}` is not enabled in `{account.name}` ({account.id}), says {found.file}"
                    help = f"enable it there; {RENEW}; or name the account's own `regions`"
                    yield self.source.mistake((*path, "regions", position), problem, help)
