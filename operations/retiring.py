"""What is known of retired keys, and the deletion of one, which a person does with credentials of their own."""

import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from baseline import names
from baseline.backends import LocalBackend
from baseline.errors import Refusal, UsageError, WorldError
from baseline.fields.limits import nearest
from baseline.iam.arns import Arn
from baseline.inventory import Provider
from baseline.lock import AccountRegion, KeyIdentity
from baseline.organization import Retirement
from baseline.retention import Retention
from baseline.retirement import DisabledSince, Evidence, Standing, refusals
from live.adoptable import caller
from live.asking import NoCredentials
from live.deletion import schedule
from live.evidence import gather
from live.sessions import Sessions
from operations.project import Project, check_one_of
from operations.synthesis import STATES

MOST_AT_ONCE = 8
"""Keys that are looked at at the same time: GetKeyLastUsage takes 5 calls a second and region."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetiredKey:
    """A key of the lock that its owner retires, in an account that exists."""

    account: str
    identity: KeyIdentity
    alias: str
    stack: str
    entry: Retirement
    provider: Provider

    @property
    def where(self) -> str:
        """Which key it is, as messages say it."""
        return f"{self.account} {self.identity.region} {self.identity.purpose}"


@dataclass(frozen=True, slots=True)
class Looked:
    """What was found of a retired key."""

    key: RetiredKey
    evidence: Evidence | None
    """None: nothing is behind its alias, or it could not be read."""
    problem: str
    """Why it could not be read; empty where it could."""
    refusals: tuple[str, ...]
    """What speaks against deleting it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a key must have gone through before it is deleted."""

    days: int
    """So long it must have been disabled and unused."""
    disabled_since: datetime | None = None
    """What a person says, where CloudTrail knows nothing any more."""


def retired_keys(project: Project, wanted: Sequence[str] = ()) -> list[RetiredKey]:
    """The retired keys that may still exist, or the one of an account (name or ID), region and purpose.

    Raises UsageError where that is none.
    """
    inventory = project.inventory
    retention = Retention(inventory.organization, project.lock)
    entries = {key: entry for key, entry in retention.retired().items() if entry.then != "gone"}
    if wanted:
        key = _named(retention, entries, *wanted)
        entries = {key: entries[key]}
    providers = {(p.account_id, p.region): p for stack in inventory.stacks for p in stack.providers}
    return [
        RetiredKey(
            account=retention.name(key.account_id),
            identity=key,
            alias=names.alias(inventory.organization.namespace, key.purpose),
            stack=project.lock.lines[AccountRegion(key.account_id, key.region)].stack,
            entry=entry,
            provider=providers[key.account_id, key.region],
        )
        for key, entry in sorted(entries.items())
    ]


def look(project: Project, sessions: Sessions, keys: Sequence[RetiredKey], terms: Terms) -> Iterator[Looked]:
    """What AWS has of each key. One that cannot be read is told, and the others are read all the same.

    Raises WorldError where there are no credentials, or where they expire meanwhile.
    """
    now = datetime.now(UTC)

    def one(key: RetiredKey) -> Looked:
        try:
            evidence = gather(sessions, key.provider, key.alias, key.identity.purpose)
        except NoCredentials:
            raise
        except WorldError as error:
            return Looked(key, None, str(error), (str(error),))
        if evidence is None:
            return Looked(key, None, "", (f"nothing is behind {key.alias}",))
        if terms.disabled_since and evidence.disabled is None and evidence.state == "Disabled":
            evidence = replace(evidence, disabled=DisabledSince(terms.disabled_since, "your own word"))
        standing = _standing(project, key, evidence.key_id)
        return Looked(key, evidence, "", tuple(refusals(evidence, standing, terms.days, now)))

    with ThreadPoolExecutor(MOST_AT_ONCE) as pool:
        yield from pool.map(one, keys)


def look_as_a_person(project: Project, sessions: Sessions, key: RetiredKey, terms: Terms) -> Looked:
    """The key by the caller's own credentials.

    Raises Refusal where these are the deployment role's, WorldError where they are of another account or the key cannot
    be read.
    """
    own = replace(key, provider=replace(key.provider, role=None))
    arn = caller(sessions, own.provider)
    account_id = Arn.parse(arn).account_id
    if account_id != key.identity.account_id:
        raise WorldError(
            f"the credentials are of the account {account_id}, and {key.where} is in {key.identity.account_id}",
            "sign in there with credentials of your own, and name them in AWS_PROFILE",
        )
    role = (key.provider.role or "").rpartition("/")[2]
    if role and f":assumed-role/{role}/" in arn:
        raise Refusal(f"{arn} is the deployment role, which deletes no key", "use credentials of your own")
    [looked] = look(project, sessions, [own], terms)
    if looked.problem:
        raise WorldError(looked.problem)
    return looked


def refuse(looked: Looked) -> None:
    """Raise Refusal with everything that speaks against deleting the key, if anything does."""
    if looked.refusals:
        unknown = looked.evidence is not None and looked.evidence.state == "Disabled" and not looked.evidence.disabled
        raise Refusal(
            "\n".join([f"{looked.key.where} is not deleted:", *(f"  {reason}" for reason in looked.refusals)]),
            "--disabled-since DATE says since when it is disabled, if you know it" if unknown else "",
        )


def delete(project: Project, sessions: Sessions, looked: Looked, terms: Terms) -> datetime:
    """Look once more, and schedule the deletion. Returns when KMS deletes the key.

    Raises as `look_as_a_person` and `refuse`, and WorldError where KMS refuses.
    """
    again = look_as_a_person(project, sessions, looked.key, terms)
    refuse(again)
    assert looked.evidence
    assert again.evidence
    if again.evidence.key_id != looked.evidence.key_id:
        raise Refusal(f"{looked.key.alias} is at another key by now; nothing was deleted")
    return schedule(sessions, again.key.provider, again.evidence.key_id)


def unreadable_state(project: Project, key: RetiredKey) -> str:
    """What is the state of the key's stack, if it cannot be read here; empty where it can."""
    backend = project.inventory.organization.deployment.backend
    if not isinstance(backend, LocalBackend):
        return f"the state of {key.stack} in {backend.place}"
    state = STATES / names.state_file(key.stack)
    return "" if state.exists() else f"{state}, which is not here"


