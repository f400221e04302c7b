"""S3: a bucket's policy is asked with its conditions, and a file under a key is read by whoever may use the key.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-auth-workflow-object-operation.html
"""

import re
from typing import Any

from moto.core.common_types import TYPE_RESPONSE
from moto.core.exceptions import ServiceException
from moto.s3.exceptions import InvalidBucketName, NoSuchBucketPolicy, S3AccessDeniedError, S3ClientError
from moto.s3.models import FakeBucket
from moto.s3.responses import S3Response

from baseline.iam.request import IamCaller
from sandbox.calls import leave_note
from sandbox.extensions.bucket_policies import (
    arn_in,
    judge_bucket,
    kept_of,
    refused_for,
    require_bucket_policy,
)
from sandbox.extensions.callers import caller_of
from sandbox.extensions.key_uses import on_behalf_of, refusal

_ACTIONS = {"GET": "s3:GetObject", "HEAD": "s3:GetObject", "PUT": "s3:PutObject", "DELETE": "s3:DeleteObject"}


class SandboxS3(S3Response):
    """Moto's S3, which takes every Deny of everybody for a Deny under any condition, and any name for a bucket."""

    def _bucket_response_put(self, request: Any, bucket_name: str, querystring: dict[str, Any]) -> str | TYPE_RESPONSE:
        if not set(querystring) - {"x-id"} and not _may_be_called(bucket_name):
            raise InvalidBucketName
        if "policy" not in querystring:
            return super()._bucket_response_put(request, bucket_name, querystring)
        bucket, text = self.backend.get_bucket(bucket_name), self.body.decode()
        require_bucket_policy(bucket, text)
        kept_of(bucket).policies[bucket_name] = text
        return 204, {}, ""

    def get_bucket_policy(self) -> TYPE_RESPONSE:
        bucket = self.backend.get_bucket(self.bucket_name)
        policy = kept_of(bucket).policies.get(bucket.name)
        if policy is None:
            raise NoSuchBucketPolicy(bucket_name=bucket.name)
        return 200, {}, policy

    def delete_bucket_policy(self) -> TYPE_RESPONSE:
        kept_of(self.backend.get_bucket(self.bucket_name)).policies.pop(self.bucket_name, None)
        return 204, {}, ""

    def delete_bucket(self) -> TYPE_RESPONSE:
        bucket = self.backend.get_bucket(self.bucket_name)
        answer = super().delete_bucket()
        kept_of(bucket).policies.pop(bucket.name, None)
        return answer

    def _key_response(self, request: Any, full_url: str) -> TYPE_RESPONSE:
        name, action = self.parse_key_name(), _ACTIONS.get(request.method)
        caller = caller_of(self.access_key, self.current_account, self.partition)
        if caller and action:
            self._require_allowed(caller, action, name)
        return super()._key_response(request, full_url)

    def _require_allowed(self, caller: IamCaller, action: str, name: str) -> None:
        """Raises S3's own error. What the policy does not say is left to IAM for callers of the bucket's account."""
        try:
            bucket = self.backend.get_bucket(self.bucket_name)
            decision, reason = judge_bucket(bucket, caller, action, name, self._sent())
        except S3ClientError:
            raise
        except ServiceException as error:
            raise refused_for(error) from None
        if decision.effect == "denied" or (decision.effect != "allowed" and caller.account_id != bucket.account_id):
            leave_note(self.normalized_request.environ, f"{action} on {arn_in(bucket, name)}: {reason}")
            raise S3AccessDeniedError
        if action == "s3:GetObject":
            self._require_key(caller, bucket, name)

    def _require_key(self, caller: IamCaller, bucket: FakeBucket, name: str) -> None:
        """Whoever reads a file under a key decrypts it through S3."""
        file = self.backend.get_object(bucket.name, name)
        if file is None or file.encryption != "aws:kms" or not file.kms_key_id:
            return
        context = {"aws:s3:arn": arn_in(bucket, name)}
        if trail := kept_of(bucket).trails.get((bucket.name, name)):
            context["aws:cloudtrail:arn"] = trail
        requests = on_behalf_of(caller, f"s3.{bucket.region_name}", ["kms:Decrypt"], context)
        if refused := refusal(file.kms_key_id, bucket.account_id, bucket.region_name, requests):
            leave_note(self.normalized_request.environ, refused.note or refused.message)
            raise S3ClientError("AccessDenied", refused.message)

    def _sent(self) -> dict[str, str]:
        """The headers that a bucket's policy can ask for.

        https://docs.aws.amazon.com/AmazonS3/latest/userguide/amazon-s3-policy-keys.html
        """
        names = ("x-amz-acl", "x-amz-server-side-encryption", "x-amz-server-side-encryption-aws-kms-key-id")
        return {f"s3:{name}": self.headers[name] for name in names if name in self.headers}


_NAME = re.compile(r"(?!.*\.\.)(?!([0-9]+\.){3}[0-9]+$)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_RESERVED_PREFIXES = ("xn--", "sthree-", "amzn-s3-demo-")
_RESERVED_SUFFIXES = ("-s3alias", "--ol-s3", ".mrap", "--table-s3")


def _may_be_called(name: str) -> bool:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html"""
    is_reserved = name.startswith(_RESERVED_PREFIXES) or name.endswith(_RESERVED_SUFFIXES)
    return _NAME.fullmatch(name) is not None and not is_reserved
