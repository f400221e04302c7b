"""SQS: a queue takes any key, and says when a message is sent or received whether it can be used.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html
"""

from moto.core.responses import ActionResult
from moto.sqs.responses import SQSResponse

from sandbox.extensions.key_uses import KeyRefused, refused_to_the_caller

_ERRORS = {
    "AccessDeniedException": "KmsAccessDenied",
    "DisabledException": "KmsDisabled",
    "KMSInvalidStateException": "KmsInvalidState",
    "NotFoundException": "KmsNotFound",
}
"""SQS's name for each of KMS's: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html"""


class SandboxSqs(SQSResponse):
    """Moto's SQS, which asks no key."""

    def send_message(self) -> ActionResult:
        self._require_key("kms:GenerateDataKey", "kms:Decrypt")
        return super().send_message()

    def send_message_batch(self) -> ActionResult:
        self._require_key("kms:GenerateDataKey", "kms:Decrypt")
        return super().send_message_batch()

    def receive_message(self) -> ActionResult:
        self._require_key("kms:Decrypt")
        return super().receive_message()

    def _require_key(self, *actions: str) -> None:
        """Raises SQS's own error unless the queue's key lets the caller in through SQS."""
        queue = self.sqs_backend.get_queue(self._get_queue_name())
        key = getattr(queue, "kms_master_key_id", None)
        if not key or str(key).startswith("alias/aws/"):
            return
        if refused := refused_to_the_caller(self, str(key), "sqs", actions, {"aws:sqs:arn": queue.queue_arn}):
            raise KeyRefused(_ERRORS.get(refused.code, refused.code), refused.message)
