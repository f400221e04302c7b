"""Probes: something small is made with a key, looked at, and removed again.

AWS checks some keys only when they are used: a topic or a default key is taken with any policy, and fails later, in
silence. A probe finds it out at once.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from secrets import token_hex
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from baseline.inventory import Key
from baseline.purposes.purpose import AccountThrough, Permission, Purpose, Service, UsersThrough
from baseline.purposes.purpose import Probe as Kind
from live.probe_kinds import Clients, ProbeFailed, alias, log_group, reason, topic, trail, vault, volume
from live.switched_on import SWITCHED_ON
from live.switched_on.of_purpose import Probe


@dataclass(frozen=True, slots=True)
class ProbeOutcome:
    """What became of one probe."""

    account: str
    region: str
    probe: str
    problem: str = ""
    """Empty: it worked."""
    settles: tuple[str, ...] = ()
    """The statements of the key's policy that it needs: what AWS does with them is then known."""


def probe_key(
    key: Key, purpose: Purpose, by_default: bool, session: boto3.Session, endpoint: str | None
) -> Iterator[ProbeOutcome]:
    """Use one key through each service for which there is a probe, as a principal of the account.

    `by_default`: a volume is made without asking for encryption. Whatever is made is removed, also on failure.
    """
    clients = Clients(session, key.region, endpoint)
    for probe in _probes_of(purpose, by_default):
        outcome = attempted(key.account, key.region, probe.what, partial(_use, key, probe, clients))
        yield replace(outcome, settles=_settled(key, purpose, probe))


def _use(key: Key, probe: Probe, clients: Clients) -> None:
    found = clients("kms").describe_key(KeyId=key.alias)["KeyMetadata"]
    if found["KeyState"] != "Enabled":
        raise ProbeFailed(f"nothing can use the key: it is in the state {found['KeyState']}{_until_when(found)}")
    probe.run(clients, str(found["Arn"]), f"{key.alias.split('/')[1]}-probe-{token_hex(4)}")


def _until_when(found: Mapping[str, Any]) -> str:
    """Until when a key that waits for its deletion can be saved, and how."""
    if found["KeyState"] != "PendingDeletion":
        return ""
    return f", until {found['DeletionDate']:%Y-%m-%d}; `aws kms cancel-key-deletion` and `enable-key` save it"


def described(key: Key, purpose: Purpose, by_default: bool) -> Iterator[tuple[str, tuple[str, ...]]]:
    """What each probe of a key does, before it is done, and the statements that it settles."""
    for probe in _probes_of(purpose, by_default):
        yield probe.what, _settled(key, purpose, probe)


def _settled(key: Key, purpose: Purpose, probe: Probe) -> tuple[str, ...]:
    """The statements of a key's policy that let its probe's service in, for itself or for the account."""
    sids = {permission.sid for permission in purpose.permissions if _is_of(probe, permission)}
    return tuple(statement.sid for statement in key.policy.statements if statement.sid in sids)


def attempted(account: str, region: str, what: str, probe: Callable[[], None]) -> ProbeOutcome:
    """Run a probe; what it saw, or what AWS refused, is the problem."""
    try:
        probe()
    except ProbeFailed as error:
        return ProbeOutcome(account, region, what, str(error))
    except (ClientError, BotoCoreError) as error:
        return ProbeOutcome(account, region, what, reason(error))
    return ProbeOutcome(account, region, what)


KINDS: Mapping[Kind, Probe] = {
    "topic": Probe("publish to an encrypted topic", "sns", topic),
    "volume": Probe("make an encrypted volume", "ec2", partial(volume, by_default=False)),
    "log group": Probe("write to an encrypted log group and read it", "logs", log_group, calls_itself=True),
    "trail": Probe("look at the trail's last delivery", "cloudtrail", trail, calls_itself=True),
    "vault": Probe("make an encrypted vault", "backup", vault),
    **{of.kind: of.probe for of in SWITCHED_ON.values()},
    "alias": Probe("find the key by its alias", "", alias),
}
_BY_DEFAULT = Probe("make a volume without asking for encryption", "ec2", partial(volume, by_default=True))


def _probes_of(purpose: Purpose, by_default: bool) -> Iterator[Probe]:
    for kind in (purpose.probe, *purpose.more_probes):
        yield _BY_DEFAULT if by_default and kind == "volume" and purpose.own is None else KINDS[kind]


def _is_of(probe: Probe, permission: Permission) -> bool:
    """Whether a statement lets the probe's service in: as in `kms:ViaService`, or at the head of its service principal."""
    match permission.to:
        case Service(principal):
            return probe.calls_itself and principal.split(".")[0] == probe.service
        case AccountThrough(service, _):
            return service == probe.service
        case UsersThrough():
            return False
