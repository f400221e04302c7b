"""What kind of key CreateKey makes: where its caller says nothing, and where the material is not AWS's own.

https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateKey.html
"""

from copy import deepcopy

from moto.kms.models import Key, KmsBackend, kms_backends


def as_aws_makes_it(key: Key) -> None:
    """Fill in what a call may leave out, which moto leaves empty; a key without material waits for its import."""
    key.key_usage = key.key_usage or "ENCRYPT_DECRYPT"
    key.multi_region = bool(key.multi_region)
    if key.origin == "EXTERNAL":
        key.key_state, key.enabled = "PendingImport", False


def tell_replica_apart(primary: KmsBackend, key_id: str, region: str) -> None:
    """Give a replica a description of its own: moto describes primary and replica by one value, so both as replicas."""
    replica = kms_backends[primary.account_id][region].keys[key_id]
    replica.multi_region_configuration = deepcopy(replica.multi_region_configuration)
    replica.multi_region_configuration["MultiRegionKeyType"] = "REPLICA"
