"""Keys of the lock that were never deployed, as those of an account ID that was mistyped: they may leave the lock.

The state of the key's stack is asked, and AWS. Either of them knows of the key: it stays. Neither can be asked: it stays too.
"""

import json
import os
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, get_args

from baseline import names
from baseline.backends import CloudBackend, S3Backend
from baseline.errors import Refusal, WorldError
from baseline.expansion import provider_of
from baseline.lock import AccountRegion, KeyIdentity, Line
from baseline.names import Layout
from baseline.retention import Retention
from baseline.seen import Seen
from deployment.hcp.client import Client
from deployment.hcp.workspaces import Places
from files.alone import alone
from live.sessions import Sessions
from live.states import state_in_s3
from live.survey import survey
from operations.progress import Say
from operations.project import Project
from operations.synthesis import STATES

Verdict = Literal["never deployed", "deployed", "not known"]
_LAYOUTS = get_args(Layout)
State = frozenset[str] | None | WorldError
"""The addresses in a state; None: there is no such state; or why that is not known."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of a key of the lock that the configuration does not have."""

    account: str
    key: KeyIdentity
    verdict: Verdict
    why: str


def standings(project: Project, sessions: Sessions) -> list[Standing]:
    """Of every key that the configuration neither has nor retires. Raises Refusal where the states are looked for elsewhere."""
    organization = project.configuration.organization
    retention = Retention(organization, project.lock)
    retention.check_places()
    wanted = {KeyIdentity(account.id, *at) for account in organization.accounts for at in account.keys}
    lines: dict[AccountRegion, list[str]] = {}
    for lost in retention.lost(wanted, retention.retired()):
        lines.setdefault(AccountRegion(lost.account_id, lost.region), []).append(lost.purpose)
    asked = _Asked(project, sessions)
    return [standing for where, purposes in lines.items() for standing in asked.of(retention, where, purposes)]


def forget(project: Project, found: Sequence[Standing], say: Say) -> int:
    """Take those that were never deployed out of the lock, and say how many these are.

    Raises Refusal where nothing is known of one of them, or none was never deployed.
    """
    never = forgettable(found)
    with alone(project.lock_path.parent, say=say):
        project.write_lock(project.lock.without([standing.key for standing in never]))
    return len(never)


def forgettable(found: Sequence[Standing]) -> list[Standing]:
    """Those that were never deployed. Raises Refusal as `forget` does."""
    if any(standing.verdict == "not known" for standing in found):
        raise Refusal(
            "it is not known of every key whether it was deployed; nothing was written",
            "ask with credentials that may enter the account, or where the state can be read; a lock that was never "
            "committed comes back by `git checkout` of its file; otherwise list the keys under `retired:`",
        )
    never = [standing for standing in found if standing.verdict == "never deployed"]
    if found and not never:
        raise Refusal("every key was deployed; nothing was written", "list them under `retired:`")
    return never


