"""Kinesis: a stream's key is asked when its encryption starts, and for each record that is written or read.

https://docs.aws.amazon.com/streams/latest/dev/permissions-user-key-KMS.html
"""

from moto.core.responses import ActionResult
from moto.kinesis.exceptions import ResourceNotFoundError
from moto.kinesis.responses import KinesisResponse

from sandbox.extensions.key_uses import KeyRefused, refused_to_the_caller

_ERRORS = {
    "AccessDeniedException": "KMSAccessDeniedException",
    "DisabledException": "KMSDisabledException",
    "NotFoundException": "KMSNotFoundException",
}
"""Kinesis's name for KMS's, where it has another: https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecord.html"""


class SandboxKinesis(KinesisResponse):
    """Moto's Kinesis, which asks no key."""

    def start_stream_encryption(self) -> ActionResult:
        self._require_key(self._get_param("KeyId"), "kms:DescribeKey", "kms:GenerateDataKey")
        return super().start_stream_encryption()

    def put_record(self) -> ActionResult:
        self._require_stream_key("kms:GenerateDataKey")
        return super().put_record()

    def put_records(self) -> ActionResult:
        self._require_stream_key("kms:GenerateDataKey")
        return super().put_records()

    def get_shard_iterator(self) -> ActionResult:
        """Here in place of GetRecords, whose iterator does not tell the stream."""
        self._require_stream_key("kms:Decrypt")
        return super().get_shard_iterator()

    def _require_stream_key(self, action: str) -> None:
        try:
            stream = self.kinesis_backend.describe_stream(self._get_param("StreamARN"), self._get_param("StreamName"))
        except ResourceNotFoundError:
            return  # which moto says itself
        if stream.encryption_type == "KMS":
            self._require_key(stream.key_id, action)

    def _require_key(self, key: str | None, action: str, *more: str) -> None:
        """Raises Kinesis's own error unless the key lets the caller in through Kinesis."""
        if not key or key.startswith("alias/aws/"):
            return
        if refused := refused_to_the_caller(self, key, "kinesis", (action, *more)):
            raise KeyRefused(_ERRORS.get(refused.code, refused.code), refused.message)
