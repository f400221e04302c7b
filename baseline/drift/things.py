"""What features made, held against what they should have made: it is there, and the key of its region encrypts it."""

from collections.abc import Callable, Iterator

from baseline.drift.finding import Difference
from baseline.features.feature import Thing
from baseline.seen import SeenThing

KeyId = Callable[[str], str | None]
"""The ID of a key by what AWS calls it: its ID, an alias, or the ARN of one of them; None: not known."""


def thing_differences(thing: Thing, found: SeenThing | None, key_id: str | None, named: KeyId) -> Iterator[Difference]:
    """In what something is not as it should be. `key_id`: of the key that should encrypt it; None: not known."""
    if found is None:
        yield Difference("feature-gone", f"{thing} is not there")
    elif thing.key is None:
        if thing.runs and not found.runs:
            yield Difference("recorder-stopped", f"{thing} does not record")
    elif not found.key:
        yield Difference("not-encrypted", f"no key of KMS encrypts {thing}")
    elif key_id and named(found.key) != key_id:
        yield Difference("other-key", f"{found.key} encrypts {thing}, and not the key {key_id}")
