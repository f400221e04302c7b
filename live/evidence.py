"""What AWS shows of a retired key: its state, its last use, who may use it, and what refers to it."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from baseline import names
from baseline.inventory import Provider
from baseline.retirement import DisabledSince, Evidence, LastUse
from live.asking import asking, pages
from live.dependents import Dependents
from live.keys import peculiarity
from live.looking import Looking
from live.sessions import Sessions


def gather(sessions: Sessions, provider: Provider, alias: str, purpose: str) -> Evidence | None:
    """All that can be read of the key behind an alias; None where nothing is behind it.

    Raises WorldError where the account cannot be entered, or the key not be described.
    """
    with asking(provider):
        sessions.enter(provider)
        kms = sessions.client(provider, "kms")
        try:
            metadata = kms.describe_key(KeyId=alias)["KeyMetadata"]
        except kms.exceptions.NotFoundException:
            return None
        return _Gathering(sessions, provider, kms, metadata).evidence(purpose)


class _Gathering:
    def __init__(self, sessions: Sessions, provider: Provider, kms: Any, metadata: dict[str, Any]) -> None:
        self._sessions, self._provider, self._kms = sessions, provider, kms
        self._metadata = metadata
        self._key_id, self._arn = metadata["KeyId"], metadata["Arn"]

    def evidence(self, purpose: str) -> Evidence:
        ask, looking = Looking(self._provider).ask, Looking(self._provider)
        tags = ask("its tags", lambda: {t["TagKey"]: t["TagValue"] for t in self._pages("list_resource_tags", "Tags")})
        aliases = ask("its aliases", lambda: tuple(a["AliasName"] for a in self._pages("list_aliases", "Aliases")))
        grants = ask("its grants", lambda: tuple(map(_grantee, self._pages("list_grants", "Grants"))))
        use = ask("its last use", lambda: self._kms.get_key_last_usage(KeyId=self._key_id))
        said = dict(
            zip(names.RESERVED_TAGS, (names.MANAGED_BY, self._provider.tags["namespace"], purpose), strict=True)
        )
        dependents = Dependents(self._sessions, self._provider, self._arn, aliases or (), looking).of(purpose)
        disabled, unknown = self._disabled()
        return Evidence(
            key_id=self._key_id,
            state=self._metadata["KeyState"],
            deletion=self._metadata.get("DeletionDate"),
            ours=None if tags is None else said.items() <= tags.items(),
            peculiarity=peculiarity(self._metadata),
            disabled=disabled,
            disabled_unknown=unknown,
            last_use=_last_use(use) if use else None,
            aliases=aliases,
            grants=grants,
            dependents=dependents,
            not_looked_at=tuple(looking.missed),
        )

    def _pages(self, operation: str, items: str) -> Iterator[Any]:
        return pages(self._kms, operation, items, KeyId=self._key_id)

    def _disabled(self) -> tuple[DisabledSince | None, str]:
        """When somebody disabled the key, after which nobody enabled it, or why that is not known.

        CloudTrail keeps events for 90 days:
        https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html
        """
        if self._metadata["KeyState"] != "Disabled":
            return None, ""
        looking = Looking(self._provider)
        disabled, enabled = (self._last_event(name, looking) for name in ("DisableKey", "EnableKey"))
        if looking.missed:
            return None, f"not looked at: {', '.join(looking.missed)}"
        if disabled is None or (enabled and enabled["EventTime"] > disabled["EventTime"]):
            return None, "CloudTrail's events of the last 90 days do not tell"
        return DisabledSince(disabled["EventTime"], f"CloudTrail, {disabled.get('Username') or 'nobody named'}"), ""

    def _last_event(self, name: str, looking: Looking) -> Any:
        cloudtrail = self._sessions.client(self._provider, "cloudtrail")
        asked = [{"AttributeKey": "EventName", "AttributeValue": name}]
        found = looking.each(
            "CloudTrail's events", lambda: pages(cloudtrail, "lookup_events", "Events", LookupAttributes=asked)
        )
        own = [event for event in found if _succeeded_on(event, self._arn)]
        return max(own, key=lambda event: event["EventTime"], default=None)


def _succeeded_on(event: Mapping[str, Any], arn: str) -> bool:
    """Whether an event is of a call about this key that was not refused.

    https://docs.aws.amazon.com/kms/latest/developerguide/ct-disablekey.html
    """
    told = json.loads(event.get("CloudTrailEvent") or "{}")
    named = (told.get("requestParameters") or {}).get("keyId", "")
    listed = {resource.get("ResourceName") for resource in event.get("Resources", ())}
    return "errorCode" not in told and (arn in listed or named in (arn, arn.partition(":key/")[2]))


def _grantee(grant: Mapping[str, Any]) -> str:
    return str(grant.get("GranteePrincipal") or grant.get("GranteeServicePrincipal") or grant["GrantId"])


def _last_use(answer: Mapping[str, Any]) -> LastUse:
    use = answer.get("KeyLastUsage") or {}
    return LastUse(
        tracked_since=answer["TrackingStartDate"],
        created=answer["KeyCreationDate"],
        at=use.get("Timestamp"),
        operation=use.get("Operation", ""),
    )