class _Asked:
    """The states and AWS, each asked once."""

    def __init__(self, project: Project, sessions: Sessions) -> None:
        self.lock = project.lock
        self.organization = project.configuration.organization
        self.sessions = sessions
        self._states: dict[str, State] = {}
        self._places: Places | None = None

    def of(self, retention: Retention, where: AccountRegion, purposes: Collection[str]) -> Iterator[Standing]:
        line, account = self.lock.lines[where], retention.name(where.account_id)
        state, seen = self.state(where, line.stack), self.seen(where, purposes)
        found = [(p, *self.verdict(where, line, p, state, seen)) for p in sorted(purposes)]
        left = line.purposes.difference(p for p, verdict, _ in found if verdict == "never deployed")
        for purpose, verdict, why in found:
            if not left and line.resources:
                if isinstance(state, WorldError):
                    verdict, why = "not known", f"features may have made something there, and {state}"
                elif line.resources & (state or frozenset()):
                    verdict, why = "deployed", f"the state of {line.stack} has what features made there"
            yield Standing(account, KeyIdentity(*where, purpose), verdict, why)

    def verdict(
        self,
        where: AccountRegion,
        line: Line,
        purpose: str,
        state: State,
        seen: Seen | WorldError,
    ) -> tuple[Verdict, str]:
        """Whether one key was deployed, and how that is known."""
        if purpose in line.adopted or purpose in line.retired:
            return "deployed", f"the lock says that it was {'adopted' if purpose in line.adopted else 'retired'}"
        if isinstance(state, frozenset) and f"aws_kms_key.{names.address(purpose, where.region)}" in state:
            return "deployed", f"the state of {line.stack} has it"
        if isinstance(seen, Seen):
            namespace = self.organization.namespace
            if names.alias(namespace, purpose) in seen.aliases or any(
                key.is_for(namespace, purpose) for key in seen.keys.values()
            ):
                return "deployed", "AWS has it"
            if not seen.not_looked_for:
                return "never deployed", "AWS has no such key, and no state that could be read"
            seen = WorldError(f"AWS could not be asked for {' and '.join(seen.not_looked_for)}")
        if isinstance(state, WorldError):
            return "not known", f"{seen}; {state}"
        return "never deployed", f"the state of {line.stack} has no such key; {seen}"

    def seen(self, where: AccountRegion, purposes: Collection[str]) -> Seen | WorldError:
        """What AWS has there, or why that is not known."""
        provider = provider_of(self.organization, *where)
        expected = [names.alias(self.organization.namespace, purpose) for purpose in purposes]
        try:
            return survey(self.sessions, provider, (), expected)
        except WorldError as error:
            return error

    def state(self, where: AccountRegion, stack: str) -> State:
        """The addresses of a state; None: there is none where others are. Otherwise why that is not known.

        Before another layout is deployed, the keys are in the states of the stacks that were.
        """
        others = (names.stack(self.lock.bases[where.account_id], where.region, layout) for layout in _LAYOUTS)
        found = [self.read(name) for name in dict.fromkeys((stack, *others))]
        if problem := next((one for one in found if isinstance(one, WorldError)), None):
            return problem
        known = [one for one in found if isinstance(one, frozenset)]
        if not known and not self.some_state:
            return WorldError("no stack of the lock has a state here, so that this one has none says nothing")
        return frozenset().union(*known) if known else None

    def read(self, stack: str) -> State:
        if stack not in self._states:
            try:
                found = [_addresses(text, stack) for text in self.texts(stack)]
                self._states[stack] = frozenset().union(*found) if found else None
            except WorldError as error:
                self._states[stack] = error
        return self._states[stack]

    def texts(self, stack: str) -> list[bytes]:
        """A state as it is; none: there is none. Of local ones, also what was put aside for another layout. Raises WorldError."""
        backend = self.organization.deployment.backend
        match backend:
            case S3Backend():
                text = state_in_s3(self.sessions, backend, stack)
                return [] if text is None else [text]
            case CloudBackend():
                text = self.places(backend).state(names.workspace(backend.prefix, stack))
                return [] if text is None else [text]
            case _:
                file = names.state_file(stack)
                return [
                    path.read_bytes() for path in (STATES / file, *STATES.glob(f"layout-*/{file}")) if path.exists()
                ]

    def places(self, backend: CloudBackend) -> Places:
        """Where the workspaces are. Raises WorldError without a token."""
        self._places = self._places or Places(Client.of(backend.hostname, os.environ), backend.organization)
        return self._places

    @cached_property
    def some_state(self) -> bool:
        """Whether any stack of the lock has a state: otherwise this is not the place where they are."""
        stacks = dict.fromkeys(line.stack for line in self.lock.lines.values())
        return any(isinstance(self.read(stack), frozenset) for stack in stacks)


def _addresses(text: bytes, stack: str) -> frozenset[str]:
    """The addresses of all managed resources. Raises WorldError where it is no state."""
    try:
        resources = json.loads(text)["resources"]
        return frozenset(f"{one['type']}.{one['name']}" for one in resources if one["mode"] == "managed")
    except (ValueError, KeyError, TypeError) as error:
        raise WorldError(f"the state of {stack} cannot be read: {error}") from None
