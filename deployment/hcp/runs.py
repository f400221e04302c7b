"""The runs of HCP Terraform that a deployment opens: what became of them, and that none is left that somebody can confirm.

https://developer.hashicorp.com/terraform/cloud-docs/api-docs/run
"""

import re
import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Literal

from baseline.words import count
from deployment.hcp.client import Client, HcpError, Unreachable

_URL = re.compile(r"https://(?P<host>[^/]+)/app/(?P<organization>[^/]+)/(?P<workspace>[^/]+)/runs/(?P<id>run-\w+)")
_ENDED = ("applied", "canceled", "force_canceled", "discarded", "errored", "planned_and_finished")
_CHANGING = ("applying", "post_apply_running", "post_apply_completed", "applied")
"""Such a run is never cancelled here: Terraform would leave keys tainted, and lose track of others."""
_PATIENCE = 30.0
"""Seconds in which a run that was cancelled must end."""
_PAUSE = 0.5
_TRIES = 3
_AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class Run:
    """What a run is doing."""

    id: str
    status: str
    cancelable: bool
    discardable: bool

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> "Run":
        """The run that the API describes."""
        attributes = document["attributes"]
        actions = attributes.get("actions", {})
        may_cancel, may_discard = actions.get("is-cancelable") is True, actions.get("is-discardable") is True
        return cls(document["id"], attributes["status"], may_cancel, may_discard)

    @property
    def ended(self) -> bool:
        """Whether nothing more becomes of it."""
        return self.status in _ENDED

    @property
    def changing(self) -> bool:
        """Whether it changes something, or has."""
        return self.status in _CHANGING


class Runs:
    """The runs that one deployment opened, by where they can be seen. Those that were not applied end with it."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self._lock = threading.Lock()
        self._clients: dict[str, Client] = {}
        self._open: dict[str, str] = {}

    def opened(self, url: str, stack: str) -> None:
        """A run that plans what may then be confirmed. The token is looked for now: later it may be gone."""
        self._open[url] = stack
        with suppress(HcpError):
            self._client(_parts(url)["host"])

    def settled(self, url: str) -> None:
        """A run that nobody can confirm any more, or that is to go on."""
        self._open.pop(url, None)

    def read(self, url: str) -> Run:
        """What a run is doing now. Raises HcpError."""
        found = _parts(url)
        return Run.of(self._client(found["host"]).get("runs", found["id"])["data"])

    def outcome(self, url: str) -> Literal["applied", "goes on", "not started"] | None:
        """What became of a run that was to be applied, whatever happened to whom followed it. None: it failed there.

        A run that does not change anything yet is cancelled: nobody waits for it any more.
        """
        try:
            now = self.read(url)
            if not (now.ended or now.changing):
                self.discard(url)
                self.settled(url)
                return "not started"
        except HcpError:
            return "goes on"  # for all that is known
        self.settled(url)
        if now.ended:
            return "applied" if now.status == "applied" else None
        return "goes on"

    def locker(self, url: str) -> str:
        """Which person or team locked the workspace of a run; empty where nobody did. Raises HcpError.

        https://developer.hashicorp.com/terraform/cloud-docs/api-docs/workspaces
        """
        found = _parts(url)
        return self.locker_of(found["host"], found["organization"], found["workspace"])

    def locker_of(self, host: str, organization: str, workspace: str) -> str:
        """The same of any workspace of an organization."""
        place = ("organizations", organization, "workspaces", workspace)
        answer = self._client(host).get(*place, include="locked_by")
        by = answer["data"]["relationships"].get("locked-by", {}).get("data") or {"type": "runs"}
        if by["type"] == "runs":
            return ""
        names = {
            one["id"]: one["attributes"].get("username") or one["attributes"].get("name")
            for one in answer.get("included", ())
        }
        return str(names.get(by["id"]) or by["id"])

    def discard(self, url: str) -> bool:
        """Make sure that a run changes nothing: discard a plan that waits, cancel one that is being made.

        Whether anything was left to be done. Raises HcpError where that cannot be said, also since somebody confirmed it.
        """
        client = self._client(_parts(url)["host"])
        until, cancelled, done = time.monotonic() + _PATIENCE, False, False
        while True:
            run = self.read(url)
            if run.changing:
                raise HcpError(f"it was confirmed, and is {run.status}")
            if run.ended:
                return done
            if time.monotonic() > until:
                raise HcpError(f"it is still {run.status}")
            try:
                if run.discardable:
                    client.post("runs", run.id, "actions", "discard")
                    done = True
                elif run.cancelable and not cancelled:
                    client.post("runs", run.id, "actions", "cancel")
                    cancelled = done = True
            except HcpError as error:
                if error.status != 409:  # it went on meanwhile
                    raise
            time.sleep(_PAUSE)

    def end(self) -> Iterator[str]:
        """Discard every run that is open, and say what became of them."""
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            problems = dict(zip(self._open, pool.map(self._problem, self._open), strict=True))
        discarded = [url for url, problem in problems.items() if problem is None]
        if discarded:
            yield f"nothing of it can be confirmed in HCP Terraform any more: {count(len(discarded), 'run')} discarded"
        for url, problem in problems.items():
            if problem:
                yield (
                    f"warning: {self._open[url]}: its run could not be discarded: {problem}; "
                    f"look at it, since a plan that waits can be confirmed: {url}"
                )
        self._open.clear()

    def _problem(self, url: str) -> str | None:
        """Why a run could not be discarded; None: it was; empty: it had ended."""
        problem = ""
        for _ in range(_TRIES):
            try:
                return None if self.discard(url) else ""
            except HcpError as error:
                problem = str(error)
                if not isinstance(error, Unreachable) and error.status < 500:
                    break
            time.sleep(_PAUSE)
        return problem

    def _client(self, host: str) -> Client:
        with self._lock:
            if host not in self._clients:
                self._clients[host] = Client.of(host, self._environment)
            return self._clients[host]


def _parts(url: str) -> re.Match[str]:
    found = _URL.fullmatch(url)
    if not found:
        raise HcpError(f"{url} is no address of a run")
    return found
