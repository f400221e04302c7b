"""Keys of objects in buckets: how they are tried, and what refers to them."""

from live.probe_kinds import Clients, ProbeFailed, removing
from live.switched_on.of_purpose import OfPurpose, Probe


def stored_object(clients: Clients, key: str, name: str) -> None:
    """An object is written and read."""
    s3 = clients("s3")
    where = (
        {} if clients.region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": clients.region}}
    )
    s3.create_bucket(Bucket=name, **where)
    with removing("bucket", name, lambda: s3.delete_bucket(Bucket=name)):
        s3.put_object(
            Bucket=name, Key=name, Body=b"kms-baseline probe", ServerSideEncryption="aws:kms", SSEKMSKeyId=key
        )
        with removing("object", name, lambda: s3.delete_object(Bucket=name, Key=name)):
            found = s3.get_object(Bucket=name, Key=name).get("SSEKMSKeyId")
            if found != key:
                raise ProbeFailed(f"the object has the key {found}")


S3 = OfPurpose(
    kind="object",
    probe=Probe("write an encrypted object and read it", "s3", stored_object),
    looks=(),
    unseen=("objects in buckets: S3 lists none by its key", "buckets of other accounts that use the key"),
)
