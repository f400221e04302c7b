"""The accounts that are recorded, held against AWS Organizations."""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from baseline import names
from baseline.configuration.load import written
from baseline.configuration.validate import Sections
from baseline.errors import Mistakes, WorldError
from baseline.found_accounts import ACTIVE, FoundAccount, FoundAccounts, matches_unit
from baseline.inventory import Provider
from baseline.regions import is_opt_in
from baseline.words import count
from files.whole import write_whole
from live.asking import asking
from live.organizations import read_accounts, read_regions, read_tags
from live.sessions import Sessions
from operations.progress import Say
from operations.project import Project

MOST_AT_ONCE = 16
_WHO_MAY_ASK = "ask as the management account, as a delegated administrator, or by `deployment.organizations_role`"


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing in which AWS Organizations differs from what is recorded."""

    account_id: str
    name: str
    """What Organizations calls the account, or called it when it was recorded."""
    kind: str
    """`new`, `missing`, `renamed`, `moved`, `state`, `tags` or `regions`."""
    what: str


@dataclass(frozen=True, slots=True)
class Compared:
    """What is recorded and what there is."""

    now: FoundAccounts
    differences: tuple[Difference, ...]
    recorded: FoundAccounts | None
    """What the file holds; None: there is none that can be read."""

    @property
    def is_recorded(self) -> bool:
        """Whether the file is as it would be written."""
        return self.recorded == self.now

    def record(self, project: Project) -> None:
        """Write the file, and no other."""
        write_whole(project.found_path, self.now.render().encode())


def compare(project: Project, sessions: Sessions, say: Say, anew: bool) -> Compared:
    """Ask AWS Organizations and compare; `anew` passes over a file that is damaged, for it is going to be replaced.

    Raises Mistakes for a damaged file or section, WorldError where AWS cannot be asked.
    """
    sections = written(project.text, str(project.path))
    recorded = _recorded(project, anew)
    known = recorded.accounts if recorded else {}
    say("asking AWS Organizations")
    found = _Asking(sections, sessions, known, say).accounts()
    now = FoundAccounts(str(project.found_path), {account.id: account for account in found})
    return Compared(now, tuple(_differences(known, now.accounts)), recorded)


def _recorded(project: Project, anew: bool) -> FoundAccounts | None:
    try:
        return project.found
    except Mistakes:
        if not anew:
            raise
        return None


def _differences(old: Mapping[str, FoundAccount], new: Mapping[str, FoundAccount]) -> Iterator[Difference]:
    for id in sorted({*old, *new}):
        was, now = old.get(id), new.get(id)
        if was is None or now is None:
            known = was or now
            assert known is not None
            yield Difference(id, known.name, "missing" if now is None else "new", f"{known.state} in {known.ou}")
            continue
        for kind, before, after in (
            ("renamed", was.name, now.name),
            ("moved", was.ou, now.ou),
            ("state", was.state, now.state),
            ("tags", _tags(was), _tags(now)),
            ("regions", _regions(was), _regions(now)),
        ):
            if before != after:
                yield Difference(id, was.name, kind, f"{before} -> {after}")


def _tags(account: FoundAccount) -> str:
    if account.tags is None:
        return "not asked for"
    return ", ".join(f"{k}={v}" if v is not None else f"no {k}" for k, v in sorted(account.tags.items()))


def _regions(account: FoundAccount) -> str:
    return "not asked for" if account.regions is None else ", ".join(account.regions) or "none"


class _Asking:
    def __init__(self, sections: Sections, sessions: Sessions, recorded: Mapping[str, FoundAccount], say: Say) -> None:
        assert sections.organization
        assert sections.deployment
        self.organization = sections.organization
        self.deployment = sections.deployment
        self.sections = sections
        self.sessions = sessions
        self.recorded = recorded
        self.say = say

    def accounts(self) -> list[FoundAccount]:
        """Every account, with the tags that a selector asks for, and the opt-in regions where one is used."""
        try:
            with asking("AWS Organizations"), ThreadPoolExecutor(MOST_AT_ONCE) as pool:
                client = self.sessions.client(self.provider(None), "organizations")
                found = list(pool.map(lambda account: self.with_tags(client, account), read_accounts(client)))
        except WorldError as error:
            raise WorldError(str(error), error.help or _WHO_MAY_ASK) from error
        with ThreadPoolExecutor(MOST_AT_ONCE) as pool:
            asked = list(pool.map(self.with_regions, found))
        failed = [account for account, problem in asked if problem]
        if failed:
            first = next(problem for _, problem in asked if problem)
            self.say(f"the enabled regions of {count(len(failed), 'account')} could not be read: {first}")
        return [account for account, _ in asked]

    def with_tags(self, client: object, account: FoundAccount) -> FoundAccount:
        entries = [entry for entry in self.sections.select.values() if matches_unit(entry.ou, account.ou)]
        keys = sorted({key for entry in entries for key in entry.tags})
        return replace(account, tags=read_tags(client, account.id, keys)) if keys else account

    def with_regions(self, account: FoundAccount) -> tuple[FoundAccount, str]:
        """And why they could not be read: then what was recorded stays."""
        before = self.recorded.get(account.id, account).regions
        if account.state != ACTIVE:
            return replace(account, regions=before), ""
        if not self.uses_opt_in(account):
            return account, ""
        try:
            with asking(f"regions of {account.id}"):
                client = self.sessions.client(self.provider(account.id), "ec2")
                return replace(account, regions=read_regions(client)), ""
        except WorldError as error:
            return replace(account, regions=before), str(error)

    def uses_opt_in(self, account: FoundAccount) -> bool:
        """Whether some entry of the file that could mean this account has an opt-in region."""
        own = [entry.regions for entry in self.sections.accounts.values() if entry.id == account.id]
        lists = own or [entry.regions for entry in self.sections.select.values() if matches_unit(entry.ou, account.ou)]
        return any(is_opt_in(region) for regions in lists for region in regions or self.organization.regions)

    def provider(self, account_id: str | None) -> Provider:
        """Where to ask: in an account by the deployment role, or Organizations itself."""
        partition, home = self.organization.partition, self.organization.home_region
        role = self.deployment.organizations_role
        if account_id:
            own = next((a for a in self.sections.accounts.values() if a.id == account_id), None)
            said = own.role if own and "role" in own.model_fields_set else self.deployment.role
            role = names.role_arn(said, partition, account_id)
        return Provider(
            alias="",
            region=home,
            account_id=account_id or "",
            role=role,
            external_id=self.deployment.external_id if account_id else None,
            session_name=self.deployment.session_name,
            sts_region=None,
            tags={},
        )
