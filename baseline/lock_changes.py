"""In what one lock differs from another, a line a change."""

from collections import Counter
from collections.abc import Iterator

from baseline.lock import Lock
from baseline.words import count


def lock_changes(old: Lock, new: Lock) -> Iterator[str]:
    """What the new one has and the old one has not; nothing where only the text is another."""
    if new.backend != old.backend and old.backend is not None:
        yield f"the states are in {new.backend}, and not in {old.backend}"
    known = {entry.key for entry in old.entries}
    for entry in new.entries:
        if entry.key not in known:
            yield f"new key: {entry.stack} {entry.account_id} {entry.region} {entry.purpose}"
    now, then = set(new.retired), set(old.retired)
    yield from (f"retired: {' '.join(key)}" for key in sorted(now - then))
    yield from (f"no longer retired: {' '.join(key)}" for key in sorted(then - now))
    made = Counter((r.account_id, r.region) for r in set(new.resources) - set(old.resources))
    for (account_id, region), number in sorted(made.items()):
        yield f"of features: {count(number, 'resource')} in {account_id} {region}"
    for where, line in sorted(new.lines.items()):
        before = old.lines.get(where)
        if line.left_alone != (before.left_alone if before else frozenset()):
            yield f"left alone in {where.account_id} {where.region}: {', '.join(sorted(line.left_alone)) or 'nothing'}"
