"""The lock as a person may have left it: read, and refused where it is damaged or not ours. It is never guessed at."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from baseline import names
from baseline.errors import Mistake, Mistakes
from baseline.iam.arns import is_account_id
from baseline.lock import LOCK_VERSION, AccountRegion, KeyIdentity, Line, Lock
from baseline.names import Layout
from baseline.own_purpose import OWN_PURPOSE
from baseline.purposes import PURPOSES
from baseline.regions import partition_of

_ADDRESS = re.compile(r"[a-z0-9_]+\.[A-Za-z_][A-Za-z0-9_-]*")
_KEY_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_NAME = re.compile(r"(alias)?/[A-Za-z0-9/_.-]+")
_OWN = re.compile(OWN_PURPOSE)
_OPTIONAL = {"resources", "left_alone", "adopted", "adopted_names", "retired"}
_ADOPTED_ONCE = "two branches did that: keep the one whose key is in use, and adopt again"
_RESTORE = "restore it from version control; never write it by hand: it is what keeps keys from being lost"
_NEWER = (
    "restore it from version control, if it was damaged; if a newer version of the program wrote it, install that one: "
    "`requirements.txt` names it"
)
_ONE_NAME = "two branches did that: keep the name under which keys were deployed, and remove the lines of the other"


def parse_lock(text: str, file: str) -> Lock:
    """Read a lock's text. Raises Mistakes when it is damaged or not ours."""
    try:
        data = json.loads(text.removeprefix("\ufeff"), object_pairs_hook=_without_repeats)
    except json.JSONDecodeError as error:
        conflict = "<<<<<<<" in text
        problem = "has merge conflicts" if conflict else f"is not JSON: {error.msg}, column {error.colno}"
        help = "keep the lines of both sides" if conflict else _RESTORE
        raise Mistakes([Mistake(file, error.lineno, "", problem, help)]) from None
    except (RecursionError, ValueError):
        raise Mistakes([Mistake(file, 1, "", "is not a lock of kms-baseline", _RESTORE)]) from None
    return _Reader(file).lock(data)


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """JSON keeps the last of two equal names in silence, and the keys under the other would be lost."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError
    return found


class _Reader:
    def __init__(self, file: str) -> None:
        self.file = file
        self.owners: dict[str, str] = {}
        """By the name that an account's stacks are made of: the account."""
        self.bases: dict[str, str] = {}
        """The inverse."""
        self.adopted: dict[str, KeyIdentity] = {}
        """By key ID: whose key it became."""

    def lock(self, data: Any) -> Lock:
        if not isinstance(data, dict) or set(data) != {"version", "layout", "backend", "keys"}:
            raise self.wrong("", "is not a lock of kms-baseline")
        if data["version"] != LOCK_VERSION:
            problem = f"version `{data['version']}` is unknown, this program knows {LOCK_VERSION}"
            raise self.wrong("version", problem, help=_NEWER)
        if data["layout"] not in ("account", "account-region"):
            raise self.wrong("layout", f"`{data['layout']}` is no layout")
        if not isinstance(data["backend"], str):
            raise self.wrong("backend", "says no place")
        if not isinstance(data["keys"], list) or data["keys"][-1:] != [None]:
            raise self.wrong("keys", "is not a list that ends in null")
        lines: dict[AccountRegion, Line] = {}
        for i, entry in enumerate(data["keys"][:-1]):
            where, line = self.line(i, entry)
            self.check_stack(i, where, line.stack, data["layout"])
            # Two branches added to the same account and region; what both say exists.
            known = lines.get(where, line)
            self.check_adopted(i, where, known, line)
            both = known.adding(purposes=line.purposes, resources=line.resources)
            lines[where] = replace(
                both,
                stack=line.stack,
                left_alone=known.left_alone | line.left_alone,
                adopted={**known.adopted, **line.adopted},
                adopted_names=known.adopted_names | line.adopted_names,
                retired=known.retired | line.retired,
            )
        return Lock(data["layout"], lines, data["backend"])

    def check_stack(self, index: int, where: AccountRegion, name: str, layout: Layout) -> None:
        """An account has one name in its stacks, and no stack has the keys of two: their addresses would be the same."""
        field, base = f"keys[{index}]", names.stack_base(name, where.region, layout)
        if names.stack(base, where.region, layout) != name:
            raise self.wrong(field, f"`{name}` is no stack of {where.region} in the layout `{layout}`", index)
        owner = self.owners.setdefault(base, where.account_id)
        if owner != where.account_id:
            problem = f"`{name}` is a stack of the accounts {owner} and {where.account_id}"
            raise self.wrong(field, problem, index, _ONE_NAME)
        known = self.bases.setdefault(where.account_id, base)
        if known != base:
            problem = f"the stacks of account {where.account_id} are called both `{known}` and `{base}`"
            raise self.wrong(field, problem, index, _ONE_NAME)

    def check_adopted(self, index: int, where: AccountRegion, known: Line, line: Line) -> None:
        """No key is adopted for two, and no two for one: Terraform would take the one, and nobody would know which."""
        for purpose, key_id in line.adopted.items():
            place = KeyIdentity(*where, purpose)
            owner = self.adopted.setdefault(key_id, place)
            if owner != place:
                problem = f"the key {key_id} is adopted twice, also as {' '.join(owner)}"
                raise self.wrong(f"keys[{index}]", problem, index, _ADOPTED_ONCE)
            if known.adopted.get(purpose, key_id) != key_id:
                problem = f"two keys are adopted as {' '.join(place)}: {known.adopted[purpose]} and {key_id}"
                raise self.wrong(f"keys[{index}]", problem, index, _ADOPTED_ONCE)

    def line(self, index: int, entry: Any) -> tuple[AccountRegion, Line]:
        field = f"keys[{index}]"
        if not isinstance(entry, dict) or set(entry) - _OPTIONAL != {"account_id", "region", "purposes", "stack"}:
            problem = f"needs account_id, region, purposes and stack, perhaps {', '.join(sorted(_OPTIONAL))}"
            raise self.wrong(field, problem, index, _NEWER)
        account_id, region, purposes, stack = entry["account_id"], entry["region"], entry["purposes"], entry["stack"]
        if not (isinstance(account_id, str) and is_account_id(account_id)):
            raise self.wrong(field, f"`{account_id}` is no account ID", index)
        if not isinstance(region, str) or partition_of(region) is None:
            raise self.wrong(field, f"`{region}` is no region", index)
        if (
            not isinstance(purposes, list)
            or not purposes
            or not all(isinstance(p, str) and (p in PURPOSES or _OWN.fullmatch(p)) for p in purposes)
        ):
            raise self.wrong(field, f"`{purposes}` are no purposes that this version knows", index, _NEWER)
        if not isinstance(stack, str) or not stack:
            raise self.wrong(field, f"`{stack}` is no stack", index)
        line = Line(
            frozenset(purposes),
            stack,
            self.listed(index, entry, "resources", _ADDRESS.fullmatch, "are no Terraform addresses"),
            self.listed(index, entry, "left_alone", lambda _: True, "are no patterns"),
            self.adopted_of(index, entry),
            self.listed(index, entry, "adopted_names", _NAME.fullmatch, "are no names of aliases and parameters"),
            self.listed(index, entry, "retired", purposes.__contains__, "are retired and not among the purposes"),
        )
        return AccountRegion(account_id, region), line

    def listed(self, index: int, entry: Any, name: str, fits: Callable[[str], object], problem: str) -> frozenset[str]:
        """The texts of an optional list of a line."""
        values = entry.get(name, [])
        if not isinstance(values, list) or not all(isinstance(value, str) and fits(value) for value in values):
            raise self.wrong(f"keys[{index}]", f"`{values}` {problem}", index)
        return frozenset(values)

    def adopted_of(self, index: int, entry: Any) -> dict[str, str]:
        """The adopted keys of a line, by purpose."""
        field, adopted = f"keys[{index}]", entry.get("adopted", {})
        if not isinstance(adopted, dict) or not all(
            isinstance(i, str) and _KEY_ID.fullmatch(i) for i in adopted.values()
        ):
            raise self.wrong(field, f"`{adopted}` are no key IDs by purpose", index)
        if unknown := set(adopted) - set(entry["purposes"]):
            raise self.wrong(field, f"`{min(unknown)}` is adopted and not among the purposes", index)
        return adopted

    def wrong(self, field: str, problem: str, index: int | None = None, help: str = "") -> Mistakes:
        # One entry a line, after the line with the version.
        return Mistakes([Mistake(self.file, 1 if index is None else index + 2, field, problem, help or _RESTORE)])
