"""The accounts that AWS Organizations has, as a file keeps them: `organization.accounts.json`, a line an account.

A program writes it and a person commits it, so that a synth needs no network and a new account is a pull request.
"""

import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from baseline.errors import Mistake, Mistakes
from baseline.iam.arns import is_account_id
from baseline.regions import is_opt_in

VERSION = 1
ACTIVE = "ACTIVE"
STATES = ("PENDING_ACTIVATION", ACTIVE, "SUSPENDED", "PENDING_CLOSURE", "CLOSED")
"""https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_accounts_account_state.html"""
RENEW = "`kms-baseline accounts --write` writes it anew"
_FIELDS = {"id", "name", "state", "ou"}


@dataclass(frozen=True)
class FoundAccount:
    """One account of AWS Organizations."""

    id: str
    name: str
    """What Organizations calls it."""
    state: str
    ou: str
    """The names of its organizational units from the root on: `/Workloads/Prod`; `/` at the root itself."""
    tags: Mapping[str, str | None] | None = None
    """The tags that selectors ask for, None for one that it does not have. None as a whole: nobody asked."""
    regions: tuple[str, ...] | None = None
    """The opt-in regions that are enabled in it, sorted; None: nobody asked, or AWS did not say."""

    def line(self) -> str:
        """The account as its line of the file, without the comma."""
        written: dict[str, Any] = {"id": self.id, "name": self.name, "state": self.state, "ou": self.ou}
        if self.tags is not None:
            written["tags"] = dict(sorted(self.tags.items()))
        if self.regions is not None:
            written["regions"] = list(self.regions)
        return json.dumps(written, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class RestingAccount:
    """An account that is suspended, closed or not active yet: nothing can be deployed there."""

    name: str
    """What the configuration calls it; empty: it is neither listed nor selected."""
    state: str


@dataclass(frozen=True)
class FoundAccounts:
    """All of them, and the file in which they are."""

    file: str
    accounts: Mapping[str, FoundAccount] = field(default_factory=dict)
    """By ID."""

    def render(self) -> str:
        """The file's text: sorted lines that end in commas, so that two branches merge."""
        lines = "".join(f"{self.accounts[id].line()},\n" for id in sorted(self.accounts))
        return f'{{"version": {VERSION}, "accounts": [\n{lines}null]}}\n'

    def units(self) -> list[str]:
        """Every organizational unit that has an account."""
        return sorted({account.ou for account in self.accounts.values()})


def matches_unit(pattern: str, ou: str) -> bool:
    """Whether an organizational unit is meant: `*` is any text within a name, `/**` the unit and all below it."""
    return _unit(pattern).fullmatch(ou) is not None


@cache
def _unit(pattern: str) -> re.Pattern[str]:
    head, deep = (pattern[:-3], r"(/.*)?") if pattern.endswith("/**") else (pattern, "")
    return re.compile(re.escape(head).replace(r"\*", "[^/]*") + deep, re.DOTALL)


def matches_tag(pattern: str, value: str | None) -> bool:
    """Whether a tag's value is meant: `*` is any text. An account without the tag never is."""
    wanted = re.escape(pattern).replace(r"\*", ".*")
    return value is not None and re.fullmatch(wanted, value, re.DOTALL) is not None


def account_names(found: Collection[FoundAccount], known: Mapping[str, str], taken: Collection[str]) -> dict[str, str]:
    """By ID: what an account is called here, as a stack can be called.

    `known` are the names under which the lock has accounts: they hold, whatever an account is called later. `taken` are
    those of accounts that the configuration lists. A name that two would have gets the last digits of the ID.
    """
    names = {account.id: known[account.id] for account in found if account.id in known}
    new = {account.id: _plain(account.name) or account.id for account in found if account.id not in known}
    used = [*new.values(), *taken, *known.values()]
    for id, name in new.items():
        names[id] = name if used.count(name) == 1 else _apart(name, id, used)
    return names


def _plain(name: str) -> str:
    """Lower case, digits and single hyphens, at most 40 characters."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40].strip("-")


def _apart(name: str, id: str, used: list[str]) -> str:
    short = f"{name[:35]}-{id[-4:]}"
    made = short if short not in used else f"{name[:35]}-{id}"
    used.append(made)
    return made


def parse_found_accounts(text: str, file: str) -> FoundAccounts:
    """Read the file's text. Raises Mistakes when it is damaged or not ours."""
    try:
        data = json.loads(text.removeprefix("\ufeff"))
    except json.JSONDecodeError as error:
        problem = "has merge conflicts" if "<<<<<<<" in text else f"is not JSON: {error.msg}, column {error.colno}"
        raise _wrong(file, error.lineno, problem) from None
    except (RecursionError, ValueError):
        raise _wrong(file, 1, "is no list of accounts") from None
    if not isinstance(data, dict) or set(data) != {"version", "accounts"}:
        raise _wrong(file, 1, "is no list of accounts")
    if data["version"] != VERSION:
        raise _wrong(file, 1, f"version `{data['version']}` is unknown, this program knows {VERSION}")
    lines = data["accounts"]
    if not isinstance(lines, list) or lines[-1:] != [None]:
        raise _wrong(file, 1, "`accounts` is not a list that ends in null")
    accounts: dict[str, FoundAccount] = {}
    for i, written in enumerate(lines[:-1]):
        if problem := next(_problems(written), ""):
            raise _wrong(file, i + 2, problem)
        if written["id"] in accounts:
            raise _wrong(file, i + 2, f"`{written['id']}` is there twice")
        regions = tuple(written["regions"]) if "regions" in written else None
        accounts[written["id"]] = FoundAccount(**{**written, "regions": regions})
    return FoundAccounts(file, accounts)


def _problems(written: Any) -> Iterator[str]:
    if not isinstance(written, dict) or set(written) - {"tags", "regions"} != _FIELDS:
        yield f"needs {', '.join(sorted(_FIELDS))}, perhaps regions, tags"
        return
    if not all(isinstance(written[name], str) for name in _FIELDS):
        yield "has a value that is no text"
    elif not is_account_id(written["id"]):
        yield f"`{written['id']}` is no account ID"
    elif written["state"] not in STATES:
        yield f"`{written['state']}` is no state of an account"
    elif not written["ou"].startswith("/"):
        yield f"`{written['ou']}` is no path of organizational units"
    tags, regions = written.get("tags", {}), written.get("regions", [])
    if not isinstance(tags, dict) or not all(isinstance(value, str | None) for value in tags.values()):
        yield "`tags` are not texts by name"
    if not isinstance(regions, list) or not all(isinstance(r, str) and is_opt_in(r) for r in regions):
        yield "`regions` are not opt-in regions"


def _wrong(file: str, line: int, problem: str) -> Mistakes:
    return Mistakes([Mistake(file, line, "", problem, f"restore it from version control; {RENEW}")])
