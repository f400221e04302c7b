"""One key as AWS has it, read in one place. A call that is denied leaves its part unread; the others are read all the same."""

from collections.abc import Iterator
from typing import Any

from baseline.seen import Grant, SeenKey
from live.asking import allowed


def read_key(kms: Any, key_id: str, tags: dict[str, str] | None = None) -> SeenKey | None:
    """A key by its ID; None for one that does not exist, or that may not even be described. Raises what boto3 raises."""
    try:
        metadata = allowed(lambda: kms.describe_key(KeyId=key_id)["KeyMetadata"])
    except kms.exceptions.NotFoundException:
        return None
    if metadata is None:
        return None
    return SeenKey(
        key_id=metadata["KeyId"],
        arn=metadata["Arn"],
        created=metadata["CreationDate"],
        state=metadata["KeyState"],
        deletion=metadata.get("DeletionDate"),
        peculiarity=peculiarity(metadata),
        tags=tags if tags is not None else allowed(lambda: tags_of(kms, key_id)),
        policy=allowed(lambda: str(kms.get_key_policy(KeyId=key_id, PolicyName="default")["Policy"])),
        policy_names=allowed(lambda: tuple(listed(kms, "list_key_policies", "PolicyNames", KeyId=key_id))),
        rotation=allowed(lambda: _rotation(kms, key_id)),
        grants=allowed(lambda: tuple(map(_grant, listed(kms, "list_grants", "Grants", KeyId=key_id)))),
    )


def tags_of(kms: Any, key_id: str) -> dict[str, str]:
    """The tags of a key."""
    return {tag["TagKey"]: tag["TagValue"] for tag in listed(kms, "list_resource_tags", "Tags", KeyId=key_id)}


def listed(kms: Any, operation: str, items: str, **arguments: Any) -> Iterator[Any]:
    """All items of one of KMS's lists. (boto3's paginators would take a tenth of the CPU or more of a look at many keys.)

    https://docs.aws.amazon.com/kms/latest/APIReference/API_ListGrants.html
    """
    while True:
        page = getattr(kms, operation)(**arguments)
        yield from page[items]
        if not page.get("Truncated"):
            return
        arguments["Marker"] = page["NextMarker"]


def peculiarity(metadata: dict[str, Any]) -> str:
    """Why a key cannot be one of ours; empty for a plain symmetric key with AWS's own material."""
    if metadata["KeyManager"] != "CUSTOMER":
        return "is managed by AWS"
    if metadata.get("KeySpec") != "SYMMETRIC_DEFAULT" or metadata.get("KeyUsage") != "ENCRYPT_DECRYPT":
        return f"is of another kind ({metadata.get('KeySpec')}, {metadata.get('KeyUsage')})"
    if metadata.get("CustomKeyStoreId") or metadata.get("Origin") != "AWS_KMS":
        return f"has key material that is not AWS KMS's own (origin {metadata.get('Origin')})"
    return "is a multi-Region key" if metadata.get("MultiRegion") else ""


def _rotation(kms: Any, key_id: str) -> int:
    """The days between two rotations; 0 for none, also where the kind of key knows no rotation.

    https://docs.aws.amazon.com/kms/latest/APIReference/API_GetKeyRotationStatus.html
    """
    try:
        status = kms.get_key_rotation_status(KeyId=key_id)
    except kms.exceptions.UnsupportedOperationException:
        return 0
    return int(status.get("RotationPeriodInDays", 365)) if status["KeyRotationEnabled"] else 0


def _grant(entry: dict[str, Any]) -> Grant:
    return Grant(
        grant_id=entry["GrantId"],
        grantee=entry.get("GranteePrincipal") or entry.get("GranteeServicePrincipal", ""),
        retiring=entry.get("RetiringPrincipal") or entry.get("RetiringServicePrincipal", ""),
        operations=tuple(entry.get("Operations", ())),
    )
