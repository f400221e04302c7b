"""In what one lock differs from another, a line a change."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from baseline.lock import AccountRegion, KeyIdentity, Lock
from baseline.words import count, some


def lock_changes(old: Lock, new: Lock, names: Mapping[str, str]) -> Iterator[str]:
    """What the new one has and the old one has not; nothing where only the text is another.

    Accounts that change alike in a region share a line. `names`: what an account is called now, by its ID.
    """
    if old.layout is None and not new.lines:
        yield f"the layout `{new.layout}` and the backend `{new.backend}`"
    if new.backend != old.backend and old.backend is not None:
        yield f"the states are in {new.backend}, and not in {old.backend}"
    names = {**new.bases, **names}
    then, now = set(old.retired), set(new.retired)
    new_keys = {entry.key for entry in new.entries} - {entry.key for entry in old.entries}
    for what, keys in (("new keys", new_keys), ("retired", now - then), ("no longer retired", then - now)):
        yield from _shared(what, _purposes(keys), names)
    made = Counter(AccountRegion(r.account_id, r.region) for r in set(new.resources) - set(old.resources))
    yield from _shared("of features", {where: count(number, "resource") for where, number in made.items()}, names)
    left_alone = {
        where: ", ".join(sorted(line.left_alone)) or "nothing"
        for where, line in new.lines.items()
        if line.left_alone != (old.lines[where].left_alone if where in old.lines else frozenset())
    }
    yield from _shared("left alone", left_alone, names)


def _purposes(keys: Iterable[KeyIdentity]) -> Mapping[AccountRegion, str]:
    """The purposes of the keys of each account and region, as one text."""
    found: dict[AccountRegion, list[str]] = {}
    for key in sorted(keys):
        found.setdefault(AccountRegion(key.account_id, key.region), []).append(key.purpose)
    return {where: ", ".join(purposes) for where, purposes in found.items()}


def _shared(what: str, texts: Mapping[AccountRegion, str], names: Mapping[str, str]) -> Iterator[str]:
    """`new keys: ebs, sns in eu-west-2 of data (033333333333) and web (055555555555)`."""
    accounts: dict[tuple[str, str], list[str]] = {}
    for where, text in sorted(texts.items()):
        accounts.setdefault((where.region, text), []).append(f"{names[where.account_id]} ({where.account_id})")
    for (region, text), alike in accounts.items():
        yield f"{what}: {text} in {region} of {some(alike)}"
