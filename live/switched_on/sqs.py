"""Keys of queues: how they are tried, and what refers to them."""

from typing import Any

from baseline.retirement import Dependent
from live.probe_kinds import Clients, ProbeFailed, removing
from live.switched_on.of_purpose import Found, Look, OfPurpose, Probe


def queue(clients: Clients, key: str, name: str) -> None:
    """A message is sent and received: a queue takes any key, and says so only then."""
    sqs = clients("sqs")
    url = sqs.create_queue(QueueName=name, Attributes={"KmsMasterKeyId": key})["QueueUrl"]
    with removing("queue", name, lambda: sqs.delete_queue(QueueUrl=url)):
        sqs.send_message(QueueUrl=url, MessageBody="kms-baseline probe")
        received = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=20)
        if not received.get("Messages"):
            raise ProbeFailed("the message could not be received")


def _queues(sqs: Any) -> Found:
    for page in sqs.get_paginator("list_queues").paginate():
        for url in page.get("QueueUrls", ()):
            attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["KmsMasterKeyId"]).get("Attributes", {})
            yield attributes.get("KmsMasterKeyId"), Dependent("queue", url.rpartition("/")[2])


SQS = OfPurpose(
    kind="queue",
    probe=Probe("send to an encrypted queue and receive", "sqs", queue),
    looks=(Look("queues", "sqs", _queues),),
    unseen=("messages that were sent before the queue had another key", "who sends: a service that is left out fails"),
)
