"""What CloudTrail asks of the bucket and the key of a trail, and the log files that it delivers.

https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html
"""

from collections.abc import Iterator
from dataclasses import dataclass

from moto.core.exceptions import JsonRESTError, ServiceException
from moto.s3.exceptions import MissingBucket
from moto.s3.models import FakeBucket, s3_backends

from baseline.iam.request import Request, ServiceCaller
from sandbox.extensions.bucket_policies import arn_in, judge_bucket
from sandbox.extensions.key_uses import Refused, in_its_own_name, refusal

SERVICE = "cloudtrail.amazonaws.com"


class TrailRefused(JsonRESTError):
    """CloudTrail's own error, with the reason that it keeps to itself."""

    def __init__(self, code: str, message: str, note: str = "") -> None:
        super().__init__(code, message)
        self.note = note


@dataclass(frozen=True, slots=True)
class Delivery:
    """Where a trail's files go and how they are encrypted, as the trail is or shall become."""

    partition: str
    region: str
    account_id: str
    name: str
    bucket: str
    prefix: str
    key: str
    """The KMS key's ARN, ID or alias; empty: none."""
    organization: str
    """The ID of the organization whose trail it is; empty: it is of one account."""

    @property
    def trail_arn(self) -> str:
        return f"arn:{self.partition}:cloudtrail:{self.region}:{self.account_id}:trail/{self.name}"

    @property
    def folders(self) -> Iterator[str]:
        """Where files appear: of an organization's trail in the management account's folder and in its own."""
        prefix = f"{self.prefix}/AWSLogs" if self.prefix else "AWSLogs"
        yield f"{prefix}/{self.account_id}/CloudTrail/{self.region}"
        if self.organization:
            yield f"{prefix}/{self.organization}/{self.account_id}/CloudTrail/{self.region}"


def require_delivery(delivery: Delivery) -> FakeBucket:
    """The bucket. Raises CloudTrail's own error unless it may write there, encrypted with the key if there is one."""
    bucket = _find_bucket(delivery)
    _require_bucket_policy(delivery, bucket)
    if delivery.key:
        _require_key(delivery, bucket)
    return bucket


def _find_bucket(delivery: Delivery) -> FakeBucket:
    try:
        return s3_backends[delivery.account_id][delivery.partition].get_bucket(delivery.bucket)
    except MissingBucket:
        message = f"S3 bucket {delivery.bucket} does not exist!"
        raise TrailRefused("S3BucketDoesNotExistException", message) from None


def _require_bucket_policy(delivery: Delivery, bucket: FakeBucket) -> None:
    acl = {"s3:x-amz-acl": "bucket-owner-full-control"}
    calls = [("s3:GetBucketAcl", "", _sources(delivery))]
    calls += [("s3:PutObject", f"{folder}/x.json.gz", _sources(delivery) | acl) for folder in delivery.folders]
    for action, name, sent in calls:
        try:
            decision, reason = judge_bucket(bucket, ServiceCaller(SERVICE), action, name, sent)
        except ServiceException as error:
            raise TrailRefused(error.code, error.message) from None
        if decision.effect != "allowed":
            message = f"Incorrect S3 bucket policy is detected for bucket: {bucket.name}"
            note = f"{action} on {arn_in(bucket, name)}: {reason}"
            raise TrailRefused("InsufficientS3BucketPolicyException", message, note)


def _require_key(delivery: Delivery, bucket: FakeBucket) -> None:
    refused = refusal(delivery.key, delivery.account_id, bucket.region_name, _key_uses(delivery, bucket))
    if refused:
        raise _key_error(delivery, refused)


def _key_uses(delivery: Delivery, bucket: FakeBucket) -> Iterator[Request]:
    """Whether Decrypt, which an S3 Bucket Key needs, tells the source is not documented: it does not here."""
    sent = _sources(delivery)
    yield from in_its_own_name(SERVICE, ["kms:DescribeKey"], sent)
    for folder in delivery.folders:
        context = {"aws:cloudtrail:arn": delivery.trail_arn, "aws:s3:arn": arn_in(bucket, f"{folder}/x.json.gz")}
        yield from in_its_own_name(SERVICE, ["kms:GenerateDataKey"], sent, context)
        if _has_bucket_key(bucket):
            yield from in_its_own_name(SERVICE, ["kms:Decrypt"], {}, context)


def _key_error(delivery: Delivery, refused: Refused) -> TrailRefused:
    """A key in another region than the bucket's is not found.

    https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_CreateTrail.html
    """
    if refused.code == "AccessDeniedException":
        message = f"Insufficient permissions to access S3 bucket {delivery.bucket} or KMS key {delivery.key}."
        return TrailRefused("InsufficientEncryptionPolicyException", message, refused.note)
    codes = {"NotFoundException": "KmsKeyNotFoundException", "DisabledException": "KmsKeyDisabledException"}
    return TrailRefused(codes.get(refused.code, "KmsException"), refused.message, refused.note)


def _has_bucket_key(bucket: FakeBucket) -> bool:
    rule = (bucket.encryption or {}).get("Rule", {})
    return str(rule.get("BucketKeyEnabled", "")).lower() == "true"


def _sources(delivery: Delivery) -> dict[str, str]:
    return {"aws:SourceArn": delivery.trail_arn, "aws:SourceAccount": delivery.account_id}