def _named(
    retention: Retention, entries: dict[KeyIdentity, Retirement], account: str, region: str, purpose: str
) -> KeyIdentity:
    account_id = retention.account_id(account)
    key = KeyIdentity(account_id, region, purpose)
    if key in entries:
        return key
    known = sorted({retention.name(other.account_id) for other in entries})
    if not any(other.account_id == account_id for other in entries):
        there = nearest(account, known) or (
            f"there are some of {', '.join(known)}" if known else "there is none at all"
        )
        raise UsageError(f"no key of the account `{account}` is retired", there)
    check_one_of(region, sorted({other.region for other in entries if other.account_id == account_id}), "such region")
    of = sorted(other.purpose for other in entries if other[:2] == (account_id, region))
    raise UsageError(f"{account} has no retired {purpose} key in {region}", f"those of {', '.join(of)} are retired")


def _standing(project: Project, key: RetiredKey, key_id: str) -> Standing:
    return Standing(
        then=key.entry.then,
        forgotten=key.identity in set(project.lock.retired),
        states=tuple(_states_with(key_id)),
    )


def _states_with(key_id: str) -> Iterator[str]:
    """The local states that have a key, and those that cannot be read, which may have it."""
    for state in sorted(STATES.glob("*.tfstate")):
        try:
            resources = json.loads(state.read_bytes())["resources"]
            ids = {i["attributes"]["id"] for r in resources if r["type"] == "aws_kms_key" for i in r["instances"]}
        except (OSError, ValueError, KeyError, TypeError):
            yield f"{state} cannot be read, and perhaps"
        else:
            if key_id in ids:
                yield str(state)
