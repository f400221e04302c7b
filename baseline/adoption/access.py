"""Who loses access when a key that others made gets our policy, and the exception that keeps everybody.

Left out is what says nothing about this key: actions that no symmetric key of KMS's own material has. Who skips the
check of PutKeyPolicy against a lockout is said apart, since our policies deny it to everybody and nobody needs it.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from baseline.adoption.reading import readable
from baseline.iam.document import Document
from baseline.iam.elements import items
from baseline.iam.evaluate import decide
from baseline.iam.policy_error import PolicyError
from baseline.iam.request import IamCaller, Request
from baseline.inventory import Key
from baseline.key_policy.place import KeyPlace
from baseline.key_policy.protection import NOBODY_BYPASSES_THE_LOCKOUT_CHECK
from baseline.organization import NamedPrincipal, Organization
from baseline.policies import Policies
from baseline.prover.difference import LATER, Change, difference
from baseline.prover.unanswered import StepsSpent, Unsupported

NOT_OF_OUR_KEYS = frozenset(
    f"kms:{action}"
    for action in (
        "Decapsulate",
        "DeleteImportedKeyMaterial",
        "DeriveSharedSecret",
        "Encapsulate",
        "GenerateMac",
        "GetParametersForImport",
        "GetPublicKey",
        "ImportKeyMaterial",
        "ReplicateKey",
        "Sign",
        "SynchronizeMultiRegionKey",
        "UpdatePrimaryRegion",
        "Verify",
        "VerifyMac",
    )
)
"""Actions on keys that are asymmetric, of HMAC, of several Regions or of imported material:
https://docs.aws.amazon.com/kms/latest/developerguide/symm-asymm-compare.html"""


@dataclass(frozen=True, slots=True)
class Access:
    """What the change of a policy does to people and services."""

    changes: Sequence[Change] = ()
    """Losses first, and of these the widest first."""
    bypass: bool = False
    """Whether somebody can skip the check of PutKeyPolicy now, and nobody can later."""
    undecided: str = ""
    """Why nothing is known; empty: everything is."""

    @property
    def losses(self) -> Sequence[Change]:
        return [change for change in self.changes if change.direction == "loses"]


def access_change(old: str, new: Document, partition: str, account_id: str) -> Access:
    """Who gains and who loses what, when the policy `old` becomes the policy `new`."""
    try:
        before = readable(old)
        bypass = _has_bypass(before, partition, account_id)
        after = _with_the_bypass(new) if bypass else new.as_dict()
        found = difference(before, after, partition, account_id, NOT_OF_OUR_KEYS)
    except (PolicyError, Unsupported, StepsSpent) as error:
        return Access(undecided=str(error))
    found = [change for change in found if change.group != LATER]
    return Access(sorted(found, key=_order), bypass)


def keeping(key: Key, organization: Organization, old: str, lost: Sequence[Change]) -> tuple[str, ...]:
    """Whom an exception must name as users, as the configuration writes them, so that they keep their access."""
    known = [user.arn for user in key.settings.users]
    found = [arn for arn in _named(old, organization.partition) if arn not in known] if lost else []
    own = f"arn:{organization.partition}:iam::{key.account_id}:"
    administrators = key.settings.administrators
    wanted = [arn for arn in (*known, *found) if not any(of.covers(NamedPrincipal(arn)) for of in administrators)]
    return tuple(arn.removeprefix(own) if arn != f"{own}root" else arn for arn in wanted if arn != f"{own}root")


def access_kept(key: Key, organization: Organization, old: str, users: Sequence[str]) -> Access:
    """What changes with an exception that names these users and leaves the rest to the account's IAM policies."""
    own = f"arn:{organization.partition}:iam::{key.account_id}:"
    named = tuple(NamedPrincipal(user if user.startswith("arn:") else own + user) for user in users)
    account = next(account for account in organization.accounts if account.id == key.account_id)
    settings = replace(key.settings, users=named, iam_delegation="full")
    purpose = organization.purposes[key.purpose]
    spans = purpose.is_used_from_every_region
    place = KeyPlace.of(organization, account, key.region, from_every_region=spans)
    try:
        new = Policies().policy(purpose, settings, place)
    except PolicyError as error:
        return Access(undecided=str(error))
    return access_change(old, new, organization.partition, key.account_id)


def exception(key: Key, users: Sequence[str], reason: str) -> str:
    """The entry of the configuration, one line of YAML, that keeps everybody's access."""
    return (
        f"- {{account: {key.account}, region: {key.region}, purpose: {key.purpose}, users: {json.dumps(list(users))}, "
        f"iam_delegation: full, reason: {json.dumps(reason)}}}"
    )


def _with_the_bypass(new: Document) -> dict[str, Any]:
    """The new policy without the statement that denies PutKeyPolicy without its check."""
    sid = NOBODY_BYPASSES_THE_LOCKOUT_CHECK.sid
    statements = [statement.as_dict() for statement in new.statements if statement.sid != sid]
    return {"Version": "2012-10-17", "Statement": statements}


def _has_bypass(policy: Mapping[str, object], partition: str, account_id: str) -> bool:
    root = IamCaller(f"arn:{partition}:iam::{account_id}:root")
    request = Request(root, "kms:PutKeyPolicy", {"kms:BypassPolicyLockoutSafetyCheck": "true"})
    return decide(policy, request).effect == "allowed"


def _order(change: Change) -> tuple[bool, bool]:
    return (change.direction == "gains", not change.who.startswith("everybody"))


def _named(policy: str, partition: str) -> Iterator[str]:
    """The roles, users and other accounts that a policy's Allow statements name, as ARNs, each once."""
    seen: dict[str, None] = {}
    for statement in readable(policy)["Statement"]:
        principal = statement.get("Principal")
        if statement.get("Effect") == "Allow" and isinstance(principal, Mapping):
            seen.update(
                dict.fromkeys(filter(None, (_as_user(name, partition) for name in items(principal.get("AWS", [])))))
            )
    yield from seen


def _as_user(name: object, partition: str) -> str | None:
    """A principal as the configuration can name it; None for everybody, and for the ID of one that is gone."""
    if not isinstance(name, str):
        return None
    if name.isdigit():
        return f"arn:{partition}:iam::{name}:root"
    parts = name.split(":", 5)
    if len(parts) == 6 and parts[2] == "sts":
        return ":".join([*parts[:2], "iam", *parts[3:5], f"role/{parts[5].split('/')[1]}"])
    return name if len(parts) == 6 and parts[2] == "iam" else None
