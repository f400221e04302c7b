"""What a service may do that sends messages by itself: the same for topics and for queues."""

from baseline.iam.conditions import Condition
from baseline.iam.evidence import Evidence
from baseline.key_actions import PUBLISH
from baseline.purposes.purpose import EVERY_PARTITION, Permission, Service


def publisher(
    sid: str,
    label: str,
    fence: Condition,
    evidence: Evidence,
    if_wrong: str,
    source: str,
    fallback: str = "no condition",
    *,
    partitions: tuple[str, ...] = EVERY_PARTITION,
    by_default: tuple[str, ...] = (),
) -> Permission:
    """The statement of a service that sends to a topic or a queue by its own principal, kept to the account by one fence."""
    return Permission(
        sid=sid,
        to=Service(f"{label}.amazonaws.com"),
        actions=PUBLISH,
        conditions=(fence,),
        service=label,
        partitions=partitions,
        by_default=by_default,
        evidence=evidence,
        if_wrong=if_wrong,
        fallback=fallback,
        source=source,
    )
