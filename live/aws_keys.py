"""The keys that an account's region really has, found by their aliases."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from baseline.errors import WorldError
from baseline.inventory import Provider
from live.sessions import Sessions


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveKey:
    """One key as AWS describes it."""

    alias: str
    key_id: str
    arn: str
    state: str
    """`Enabled`, `Disabled`, `PendingDeletion`, ..."""
    rotation: bool
    rotation_period_days: int | None
    """None while rotation is off."""
    policy: Mapping[str, Any]
    tags: Mapping[str, str]


def read_keys(sessions: Sessions, provider: Provider, aliases: Iterable[str]) -> dict[str, LiveKey]:
    """The keys behind these aliases in a provider's account and region, by alias; an alias that is not there is left out.

    Raises WorldError when AWS refuses or cannot be reached.
    """
    try:
        kms = sessions.client(provider, "kms")
        wanted = set(aliases)
        pages = kms.get_paginator("list_aliases").paginate()
        targets = {
            a["AliasName"]: a["TargetKeyId"] for page in pages for a in page["Aliases"] if a["AliasName"] in wanted
        }
        return {alias: _key(kms, alias, key_id) for alias, key_id in targets.items()}
    except (BotoCoreError, ClientError) as error:
        raise WorldError(f"reading the keys of {provider.account_id} in {provider.region}: {error}") from error


def _key(kms: Any, alias: str, key_id: str) -> LiveKey:
    metadata = kms.describe_key(KeyId=key_id)["KeyMetadata"]
    rotation = kms.get_key_rotation_status(KeyId=key_id)
    tags = kms.list_resource_tags(KeyId=key_id)["Tags"]
    return LiveKey(
        alias=alias,
        key_id=key_id,
        arn=metadata["Arn"],
        state=metadata["KeyState"],
        rotation=rotation["KeyRotationEnabled"],
        rotation_period_days=rotation.get("RotationPeriodInDays"),
        policy=json.loads(kms.get_key_policy(KeyId=key_id, PolicyName="default")["Policy"]),
        tags={tag["TagKey"]: tag["TagValue"] for tag in tags},
    )
