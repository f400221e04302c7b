"""What AWS has where everything is as the Inventory says: the values from which tests plant a difference."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from baseline.drift.expected import ExpectedPlace
from baseline.inventory import Key
from baseline.seen import Seen, SeenKey

MADE = datetime(2026, 1, 1, tzinfo=UTC)


def key_id(number: int) -> str:
    return f"{number:08d}-0000-0000-0000-000000000000"


def as_wanted(place: ExpectedPlace, key: Key, number: int) -> SeenKey:
    """A key just as it should be."""
    return SeenKey(
        key_id=key_id(number),
        arn=f"arn:aws:kms:{key.region}:{key.account_id}:key/{key_id(number)}",
        created=MADE + timedelta(minutes=number),
        state="Enabled",
        tags={**place.provider.tags, **key.tags},
        policy=key.policy.render(),
        policy_names=("default",),
        rotation=key.settings.rotation_period_days if key.settings.rotation else 0,
        grants=(),
    )


def settled(place: ExpectedPlace) -> Seen:
    """A region in which nothing is otherwise."""
    keys = [(key, as_wanted(place, key, number)) for number, key in enumerate(place.keys)]
    return Seen(
        aliases={key.alias: found.key_id for key, found in keys},
        keys={found.key_id: found for _, found in keys},
        parameters={key.parameter: found.arn for key, found in keys if key.parameter},
    )


def changed(seen: Seen, id: str, **fields: Any) -> Seen:
    """The same with one key that is otherwise."""
    return replace(seen, keys={**seen.keys, id: replace(seen.keys[id], **fields)})


def with_alias(seen: Seen, alias: str, id: str) -> Seen:
    return replace(seen, aliases={**seen.aliases, alias: id})


def without_alias(seen: Seen, alias: str) -> Seen:
    return replace(seen, aliases={name: id for name, id in seen.aliases.items() if name != alias})
