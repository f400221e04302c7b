"""Log files that trails deliver, which no client can do in CloudTrail's place: `POST /sandbox/deliver`.

https://docs.aws.amazon.com/awscloudtrail/latest/userguide/get-and-view-cloudtrail-log-files.html
"""

import gzip
import json
from collections.abc import Mapping
from typing import Any

from moto.cloudtrail.exceptions import TrailNotFoundException
from moto.cloudtrail.models import Trail, cloudtrail_backends
from moto.core.utils import utcnow
from moto.s3.models import FakeBucket, s3_backends
from moto.utilities.utils import get_partition

from baseline.iam.arns import Arn
from baseline.iam.policy_error import PolicyError
from sandbox.extensions.bucket_policies import kept_of
from sandbox.extensions.key_uses import find_key
from sandbox.extensions.trails import Delivery, TrailRefused, require_delivery
from sandbox.locks import lock_of
from sandbox.organizations import managed_by


def delivery_of(description: Mapping[str, Any], account_id: str, region: str) -> Delivery:
    """Where a trail's files go, from how CloudTrail describes the trail."""
    partition = get_partition(region)
    return Delivery(
        partition=partition,
        region=region,
        account_id=account_id,
        name=description["Name"],
        bucket=description.get("S3BucketName", ""),
        prefix=description.get("S3KeyPrefix") or "",
        key=description.get("KmsKeyId") or "",
        organization=managed_by(account_id, partition) if description.get("IsOrganizationTrail") else "",
    )


def deliver(values: Any) -> dict[str, Any]:
    """Deliver a log file of the trail `trail_arn`. Raises ValueError for what is no trail.

    Answers the file's bucket and name and the ARN of its key, or why bucket or key refused.
    """
    trail, arn = _find(values)
    delivery = delivery_of(trail.description(), arn.account_id, arn.region)
    refused = {"delivered": False, "bucket": delivery.bucket, "object": "", "kms_key_arn": ""}
    if not trail.status.is_logging:
        return {**refused, "code": "", "message": "the trail is not logging", "note": ""}
    try:
        bucket = require_delivery(delivery)
    except TrailRefused as error:
        return {**refused, "code": error.error_type, "message": error.message, "note": error.note}
    name, key_arn = _put(delivery, bucket)
    accepted = {"delivered": True, "bucket": bucket.name, "object": name, "kms_key_arn": key_arn}
    return {**accepted, "code": "", "message": "", "note": ""}


def _find(values: Any) -> tuple[Trail, Arn]:
    if not isinstance(values, Mapping) or set(values) != {"trail_arn"}:
        raise ValueError("deliver takes an object with `trail_arn`")
    try:
        arn = Arn.parse(str(values["trail_arn"]))
        return cloudtrail_backends[arn.account_id][arn.region].get_trail(str(arn)), arn
    except (PolicyError, KeyError, TrailNotFoundException):
        raise ValueError(f"there is no trail `{values['trail_arn']}`") from None


def _put(delivery: Delivery, bucket: FakeBucket) -> tuple[str, str]:
    """The file's name and the ARN of its key. The bucket's own encryption counts when the trail has none."""
    *_, folder = delivery.folders
    now = utcnow()
    file = f"{delivery.account_id}_CloudTrail_{delivery.region}_{now:%Y%m%dT%H%MZ}_{now:%S%f}.json.gz"
    name = f"{folder}/{now:%Y/%m/%d}/{file}"
    key = find_key(delivery.key, delivery.account_id, bucket.region_name) if delivery.key else None
    content = gzip.compress(json.dumps({"Records": []}).encode())
    with lock_of("s3"):
        s3 = s3_backends[bucket.account_id][delivery.partition]
        made = s3.put_object(
            bucket.name, name, content, encryption="aws:kms" if key else None, kms_key_id=key.arn if key else None
        )
        kept_of(bucket).trails[bucket.name, name] = delivery.trail_arn
    return name, made.kms_key_id or ""
