"""What moto does not keep of buckets: policies, which it would read without their conditions, and who wrote what.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-policy-language-overview.html
"""

import json
from collections.abc import Mapping
from typing import Any

from moto.core.base_backend import BackendDict, BaseBackend
from moto.core.exceptions import ServiceException
from moto.s3.exceptions import S3AccessDeniedError, S3ClientError
from moto.s3.models import FakeBucket
from moto.s3.utils import bucket_policy_is_public
from moto.utilities.utils import PARTITION_NAMES

from baseline.iam.evaluate import Decision
from baseline.iam.request import Caller
from sandbox.extensions.principals import unknown_principals
from sandbox.extensions.resource_policies import judge_call


class BucketBackend(BaseBackend):
    """What is kept of an account's buckets."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.policies: dict[str, str] = {}
        """Their texts, by bucket."""
        self.trails: dict[tuple[str, str], str] = {}
        """The ARN of the trail whose file it is, by bucket and name."""


buckets = BackendDict(BucketBackend, "s3", use_boto3_regions=False, additional_regions=PARTITION_NAMES)


def kept_of(bucket: FakeBucket) -> BucketBackend:
    """What is kept of the buckets of this bucket's owner."""
    return buckets[bucket.account_id][bucket.partition]


def judge_bucket(
    bucket: FakeBucket, caller: Caller, action: str, name: str, sent: Mapping[str, str]
) -> tuple[Decision, str]:
    """What the bucket's policy says of a call, about the object `name` or the bucket itself, and why it said no.

    Every call to the sandbox counts as one over TLS.
    """
    policy = json.loads(kept_of(bucket).policies.get(bucket.name, "{}"))
    decision = judge_call(policy, caller, action, arn_in(bucket, name), {"aws:SecureTransport": "true", **sent})
    reason = f"denied by {decision.sid}" if decision.effect == "denied" else "; ".join(decision.notes)
    return decision, reason or "there is no policy"


def arn_in(bucket: FakeBucket, name: str) -> str:
    """The ARN of the object, or of the bucket without a name."""
    return f"arn:{bucket.partition}:s3:::{bucket.name}" + (f"/{name}" if name else "")


def require_bucket_policy(bucket: FakeBucket, text: str) -> None:
    """Raises S3's own error for a policy that it would not store.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
    """
    try:
        statements = json.loads(text)["Statement"]
    except (ValueError, KeyError, TypeError):
        raise _malformed("Policies must be valid JSON and the first byte must be '{'") from None
    for statement in statements if isinstance(statements, list) else [statements]:
        _require_statement(bucket, statement)
    access = bucket.public_access_block
    if access and access.block_public_policy and bucket_policy_is_public(text):
        raise S3AccessDeniedError


def refused_for(error: ServiceException) -> S3ClientError:
    """An error of the evaluator, as S3 writes errors."""
    return S3ClientError(error.code, error.message)


def _require_statement(bucket: FakeBucket, statement: Mapping[str, Any]) -> None:
    if unknown_principals({"Statement": statement}, bucket.partition):
        raise _malformed("Invalid principal in policy")
    own = arn_in(bucket, "")
    if not all(text == own or text.startswith(f"{own}/") for text in _list(statement.get("Resource"))):
        raise _malformed("Policy has invalid resource")


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _malformed(message: str) -> S3ClientError:
    return S3ClientError("MalformedPolicy", message)
