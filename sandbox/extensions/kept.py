"""Keys that outlive the process: `GET /sandbox/keys` answers all that AWS's own KMS would still have, `POST` puts it back.

Only symmetric keys of one region: of others the private key would have to leave. Grants and what uses keys are not kept.
"""

from base64 import b64decode, b64encode
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from moto.kms.models import Key, KmsBackend, kms_backends

from sandbox.extensions.rotation import rotations

_PLAIN = ("id", "arn", "creation_date", "policy", "description", "key_state", "enabled", "key_rotation_status")
"""What is a text, a number or a truth."""


def kept_keys() -> list[dict[str, Any]]:
    """Every symmetric key of every account and region, as JSON has it."""
    return [_told(key, backend) for backend in _backends() for key in backend.keys.values() if _is_plain(key)]


def put_back(keys: Sequence[Any]) -> dict[str, int]:
    """Make keys as they were. One that is there already stays as it is. Raises ValueError for what is no such list."""
    try:
        for told in keys:
            backend = kms_backends[told["account_id"]][told["region"]]
            if told["id"] not in backend.keys:
                _put(backend, told)
    except (TypeError, KeyError, AttributeError) as error:
        raise ValueError(f"no list of kept keys: {error}") from None
    return {"keys": len(keys)}


def _backends() -> Iterator[KmsBackend]:
    for regions in list(kms_backends.values()):
        yield from list(regions.values())


def _is_plain(key: Key) -> bool:
    return key.key_spec == "SYMMETRIC_DEFAULT" and not key.multi_region and key.key_manager == "CUSTOMER"


def _told(key: Key, backend: KmsBackend) -> dict[str, Any]:
    return {
        **{name: getattr(key, name) for name in _PLAIN},
        "account_id": key.account_id,
        "region": key.region,
        "material": b64encode(key.key_material).decode(),
        "deletion_date": key.deletion_date.isoformat() if key.deletion_date else None,
        "period": rotations[key.account_id][key.region].status(key.id)["RotationPeriodInDays"]
        if key.key_rotation_status
        else None,
        "aliases": sorted(key.aliases),
        "tags": backend.list_resource_tags(key.id)["Tags"],
    }


def _put(backend: KmsBackend, told: Any) -> None:
    key = backend.create_key(None, "ENCRYPT_DECRYPT", "SYMMETRIC_DEFAULT", "", None)
    del backend.keys[key.id]
    for name in _PLAIN:
        setattr(key, name, told[name])
    key.key_material = b64decode(told["material"])
    key.deletion_date = datetime.fromisoformat(told["deletion_date"]) if told["deletion_date"] else None
    backend.keys[key.id] = key
    backend.tag_resource(key.id, {tag["TagKey"]: tag["TagValue"] for tag in told["tags"]})
    for alias in told["aliases"]:
        backend.create_alias(key.id, alias)
    if told["period"]:
        rotations[key.account_id][key.region].start(key.id, int(told["period"]))
