"""What this package says of one purpose: how its keys are tried, and what refers to them."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from baseline.purposes.purpose import Probe as Kind
from baseline.retirement import Dependent
from live.probe_kinds import Clients

Found = Iterator[tuple[Any, Dependent]]
"""What names a key, with the name as the service has it."""


class Probe(NamedTuple):
    """What it does, in words, the service whose use of the key it shows, and the doing."""

    what: str
    service: str
    """As in `kms:ViaService`; empty: it shows none."""
    run: Callable[[Clients, str, str], None]
    """Is given the key's ARN and a name for what it makes."""
    calls_itself: bool = False
    """Whether the service uses the key by its own principal too, and not only for the caller."""


class Look(NamedTuple):
    """One kind of thing that is looked through."""

    what: str
    service: str
    through: Callable[[Any], Found]


class OfPurpose(NamedTuple):
    """What is known of the keys of one purpose."""

    kind: Kind
    probe: Probe
    looks: tuple[Look, ...]
    """What is looked through for things that refer to a key."""
    unseen: tuple[str, ...]
    """What no call shows."""
