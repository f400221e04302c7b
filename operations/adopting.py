"""A key that others made becomes ours: it is looked at, its owner sees what changes, and the lock records it."""

from collections.abc import Mapping
from dataclasses import dataclass

from baseline.adoption.access import Access, access_change, access_kept, exception, keeping
from baseline.adoption.reference import reference
from baseline.adoption.verdict import Surroundings, Word, refusals
from baseline.errors import Refusal
from baseline.inventory import Key, Provider
from baseline.seen import Seen
from files.alone import alone
from live.adoptable import Offered, caller, read_offered
from live.sessions import Sessions
from live.survey import survey
from operations.progress import Say
from operations.project import LOCKED_VARIABLE, Project


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A key that fits, with all that its owner should know before it is ours."""

    key: Key
    found: Offered
    access: Access
    kept: Access
    """What changes once the exception is in the configuration."""
    exception: str
    """The entry of the configuration that keeps everybody's access; empty: nobody loses any."""
    tags: Mapping[str, tuple[str | None, str | None]]
    """The tags that change, each with its old and its new value; None: it is not there."""
    names: tuple[str, ...]
    """Our alias and parameter, where they are there already and are this key's."""
    aliases: tuple[str, ...]
    """Its other aliases, which stay."""
    known: bool
    """Whether the lock has it as adopted already."""


def look(project: Project, sessions: Sessions, key: Key, written: str, word: Word) -> Offer:
    """Look at the key that is offered for a place. Raises Refusal unless it fits, UsageError for what names no key."""
    organization = project.configuration.organization
    provider = _provider(project, key)
    found = read_offered(sessions, provider, reference(written, key, organization.partition))
    if found is None:
        raise Refusal(
            f"account {key.account_id} has no key {written} in {key.region}",
            "a key ID says neither account nor region; is it there that you looked",
        )
    seen = survey(sessions, provider, [key.parameter] if key.parameter else [])
    around = Surroundings(
        namespace=organization.namespace,
        alias_at=seen.aliases.get(key.alias),
        deployer=caller(sessions, provider),
        adopted=project.lock.adopted,
    )
    if refused := refusals(key, found.seen, around, word):
        lines = [f"  the key {found.seen.key_id} {refusal}" for refusal in refused]
        raise Refusal("\n".join([f"not adopted as {key.where}:", *lines]))
    return _offer(project, key, found, provider, seen, word)


def _offer(project: Project, key: Key, found: Offered, provider: Provider, around: Seen, word: Word) -> Offer:
    organization = project.configuration.organization
    key_id, policy = found.seen.key_id, found.seen.policy or ""
    access = access_change(policy, key.policy, organization.partition, key.account_id)
    users = keeping(key, organization, policy, access.losses) if access.losses else ()
    named = sorted(alias for alias, target in around.aliases.items() if target == key_id)
    published = key.parameter if (around.parameters or {}).get(key.parameter or "") == found.seen.arn else None
    return Offer(
        key=key,
        found=found,
        access=access,
        kept=access_kept(key, organization, policy, users) if access.losses else access,
        exception=exception(key, users, word.reason or "adopted with everybody who had access")
        if access.losses
        else "",
        tags=_changes(found.seen.tags or {}, {**provider.tags, **key.tags}),
        names=tuple(filter(None, (key.alias if key.alias in named else None, published))),
        aliases=tuple(alias for alias in named if alias != key.alias),
        known=project.lock.adopted.get(key.locked.key) == key_id,
    )


def adopt(project: Project, offer: Offer, say: Say) -> None:
    """Record in the lock that the key is ours. Raises Refusal where the lock may not change, and as `record_keys` does."""
    if project.lock_is_forbidden:
        raise Refusal(
            f"{project.lock_path} would change, and {LOCKED_VARIABLE} forbids it",
            "adopt where you edit the configuration, and commit the file",
        )
    lock = project.inventory.lock.adopting(offer.key.locked.key, offer.found.seen.key_id, offer.names)
    with alone(project.lock_path.parent, say=say):
        project.record_keys(lock)


def _changes(old: Mapping[str, str], new: Mapping[str, str]) -> dict[str, tuple[str | None, str | None]]:
    return {name: (old.get(name), new.get(name)) for name in sorted({*old, *new}) if old.get(name) != new.get(name)}


def _provider(project: Project, key: Key) -> Provider:
    return project.inventory.by_name[key.stack].provider(key.provider)
