"""One key as AWS has it, held against the one that should be there."""

from collections.abc import Collection, Iterator, Mapping

from baseline.drift.finding import Difference
from baseline.drift.grants import grant_differences
from baseline.drift.policies import policy_differences
from baseline.inventory import Key
from baseline.seen import SeenKey


def key_differences(
    key: Key, tags: Mapping[str, str], found: SeenKey, roles: Collection[str] = ()
) -> Iterator[Difference]:
    """In what a key is not as it should be. `tags`: those that everything has; `roles`: what uses it for features."""
    yield from state_differences(found, key.enabled)
    if found.peculiarity:
        yield Difference("not-plain", f"the key {found.key_id} {found.peculiarity}")
    if found.rotation is not None and found.deletion is None:  # a key that waits for its deletion does not rotate
        yield from _rotation(key, found.rotation)
    if found.policy is not None:
        yield from policy_differences(key, found.policy)
    others = [name for name in found.policy_names or () if name != "default"]
    if others:
        yield Difference("policy-name", f"it has policies beside `default`: {', '.join(others)}")
    if found.tags is not None:
        yield from _tags({**tags, **key.tags}, found.tags)
    yield from grant_differences(key, found.grants or (), roles)
    yield from _unread(found)


def state_differences(found: SeenKey, enabled: bool = True) -> Iterator[Difference]:
    """Why a key cannot be used, or why it can be though its owner said otherwise."""
    if found.state == "Enabled" and not enabled:
        yield Difference("enabled", f"the key {found.key_id} is enabled, and its owner retired it by `then: disable`")
    elif found.state == "Disabled" and enabled:
        yield Difference("disabled", f"the key {found.key_id} is disabled")
    elif found.state in ("PendingDeletion", "PendingReplicaDeletion"):
        on = f" on {found.deletion:%Y-%m-%d}" if found.deletion else ""
        yield Difference("pending-deletion", f"the key {found.key_id} waits for its deletion{on}")
    elif found.state not in ("Enabled", "Disabled"):
        yield Difference("unusable", f"the state of the key {found.key_id} is {found.state}")


def rotation_in_words(days: int | None) -> str:
    """The rotation of a key."""
    return "unknown" if days is None else f"{days} days" if days else "off"


def _rotation(key: Key, days: int) -> Iterator[Difference]:
    settings = key.settings
    wanted = settings.rotation_period_days if settings.rotation else 0
    if days != wanted:
        said = f"its rotation is {rotation_in_words(days)}, and should be {rotation_in_words(wanted)}"
        yield Difference("rotation", said)


def _tags(wanted: Mapping[str, str], found: Mapping[str, str]) -> Iterator[Difference]:
    wrong = [
        f"`{name}` is `{found[name]}`, and should be `{value}`" if name in found else f"`{name}: {value}` is missing"
        for name, value in wanted.items()
        if found.get(name) != value
    ]
    if wrong:
        yield Difference("tags", f"of its tags {'; '.join(wrong)}")


def _unread(found: SeenKey) -> Iterator[Difference]:
    parts = {
        "policy (kms:GetKeyPolicy is denied)": found.policy,
        "names of policies (kms:ListKeyPolicies is denied)": found.policy_names,
        "rotation (kms:GetKeyRotationStatus is denied)": found.rotation,
        "tags (kms:ListResourceTags is denied)": found.tags,
        "grants (kms:ListGrants is denied)": found.grants,
    }
    if unread := [what for what, value in parts.items() if value is None]:
        yield Difference("not-readable", f"of the key {found.key_id} could not be read: {', '.join(unread)}")
