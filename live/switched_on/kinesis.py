"""Keys of streams: how they are tried, and what refers to them."""

from typing import Any

from baseline.retirement import Dependent
from live.asking import pages
from live.probe_kinds import Clients, removing, until
from live.switched_on.of_purpose import Found, Look, OfPurpose, Probe


def stream(clients: Clients, key: str, name: str) -> None:
    """A stream is encrypted, written and read."""
    kinesis = clients("kinesis")
    kinesis.create_stream(StreamName=name, ShardCount=1)
    with removing("stream", name, lambda: kinesis.delete_stream(StreamName=name)):
        kinesis.get_waiter("stream_exists").wait(StreamName=name, WaiterConfig={"Delay": 2, "MaxAttempts": 60})
        kinesis.start_stream_encryption(StreamName=name, EncryptionType="KMS", KeyId=key)
        kinesis.get_waiter("stream_exists").wait(StreamName=name, WaiterConfig={"Delay": 2, "MaxAttempts": 60})
        written = kinesis.put_record(StreamName=name, Data=b"kms-baseline probe", PartitionKey="probe")
        where = {"ShardId": written["ShardId"], "ShardIteratorType": "TRIM_HORIZON"}
        iterator = kinesis.get_shard_iterator(StreamName=name, **where)["ShardIterator"]
        until(lambda: kinesis.get_records(ShardIterator=iterator)["Records"], "the record could not be read back")


def _streams(kinesis: Any) -> Found:
    for name in pages(kinesis, "list_streams", "StreamNames"):
        stream = kinesis.describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]
        yield stream.get("KeyId"), Dependent("stream", name)


KINESIS = OfPurpose(
    kind="stream",
    probe=Probe("write to an encrypted stream and read it", "kinesis", stream),
    looks=(Look("streams", "kinesis", _streams),),
    unseen=("records that were written before the stream had another key",),
)
