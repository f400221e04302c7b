"""The keys that AWS really has, held against the Inventory."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import boto3

from baseline.inventory import Inventory, Key, Provider
from live.aws_keys import LiveKey, read_keys
from live.sessions import Sessions


@dataclass(frozen=True, slots=True)
class ReadBack:
    """A key that should exist, and the one that AWS has in its place."""

    key: Key
    live: LiveKey | None
    differences: tuple[str, ...]
    """In what the one is not the other."""


def read_back(inventory: Inventory, variables: Mapping[str, str]) -> list[ReadBack]:
    """Every key of the Inventory, in its order, as AWS has it. Raises WorldError when an account cannot be entered."""
    base = boto3.Session(
        aws_access_key_id=variables["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=variables["AWS_SECRET_ACCESS_KEY"],
        region_name=variables["AWS_REGION"],
    )
    sessions = Sessions(base, variables["AWS_ENDPOINT_URL"])
    found = {}
    for stack in inventory.stacks:
        for provider in stack.providers:
            keys = [key for key in stack.keys if key.provider == provider.alias]
            of_region = read_keys(sessions, provider, [key.alias for key in keys])
            for key in keys:
                live = of_region.get(key.alias)
                found[key.locked.key] = ReadBack(key, live, tuple(differences(key, provider, live)))
    return [found[key.locked.key] for key in inventory.keys]


def differences(key: Key, provider: Provider, live: LiveKey | None) -> Iterator[str]:
    """In what a key of AWS is not the key of the Inventory."""
    if live is None:
        yield "there is no such key"
        return
    settings = key.settings
    if live.state != ("Enabled" if key.enabled else "Disabled"):
        yield f"its state is {live.state}"
    if live.rotation != settings.rotation or (
        settings.rotation and live.rotation_period_days != settings.rotation_period_days
    ):
        yield f"its rotation is {rotation(live)}"
    if live.policy != key.policy.as_dict():
        yield "its policy is another one"
    if not {**provider.tags, **key.tags}.items() <= live.tags.items():
        yield "its tags are not ours"


def rotation(live: LiveKey) -> str:
    """The rotation of a key in words."""
    return f"{live.rotation_period_days} days" if live.rotation else "off"
