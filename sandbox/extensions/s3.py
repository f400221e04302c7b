"""S3: a bucket's policy is asked with its conditions, and a file under a key is written and read by whoever may use it.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-auth-workflow-object-operation.html
"""

import re
from typing import Any

from moto.core.common_types import TYPE_RESPONSE
from moto.core.exceptions import ServiceException
from moto.s3.exceptions import InvalidBucketName, NoSuchBucketPolicy, S3AccessDeniedError, S3ClientError
from moto.s3.models import FakeBucket
from moto.s3.responses import S3Response
from werkzeug.datastructures import Headers

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
from sandbox.extensions.key_uses import find_key, on_behalf_of, refusal

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

    def put_object(self) -> TYPE_RESPONSE:
        """Whoever writes a file under a key, their own choice or the bucket's, has S3 make a data key with it."""
        bucket, name = self.backend.get_bucket(self.bucket_name), self.parse_key_name()
        caller, key = caller_of(self.access_key, self.current_account, self.partition), self._chosen_key(bucket)
        if caller and key:
            arn = _arn_of(key, caller, bucket)
            self._require_use(
                caller, bucket, arn, "kms:GenerateDataKey", _context(bucket, name, self._bucket_key(bucket))
            )
            self.headers = Headers({**self.headers, _ENCRYPTION: "aws:kms", f"{_ENCRYPTION}-aws-kms-key-id": arn})
        return super().put_object()

    def _chosen_key(self, bucket: FakeBucket) -> str:
        """The key of a file that is being written, as it is named; empty: none, or AWS's own."""
        default = (bucket.encryption or {}).get("Rule", {}).get("ApplyServerSideEncryptionByDefault", {})
        algorithm = self.headers.get(_ENCRYPTION) or default.get("SSEAlgorithm", "")
        key = self.headers.get(f"{_ENCRYPTION}-aws-kms-key-id") or default.get("KMSMasterKeyID", "")
        return str(key) if algorithm == "aws:kms" else ""

    def _bucket_key(self, bucket: FakeBucket) -> bool:
        by_default = (bucket.encryption or {}).get("Rule", {}).get("BucketKeyEnabled", "")
        return str(self.headers.get(f"{_ENCRYPTION}-bucket-key-enabled") or by_default).lower() == "true"

    def _require_key(self, caller: IamCaller, bucket: FakeBucket, name: str) -> None:
        """Whoever reads a file under a key decrypts it through S3."""
        file = self.backend.get_object(bucket.name, name)
        if file is None or file.encryption != "aws:kms" or not file.kms_key_id:
            return
        context = _context(bucket, name, str(file.bucket_key_enabled).lower() == "true")
        if trail := kept_of(bucket).trails.get((bucket.name, name)):
            context["aws:cloudtrail:arn"] = trail
        self._require_use(caller, bucket, file.kms_key_id, "kms:Decrypt", context)

    def _require_use(
        self, caller: IamCaller, bucket: FakeBucket, key: str, action: str, context: dict[str, str]
    ) -> None:
        """Raises S3's own error. A key of another region is not found.

        Seen on AWS: https://github.com/localstack/localstack/pull/7786, https://github.com/localstack/localstack/pull/7448
        """
        requests = on_behalf_of(caller, f"s3.{bucket.region_name}", [action], context)
        if refused := refusal(key, bucket.account_id, bucket.region_name, requests):
            leave_note(self.normalized_request.environ, refused.note or refused.message)
            code = "AccessDenied" if refused.code == "AccessDeniedException" else f"KMS.{refused.code}"
            raise S3ClientError(code, refused.message)

    def _sent(self) -> dict[str, str]:
        """The headers that a bucket's policy can ask for.

        https://docs.aws.amazon.com/AmazonS3/latest/userguide/amazon-s3-policy-keys.html
        """
        names = ("x-amz-acl", "x-amz-server-side-encryption", "x-amz-server-side-encryption-aws-kms-key-id")
        return {f"s3:{name}": self.headers[name] for name in names if name in self.headers}


_ENCRYPTION = "x-amz-server-side-encryption"


def _arn_of(key: str, caller: IamCaller, bucket: FakeBucket) -> str:
    """The ARN of a key, whose ID or alias is looked for in the caller's account; as it is named, where there is none.

    https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html
    """
    found = find_key(key, caller.account_id, bucket.region_name)
    return found.arn if found else key


def _context(bucket: FakeBucket, name: str, bucket_key: bool) -> dict[str, str]:
    """The encryption context: of the file, or of the bucket where a Bucket Key stands between.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-key.html
    """
    return {"aws:s3:arn": arn_in(bucket, "" if bucket_key else name)}


_NAME = re.compile(r"(?!.*\.\.)(?!([0-9]+\.){3}[0-9]+$)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_RESERVED_PREFIXES = ("xn--", "sthree-", "amzn-s3-demo-")
_RESERVED_SUFFIXES = ("-s3alias", "--ol-s3", ".mrap", "--table-s3")


def _may_be_called(name: str) -> bool:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html"""
    is_reserved = name.startswith(_RESERVED_PREFIXES) or name.endswith(_RESERVED_SUFFIXES)
    return _NAME.fullmatch(name) is not None and not is_reserved
