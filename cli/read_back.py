"""The keys that AWS really has, held against the Inventory."""

from collections.abc import Iterator, Mapping

import boto3

from baseline.errors import WorldError
from baseline.inventory import Inventory, Key, Provider
from cli import output
from live.keys import LiveKey, read_keys


def show_keys(inventory: Inventory, variables: Mapping[str, str]) -> None:
    """Read every key back from AWS, hold it against the Inventory, and print the table. Raises WorldError."""
    base = boto3.Session(
        aws_access_key_id=variables["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=variables["AWS_SECRET_ACCESS_KEY"],
        region_name=variables["AWS_REGION"],
    )
    rows, wrong = [], []
    for stack in inventory.stacks:
        for provider in stack.providers:
            keys = [key for key in stack.keys if key.provider == provider.alias]
            found = read_keys(provider, [key.alias for key in keys], base, variables["AWS_ENDPOINT_URL"])
            for key in keys:
                live = found.get(key.alias)
                wrong += [
                    f"{key.account} {key.region} {key.purpose}: {problem}"
                    for problem in differences(key, provider, live)
                ]
                rows.append(_row(key, live))
    order = {key.locked.key: i for i, key in enumerate(inventory.keys)}
    rows.sort(key=lambda row: order[row[1], row[2], row[3]])
    output.show(output.table(("ACCOUNT", "ACCOUNT ID", "REGION", "PURPOSE", "ALIAS", "KEY ID", "ROTATION"), rows))
    output.show(f"{output.count(len(rows), 'key')} read back")
    if wrong:
        raise WorldError("AWS does not have what the configuration says:\n  " + "\n  ".join(wrong))


def differences(key: Key, provider: Provider, live: LiveKey | None) -> Iterator[str]:
    """In what a key of AWS is not the key of the Inventory."""
    if live is None:
        yield "there is no such key"
        return
    settings = key.settings
    if live.state != "Enabled":
        yield f"its state is {live.state}"
    if live.rotation != settings.rotation or (
        settings.rotation and live.rotation_period_days != settings.rotation_period_days
    ):
        yield f"its rotation is {_rotation(live)}"
    if live.policy != key.policy.as_dict():
        yield "its policy is another one"
    if not {**provider.tags, **key.tags}.items() <= live.tags.items():
        yield "its tags are not ours"


def _row(key: Key, live: LiveKey | None) -> tuple[str, ...]:
    found = (live.key_id, _rotation(live)) if live else ("missing", "-")
    return (key.account, key.account_id, key.region, key.purpose, key.alias, *found)


def _rotation(live: LiveKey) -> str:
    return f"{live.rotation_period_days} days" if live.rotation else "off"
