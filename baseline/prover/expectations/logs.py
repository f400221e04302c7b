"""Keys of log groups: CloudWatch Logs of the region uses them, for log groups of the account."""

from baseline.key_actions import DESCRIBE, USE
from baseline.prover.expectations.expectation import Call, Expectation, Fence, Through

_LOGS = "logs.{region}.{logs_suffix}"
_LOG_GROUPS = (Fence("kms:EncryptionContext:aws:logs:arn", "arn:{partition}:logs:{region}:{account}:log-group:*"),)

LOGS = Expectation(
    through=(Through("logs", (*USE, DESCRIBE), listed="logs"),),
    calls=(Call("logs", _LOGS, USE, _LOG_GROUPS), Call("logs", _LOGS, (DESCRIBE,))),
)
