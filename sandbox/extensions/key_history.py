"""When keys were last used, enabled and disabled, which a test can also set: `POST /sandbox/key-history`.

https://docs.aws.amazon.com/kms/latest/APIReference/API_GetKeyLastUsage.html
https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html
"""

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from moto.core.base_backend import BackendDict, BaseBackend
from moto.kms.models import Key, kms_backends

from baseline.iam.actions import ACTIONS

_SIDES_OF_REENCRYPT = ("ReEncryptFrom", "ReEncryptTo")
_LOOKUP_DAYS = 90
_SWITCHES = ("CancelKeyDeletion", "DisableKey", "EnableKey", "ScheduleKeyDeletion")
_FIELDS = ("created", "disabled", "last_used", "operation", "tracking_start")


@dataclass(frozen=True, slots=True)
class Use:
    """A successful cryptographic operation."""

    operation: str
    at: datetime
    event_id: str = field(default_factory=lambda: str(uuid.uuid4()))


@dataclass(frozen=True, slots=True)
class Switch:
    """A call that changed a key's state."""

    operation: str
    key: str
    """The key's ARN."""
    by: str
    at: datetime


class KeyHistoryBackend(BaseBackend):
    """What happened to the keys of an account and region."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.uses: dict[str, Use] = {}
        """The last one, by key ID."""
        self.tracking: dict[str, datetime] = {}
        """Since when uses are remembered, by key ID, where that is not the key's creation."""
        self.switches: list[Switch] = []


histories = BackendDict(KeyHistoryBackend, "kms")


def remember(key: Key, action: str, by: str) -> None:
    """Remember that an action was done with a key, if it is a cryptographic one or changes the key's state."""
    operation = action.removeprefix("kms:")
    if operation in _SWITCHES:
        _history_of(key).switches.append(Switch(operation, key.arn, by, datetime.now(UTC)))
    elif action in ACTIONS and ACTIONS[action].cryptographic:
        use = Use("ReEncrypt" if operation in _SIDES_OF_REENCRYPT else operation, datetime.now(UTC))
        _history_of(key).uses[key.id] = use


def last_usage(key: Key) -> dict[str, Any]:
    """What GetKeyLastUsage answers."""
    history, created = _history_of(key), _created(key)
    use = history.uses.get(key.id)
    return {
        "KeyId": key.arn,
        "KeyLastUsage": _told(use) if use else {},
        "TrackingStartDate": history.tracking.get(key.id, created).timestamp(),
        "KeyCreationDate": created.timestamp(),
    }


def days_without_use(key: Key) -> int:
    """Whole days since the last use; of a key that was never used, since its creation, as was reported of KMS."""
    use = _history_of(key).uses.get(key.id)
    return (datetime.now(UTC) - (use.at if use else _created(key))).days


def events(account_id: str, region: str, attribute: Mapping[str, str]) -> list[dict[str, Any]]:
    """What LookupEvents finds by the name of an event or the ARN of a key: the newest first."""
    since = datetime.now(UTC) - timedelta(days=_LOOKUP_DAYS)
    wanted = attribute.get("AttributeKey", "EventName"), attribute.get("AttributeValue", "")
    found = [
        switch
        for switch in histories[account_id][region].switches
        if switch.at >= since and wanted in (("EventName", switch.operation), ("ResourceName", switch.key))
    ]
    return [_event(switch) for switch in sorted(found, key=lambda switch: switch.at, reverse=True)]


def rewrite(values: Any) -> dict[str, Any]:
    """Set a key's history: `account_id`, `region` and `key_id` say whose, the others are times in ISO 8601.

    `created`; `tracking_start`; `last_used`, with an `operation`; `disabled`: when DisableKey was called.
    Answers what GetKeyLastUsage would. Raises ValueError for what cannot be set.
    """
    if not isinstance(values, dict) or (unknown := set(values) - {"account_id", "region", "key_id", *_FIELDS}):
        raise ValueError(f"unknown field `{sorted(unknown)[0]}`" if isinstance(values, dict) else "no fields")
    key = kms_backends[values.get("account_id", "")][values.get("region", "")].keys.get(values.get("key_id", ""))
    if key is None:
        raise ValueError("there is no such key")
    at = {name: datetime.fromisoformat(values[name]) for name in _FIELDS if name in values and name != "operation"}
    history = _history_of(key)
    if "created" in at:
        key.creation_date = at["created"].timestamp()
    if "tracking_start" in at:
        history.tracking[key.id] = at["tracking_start"]
    if "last_used" in at:
        history.uses[key.id] = Use(values.get("operation", "Decrypt"), at["last_used"])
    if "disabled" in at:
        history.switches = [one for one in history.switches if one.key != key.arn]
        history.switches.append(Switch("DisableKey", key.arn, "somebody", at["disabled"]))
    return last_usage(key)


def _told(use: Use) -> dict[str, Any]:
    return {
        "Operation": use.operation,
        "Timestamp": use.at.timestamp(),
        "CloudTrailEventId": use.event_id,
        "KmsRequestId": use.event_id,
    }


def _event(switch: Switch) -> dict[str, Any]:
    told = {
        "eventName": switch.operation,
        "eventSource": "kms.amazonaws.com",
        "userIdentity": {"arn": switch.by},
        "requestParameters": {"keyId": switch.key},
        "resources": [{"ARN": switch.key, "type": "AWS::KMS::Key"}],
    }
    return {
        "EventId": str(uuid.uuid4()),
        "EventName": switch.operation,
        "EventTime": switch.at.timestamp(),
        "EventSource": "kms.amazonaws.com",
        "Username": switch.by.rpartition("/")[2],
        "Resources": [{"ResourceType": "AWS::KMS::Key", "ResourceName": switch.key}],
        "CloudTrailEvent": json.dumps(told),
    }


def _history_of(key: Key) -> KeyHistoryBackend:
    return histories[key.account_id][key.region]


def _created(key: Key) -> datetime:
    return datetime.fromtimestamp(key.creation_date, UTC)
