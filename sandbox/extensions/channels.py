"""Whether AWS Config can deliver where a delivery channel says: as the recorder's role, else in its own name.

https://docs.aws.amazon.com/config/latest/developerguide/s3-bucket-policy.html
"""

from collections.abc import Mapping
from dataclasses import dataclass

from moto.core.exceptions import JsonRESTError, ServiceException
from moto.iam.models import Role
from moto.s3.exceptions import MissingBucket
from moto.s3.models import FakeBucket, s3_backends
from moto.utilities.utils import get_partition

from baseline.iam.request import IamCaller, Request, ServiceCaller
from sandbox.extensions.bucket_policies import arn_in, judge_bucket
from sandbox.extensions.key_uses import in_its_own_name, on_behalf_of, refusal
from sandbox.extensions.roles import find_role, role_refusal, trust_refusal
from sandbox.recorders import SERVICE

_SESSION = "AWSConfig-BucketConfigCheck"
_KEY_USES = ("kms:GenerateDataKey", "kms:Decrypt")


class ChannelRefused(JsonRESTError):
    """Config's own error, with the reasons that it keeps to itself."""

    def __init__(self, message: str, note: str) -> None:
        super().__init__("InsufficientDeliveryPolicyException", message)
        self.note = note


@dataclass(frozen=True, slots=True)
class _Attempt:
    """Delivery by one of the two."""

    bucket: FakeBucket
    key: str
    account_id: str
    file: str

    def as_role(self, role: Role) -> str:
        """Why it fails; empty if it does not."""
        caller = IamCaller(role.arn, _SESSION)
        for action, name, sent in self._calls():
            if reason := role_refusal(role, _SESSION, action, arn_in(self.bucket, name), sent):
                return f"{action} by the role: {reason}"
            decision, reason = judge_bucket(self.bucket, caller, action, name, sent)
            if decision.effect == "denied" or (
                decision.effect != "allowed" and self.account_id != self.bucket.account_id
            ):
                return f"{action} by the role, in the bucket's policy: {reason}"
        return self._key_refusal(on_behalf_of(caller, f"s3.{self.bucket.region_name}", _KEY_USES))

    def as_service(self) -> str:
        """The same in Config's own name."""
        for action, name, sent in self._calls():
            decision, reason = judge_bucket(self.bucket, ServiceCaller(SERVICE), action, name, sent)
            if decision.effect != "allowed":
                return f"{action} by {SERVICE}: {reason}"
        return self._key_refusal(in_its_own_name(SERVICE, _KEY_USES, {"aws:SourceAccount": self.account_id}))

    def _calls(self) -> list[tuple[str, str, dict[str, str]]]:
        sent = {"aws:SourceAccount": self.account_id}
        acl = {"s3:x-amz-acl": "bucket-owner-full-control"}
        return [("s3:GetBucketAcl", "", sent), ("s3:PutObject", self.file, sent | acl)]

    def _key_refusal(self, requests: list[Request]) -> str:
        refused = refusal(self.key, self.account_id, self.bucket.region_name, requests) if self.key else None
        return refused.note or refused.message if refused else ""


def require_channel(channel: Mapping[str, str], recorder_role: str, account_id: str, region: str) -> None:
    """Raises Config's own error unless it can deliver: the bucket is there, and bucket and key let it."""
    partition, name = get_partition(region), channel["s3BucketName"]
    try:
        bucket = s3_backends[account_id][partition].get_bucket(name)
    except MissingBucket:
        raise JsonRESTError("NoSuchBucketException", f"Cannot find a S3 bucket with the name {name}.") from None
    role = find_role(recorder_role, account_id, partition)
    if role is None or trust_refusal(role, SERVICE, {"aws:SourceAccount": account_id}):
        message = f"Insufficient delivery policy to s3 bucket: {name}, unable to assume role: {recorder_role}."
        raise ChannelRefused(message, "")
    prefix, key = channel.get("s3KeyPrefix"), channel.get("s3KmsKeyArn")
    file = f"AWSLogs/{account_id}/Config/ConfigWritabilityCheckFile"
    attempt = _Attempt(bucket, key or "", account_id, f"{prefix}/{file}" if prefix else file)
    try:
        reasons = [attempt.as_role(role), attempt.as_service()]
    except ServiceException as error:
        raise JsonRESTError(error.code, error.message) from None
    if all(reasons):
        message = (
            f"Insufficient delivery policy to s3 bucket: {name}, unable to write to bucket, "
            f"provided s3 key prefix is '{prefix or 'null'}', provided kms key is '{key or 'null'}'."
        )
        raise ChannelRefused(message, "; ".join(reasons))
